using System.Reflection;
using System.Text.RegularExpressions;
using Sockeye.ReferencePages;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>What is made from the program's declarations is what they say now.</summary>
public class GeneratedFilesTests
{
    public static TheoryData<string> Paths => [.. GeneratedFile.All.Select(file => file.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void It_is_up_to_date(string path)
    {
        var expected = GeneratedFile.All.Single(file => file.Path == path).Text;
        var actual = File.ReadAllText(Path.Combine(Repository.Root, path));
        Assert.True(expected == actual, $"{path} is not what the declarations say. To make it so:  dotnet run --project tools/reference");
    }

    [Theory]
    [InlineData("docs/cli.md")]
    [InlineData("man/sock.1")]
    public void The_reference_names_every_verb_option_exit_code_and_kind_of_error(string path)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, path))
            .Replace("\\-", "-", StringComparison.Ordinal).Replace("\\%", "", StringComparison.Ordinal);
        Assert.All(Verbs, verb => Assert.Contains($"sock {verb.Name}", page));
        Assert.All(Verbs.SelectMany(verb => verb.Options).SelectMany(HelpText.Names), name => Assert.Contains(name, page));
        Assert.All(Enum.GetNames<NetErrorKind>(), kind => Assert.Contains(kind, page));
        Assert.All(Codes, code => Assert.Matches($@"\n(- `|\\fB){code}(`:|\\fR\n)", page));
    }

    [Fact]
    public async Task The_manual_page_is_laid_out_without_a_warning_in_80_columns()
    {
        var page = await RunningProgram.RunAsync(
            Peers.Require("groff"), ["-man", "-ww", "-Tutf8", "-rLL=80n", "-P-c", Path.Combine(Repository.Root, "man/sock.1")]);
        Assert.Equal((0, ""), (page.ExitCode, page.Error));
        var lines = Regex.Replace(page.Output, ".\b", "").Split('\n');
        Assert.Contains("SYNOPSIS", lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Every_value_of_an_option_is_explained() => Assert.All(
        Verbs.SelectMany(verb => verb.Options).Select(option => option.HelpName).OfType<string>().Distinct(StringComparer.Ordinal),
        value => Assert.Contains(value, CommonRules.Values.Select(known => known.Name)));

    private static IEnumerable<Verb> Verbs => CommandTree.CreateRoot().Subcommands.Cast<Verb>();

    private static IEnumerable<int> Codes => typeof(ExitCodes).GetFields(BindingFlags.Static | BindingFlags.Public).Select(code => (int)code.GetRawConstantValue()!);
}
