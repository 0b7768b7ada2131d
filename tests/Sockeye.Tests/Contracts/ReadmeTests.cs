using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>The lists of the first page are whole.</summary>
public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

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
}
