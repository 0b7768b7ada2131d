using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class HelpTests
{
    public static TheoryData<string> Verbs => [.. CommandTree.VerbNames];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_a_verb_fits_on_a_screen_and_shows_an_example(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        AssertFitsOnAScreen(result.Output);
        Assert.StartsWith($"Usage: sock {verb}", result.Output);
        Assert.Matches($"\n  .*sock {verb} .*", result.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_wins_over_whatever_else_is_typed(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--bogus", "1", "2", "3", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("")]
    public async Task The_overview_names_every_verb_on_a_line(string line)
    {
        var result = await SockProcess.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, result.ExitCode);
        AssertFitsOnAScreen(result.Output);
        foreach (var verb in CommandTree.VerbNames)
            Assert.Contains($"\n  {verb} ", result.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_tells_its_version(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^sock \d+\.\d+\.\d+\n$", result.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_a_verb_names_each_of_its_options(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--help");
        Assert.All(CommandTree.Find(verb).Options, option => Assert.Matches($@"(^| ){Regex.Escape(option.Name)}\b", result.Output));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Sock_help_tells_everything_about_a_verb(string verb)
    {
        var result = await SockProcess.RunAsync("help", verb);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith($"Usage: sock {verb} ", result.Output);
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        var words = Words(result.Output);
        var declared = CommandTree.Find(verb);
        Assert.All(declared.Options, option => Assert.Contains(Words(Descriptions.Plain(option.WithDetails())), words));
        Assert.All(declared.Details(), paragraph => Assert.Contains(Words(Descriptions.Plain(paragraph)), words));
    }

    [Fact]
    public async Task Sock_help_alone_is_the_overview()
    {
        var result = await SockProcess.RunAsync("help");
        Assert.Equal((await SockProcess.RunAsync("--help")).Output, result.Output);
    }

    private static string Words(string text) => Regex.Replace(text, @"\s+", " ");

    private static void AssertFitsOnAScreen(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        // 24 rows of 80 columns, one of them for the next prompt.
        Assert.InRange(lines.Length, 1, 23);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }
}
