using System.Text;
using System.Text.RegularExpressions;

namespace Sockeye.Tests.Pages;

/// <summary>What a person sees of what a terminal was sent: no colours, and lines as they were last overwritten.</summary>
internal static partial class Screen
{
    /// <summary>The lines that are shown; the last one is still open, and empty right after a line's end.</summary>
    public static IReadOnlyList<string> LinesOf(string sent) =>
        [.. Unseen.Replace(sent, "").Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(Overwritten)];

    private static string Overwritten(string line)
    {
        if (line.IndexOfAny(['\r', '\b', '\e']) < 0)
            return line;
        var (shown, column) = (new StringBuilder(), 0);
        for (var index = 0; index < line.Length; index++)
        {
            if (string.CompareOrdinal(line, index, EraseToEnd, 0, EraseToEnd.Length) == 0)
                (shown.Length, index) = (Math.Min(shown.Length, column), index + EraseToEnd.Length - 1);
            else if (line[index] == '\r')
                column = 0;
            else if (line[index] == '\b')
                column = Math.Max(0, column - 1);
            else
                Put(shown, column++, line[index]);
        }
        return shown.ToString();
    }

    private static void Put(StringBuilder shown, int column, char character)
    {
        if (column < shown.Length)
            shown[column] = character;
        else
            shown.Append(' ', column - shown.Length).Append(character);
    }

    private const string EraseToEnd = "\e[K";

    /// <summary>Colours, titles and modes; what moves the cursor about the screen is beyond these pages.</summary>
    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-JL-Z]|\e\][^\a\e]*(\a|\e\\)|\e\[[1-9]K|\e[=>]")]
    private static partial Regex Unseen { get; }
}
