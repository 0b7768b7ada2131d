using System.Globalization;
using System.Text;

namespace Sockeye;

/// <summary>Foreign text in a message: in quotes, cut short, and unable to steer a terminal.</summary>
internal static class Quoted
{
    /// <summary><c>'text'</c>; control, format and unpaired surrogate characters are shown as <c>\u{1B}</c>.</summary>
    public static string Of(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length > MaxLength)
                return quoted.Append("...'").ToString();
            if (IsHarmless(rune))
                quoted.Append(rune);
            else
                quoted.Append($"\\u{{{rune.Value:X}}}");
        }
        return quoted.Append('\'').ToString();
    }

    /// <summary>A line of text as it is, but for characters that steer terminals: <c>\u{1B}</c>. Tabs and what joins
    /// emoji may stay.</summary>
    public static string Harmless(string line)
    {
        var harmless = new StringBuilder(line.Length);
        foreach (var rune in line.EnumerateRunes())
        {
            if (IsHarmless(rune) || rune.Value is '\t' or ZeroWidthNonJoiner or ZeroWidthJoiner)
                harmless.Append(rune);
            else
                harmless.Append($"\\u{{{rune.Value:X}}}");
        }
        return harmless.ToString();
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private const int MaxLength = 80;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;
}
