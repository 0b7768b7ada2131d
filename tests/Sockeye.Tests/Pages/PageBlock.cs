using System.Text.RegularExpressions;

namespace Sockeye.Tests.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">Where it stands.</param>
/// <param name="Line">The number of the line that opens it; its text begins on the next.</param>
/// <param name="Language">The first word after the fence: <c>console</c>, <c>csharp</c>, ...</param>
/// <param name="Word">The second: which terminal.</param>
/// <param name="Lines">Its text.</param>
internal sealed partial record PageBlock(Page Page, int Line, string Language, string Word, IReadOnlyList<string> Lines)
{
    /// <summary>The blocks of a page.</summary>
    public static IEnumerable<PageBlock> In(Page page)
    {
        for (var index = 0; index < page.Lines.Count; index++)
        {
            if (Fence.Match(page.Lines[index]) is not { Success: true } open)
                continue;
            var text = page.Lines.Skip(index + 1).TakeWhile(line => !Closes(line, open.Groups["fence"].Value)).ToList();
            if (index + 1 + text.Count == page.Lines.Count)
                throw new FormatException($"{page.Name}:{index + 1}: this block is not closed");
            yield return new PageBlock(page, index + 1, open.Groups["language"].Value, open.Groups["word"].Value, text);
            index += text.Count + 1;
        }
    }

    /// <summary>Where it stands, as compilers write it.</summary>
    public string Place => $"{Page.Name}:{Line}";

    /// <summary>What an HTML comment right above it says after this word and a colon; null if there is none.</summary>
    public string? Remark(string word) =>
        Line >= 2 && Comment.Match(Page.Lines[Line - 2]) is { Success: true } comment && comment.Groups["word"].Value == word
            ? comment.Groups["text"].Value : null;

    /// <summary>The file that it quotes: the target of a link that stands alone above it. Null if it quotes none.</summary>
    public string? QuotedFile
    {
        get
        {
            var above = Page.Lines.Take(Line - 1).LastOrDefault(line => line.Trim().Length > 0) ?? "";
            return LoneLink.Match(above) is { Success: true } link ? Path.GetFullPath(Path.Combine(Page.Directory, link.Groups["file"].Value)) : null;
        }
    }

    private static bool Closes(string line, string fence) =>
        line.Trim() is var text && text.Length >= fence.Length && text.All(character => character == fence[0]);

    [GeneratedRegex(@"^\s*(?<fence>`{3,}|~{3,})\s*(?<language>[\w#+-]*)\s*(?<word>.*?)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"^\s*<!--\s*(?<word>[\w ]+?):\s*(?<text>.*?)\s*-->\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Comment { get; }

    [GeneratedRegex(@"^\s*\[[^\]]+\]\((?<file>[^)#]+\.\w+)\):?\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex LoneLink { get; }
}
