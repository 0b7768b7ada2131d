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
    public void Every_link_leads_somewhere(string page) => Findings.AssertNone(
        from line in Page.Named(page).Prose()
        from link in Link.Matches(InlineCode.Replace(line.Text, ""))
        let target = link.Groups["target"].Value
        where !Elsewhere.IsMatch(target) && !Leads(Page.Named(page), target)
        select $"{page}:{line.Number}: {target}");

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_file_that_is_named_is_there(string page) => Findings.AssertNone(
        from line in Page.Named(page).Prose()
        from path in NamedPath.Matches(line.Text)
        where !Path.Exists(Path.Combine(Repository.Root, path.Groups["path"].Value))
        select $"{page}:{line.Number}: {path.Value}");

    private static bool Leads(Page from, string target)
    {
        var (path, anchor) = target.Split('#') is [var before, var after] ? (before, after) : (target, null);
        var file = path.Length == 0 ? Path.Combine(Repository.Root, from.Name) : Path.GetFullPath(Path.Combine(from.Directory, path));
        if (!Path.Exists(file))
            return false;
        var name = Path.GetRelativePath(Repository.Root, file);
        return anchor is null || Page.All.FirstOrDefault(page => page.Name == name) is { } page && Anchors(page).Contains(anchor);
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
