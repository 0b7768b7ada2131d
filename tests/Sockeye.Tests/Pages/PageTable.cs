namespace Sockeye.Tests.Pages;

/// <summary>Lists that pages give, for tests that compare them with the code.</summary>
internal static class PageTable
{
    /// <summary>The rows of the tables under a heading and above the next, as their cells; without the rows of names.</summary>
    public static IReadOnlyList<string[]> Under(Page page, string heading)
    {
        var lines = LinesUnder(page, heading).ToList();
        return [.. lines.Index()
            .Where(line => line.Item.StartsWith('|') && !IsRule(line.Item) && !(line.Index + 1 < lines.Count && IsRule(lines[line.Index + 1])))
            .Select(line => line.Item.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
    }

    /// <summary>The lines under a heading and above the next, blocks left out.</summary>
    public static IEnumerable<string> LinesUnder(Page page, string heading) => page.Prose().Select(line => line.Text)
        .SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith('#'));

    /// <summary>The headings that begin so.</summary>
    public static IEnumerable<string> HeadingsOf(Page page, string beginning) =>
        page.Prose().Select(line => line.Text).Where(line => line.StartsWith(beginning, StringComparison.Ordinal));

    private static bool IsRule(string line) => line.StartsWith("|---", StringComparison.Ordinal);
}
