using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The page for those who come from a netcat names every option of theirs, and none of ours that is not there.</summary>
public partial class NetcatPageTests
{
    private static readonly Page FromNetcat = Page.Named("docs/from-netcat.md");

    [Fact]
    public void Every_option_of_ours_that_is_named_is_there() => Findings.AssertNone(
        from heading in PageTable.HeadingsOf(FromNetcat, "## ")
        from row in PageTable.Under(FromNetcat, heading)
        where row.Length == 3
        from Match option in Option().Matches(row[1])
        where !Ours.Contains(option.Value)
        select $"{row[0]}: sock has no {option.Value}");

    [Fact]
    public void Every_row_says_what_to_type_or_why_there_is_nothing() => Findings.AssertNone(
        from heading in PageTable.HeadingsOf(FromNetcat, "## ")
        from row in PageTable.Under(FromNetcat, heading)
        where row.Length == 3 && row[1].Length == 0 && row[2].Length == 0
        select row[0]);

    [Theory(Timeout = 60_000)]
    [InlineData("nc.openbsd", "-h", "## nc, option by option")]
    [InlineData("ncat", "--help", "## ncat, option by option")]
    public async Task Every_option_of_theirs_has_its_row(string program, string help, string heading)
    {
        var said = await RunningProgram.RunAsync(Peers.Require(program), [help]);
        var theirs = Listed().Matches(said.Output + said.Error).SelectMany(line => Option().Matches(line.Value).Select(option => option.Value));
        var named = PageTable.Under(FromNetcat, heading).SelectMany(row => Option().Matches(row[0]).Select(option => option.Value)).ToHashSet();
        Assert.NotEmpty(theirs);
        Assert.Empty(theirs.Except(named));
    }

    private static readonly HashSet<string> Ours =
        [.. CommandTree.CreateRoot().Subcommands.SelectMany(verb => verb.Options).Concat(CommandTree.CreateRoot().Options).SelectMany(HelpText.Names)];

    [GeneratedRegex("(?<![\\w-])--?[A-Za-z0-9][\\w.-]*")]
    private static partial Regex Option();

    /// <summary>The options at the beginning of a line of help.</summary>
    [GeneratedRegex(@"^\s+(-\w)?(, )?(--[\w-]+)?", RegexOptions.Multiline)]
    private static partial Regex Listed();
}
