namespace Sockeye.ReferencePages;

/// <summary>Texts in which code stands between backquotes.</summary>
internal static class Markup
{
    /// <summary>The text with its prose and its code rendered, each in its own way.</summary>
    public static string Render(string text, Func<string, string> prose, Func<string, string> code) => string.Concat(
        text.Replace('\n', ' ').Split('`').Select((part, number) => number % 2 == 0 ? prose(part) : code(part)));

    /// <summary>A meaning as a sentence: it stands behind its term, and may have sentences of its own.</summary>
    public static string Sentence(string meaning)
    {
        var text = meaning is [>= 'a' and <= 'z', ..] ? char.ToUpperInvariant(meaning[0]) + meaning[1..] : meaning;
        return text.EndsWith('.') ? text : text + ".";
    }
}
