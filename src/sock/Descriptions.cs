using System.CommandLine;

namespace Sockeye.Tool;

/// <summary>
/// How what is declared is described. The first line of a description is its summary, which <c>--help</c> prints; what
/// follows are details, in paragraphs between empty lines, which <c>sock help</c> and the reference print as well.
/// What is to be typed as it stands is between backquotes.
/// </summary>
internal static class Descriptions
{
    public static string Summary(this Symbol symbol) => Split(symbol).Summary;

    /// <summary>The summary as a sentence of its own.</summary>
    public static string Sentence(this Symbol symbol) => symbol.Summary() is [var first, .. var rest] ? $"{char.ToUpperInvariant(first)}{rest}." : "";

    public static IReadOnlyList<string> Details(this Symbol symbol) =>
        [.. Split(symbol).Details.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(OnOneLine)];

    /// <summary>The summary, and behind it the details.</summary>
    public static string WithDetails(this Symbol symbol) =>
        symbol.Details() is { Count: > 0 } details ? $"{symbol.Summary()}. {string.Join(' ', details)}" : symbol.Summary();

    /// <summary>The description with this behind its summary.</summary>
    public static string WithRemark(string description, string remark)
    {
        var end = description.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? $"{description} ({remark})" : $"{description[..end]} ({remark}){description[end..]}";
    }

    /// <summary>The text for a terminal.</summary>
    public static string Plain(string text) => text.Replace("`", "", StringComparison.Ordinal);

    private static (string Summary, string Details) Split(Symbol symbol) =>
        (symbol.Description ?? "").Split('\n', 2) is [var summary, var details] ? (summary, details) : (symbol.Description ?? "", "");

    private static string OnOneLine(string paragraph) => paragraph.Trim('\n').Replace('\n', ' ');
}
