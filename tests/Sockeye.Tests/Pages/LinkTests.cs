using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>What a page points to is there.</summary>
public partial class LinkTests
{
    public static IEnumerable<TheoryDataRow<string>> Pages => Page.Where(_ => true);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page) => Findings.AssertNone(BrokenLinks(Page.Named(page)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_file_that_is_named_is_there(string page) => Findings.AssertNone(MissingFiles(Page.Named(page)));

    [Theory]
    [InlineData("[the design](design.md#layout-and-directions) and [its own](#here), `[not one](x)`")]
    [InlineData("[elsewhere](https://example.test/x#y)")]
    public void A_good_link_is_no_finding(string text) => Assert.Empty(BrokenLinks(Synthetic(text)));

    [Theory]
    [InlineData("[a page](nowhere.md)")]
    [InlineData("[a heading](design.md#nowhere)")]
    [InlineData("[its own](#nowhere)")]
    public void A_broken_link_is_found(string text) => Assert.StartsWith("docs/new.md:3: ", Assert.Single(BrokenLinks(Synthetic(text))));

    [Fact]
    public void A_missing_file_is_found() => Assert.Single(MissingFiles(Synthetic("`src/sock/Program.cs` and `src/sock/Nowhere.cs`")));

    private static Page Synthetic(string text) => new("docs/new.md", ["# Here", "", text]);

    private static IEnumerable<string> BrokenLinks(Page page) =>
        from line in page.Prose()
        from link in Link.Matches(InlineCode.Replace(line.Text, ""))
        let target = link.Groups["target"].Value
        where !Elsewhere.IsMatch(target) && !Leads(page, target)
        select $"{page.Name}:{line.Number}: {target}";

    private static IEnumerable<string> MissingFiles(Page page) =>
        from line in page.Prose()
        from path in NamedPath.Matches(line.Text)
        where !Path.Exists(Path.Combine(Repository.Root, path.Groups["path"].Value))
        select $"{page.Name}:{line.Number}: {path.Value}";

    private static bool Leads(Page from, string target)
    {
        var (path, anchor) = target.Split('#') is [var before, var after] ? (before, after) : (target, null);
        var file = path.Length == 0 ? Path.Combine(Repository.Root, from.Name) : Path.GetFullPath(Path.Combine(from.Directory, path));
        var name = Path.GetRelativePath(Repository.Root, file);
        return anchor is null ? Path.Exists(file) : Page.All.Prepend(from).FirstOrDefault(page => page.Name == name) is { } page && Anchors(page).Contains(anchor);
    }

    /// <summary>The anchors of headings as GitHub makes them.</summary>
    private static IEnumerable<string> Anchors(Page page) => page.Prose()
        .Select(line => Heading.Match(line.Text)).Where(match => match.Success)
        .Select(match => NotInAnchors.Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'))
        .GroupBy(anchor => anchor, StringComparer.Ordinal)
        .SelectMany(same => same.Select((anchor, number) => number == 0 ? anchor : $"{anchor}-{number}"));

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"(?<!\[)`[^`]*`(?!\])")]
    private static partial Regex InlineCode { get; }

    [GeneratedRegex("^(https?|mailto):")]
    private static partial Regex Elsewhere { get; }

    [GeneratedRegex(@"`(?<path>(src|tests|tools|examples|docs|\.ci)/[\w./-]*)`", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedPath { get; }

    [GeneratedRegex(@"^#{1,6}\s+(?<text>.*?)\s*#*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors { get; }
}
