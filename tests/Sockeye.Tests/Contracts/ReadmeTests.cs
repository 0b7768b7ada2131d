using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>What the pages in words say of files, verbs and code is so.</summary>
public class ReadmeTests
{
    private static readonly string Readme = Read("README.md");

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/design.md")]
    public void Every_file_that_is_named_is_there(string page) =>
        Assert.All(Regex.Matches(Read(page), @"`((?:src|tests|tools|examples)/[\w./-]*)`"), path =>
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path.Groups[1].Value)), path.Value));

    [Fact]
    public void Every_example_is_listed_and_every_one_listed_is_there() => Assert.Equal(
        Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "*.cs").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
        Regex.Matches(Readme, @"`([\w-]+\.cs)`").Select(match => match.Groups[1].Value)
            .Where(name => File.Exists(Path.Combine(Repository.Root, "examples", name)) || char.IsLower(name[0]))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Fact]
    public void The_table_of_verbs_is_the_program_s() => Assert.Equal(
        CommandTree.VerbNames,
        Regex.Matches(Readme, @"^\| `(\w+)` \| \w", RegexOptions.Multiline).Select(match => match.Groups[1].Value));

    [Fact(Timeout = 120_000)]
    public async Task The_programs_compile()
    {
        var programs = Regex.Matches(Readme, "^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select((match, number) => ($"program {number + 1} of the README", match.Groups[1].Value)).ToList();
        Assert.True(programs.Count >= 3);
        Assert.Equal("", await Snippets.ErrorsInAsync(programs));
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, page));
}
