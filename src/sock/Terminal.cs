using System.Text;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool;

/// <summary>What is printed where: data on standard output, talk on standard error, colour only for a person.</summary>
internal static class Terminal
{
    public static bool InputIsTerminal => !Console.IsInputRedirected;

    public static bool OutputIsTerminal => !Console.IsOutputRedirected;

    /// <summary>How many columns a line of standard output may have.</summary>
    public static int Width => Unix.Columns() ?? UsualWidth;

    public static bool ErrorIsTerminal => !Console.IsErrorRedirected;

    /// <summary>Prints a line of asked-for data on standard output. Fails as writing a file does: disk full, reader gone.</summary>
    public static void Print(string line) => StandardStreams.Output.Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Says a line on standard error; nobody there to listen is not an error.</summary>
    public static void Say(string line) => Tell(line + "\n");

    /// <summary>Overwrites the current line of standard error, for progress; silent where that is no terminal. What is too long
    /// for a line is cut off (DECAWM is off meanwhile): only one line can be overwritten.</summary>
    public static void ShowProgress(string line)
    {
        if (ErrorIsTerminal && !IsDumb)
            Tell(line.Length == 0 ? "\r\e[K" : $"\r\e[K\e[?7l{line}\e[?7h");
    }

    /// <summary>Takes the progress line away, so that the next line begins clean.</summary>
    public static void ClearProgress() => ShowProgress("");

    /// <summary>The text in a colour if standard error shows colours, else as it is.</summary>
    public static string Paint(string text, Colour colour) => Paint(text, colour, ErrorIsTerminal);

    /// <summary>The text in a colour if standard output shows colours, else as it is.</summary>
    public static string PaintOutput(string text, Colour colour) => Paint(text, colour, OutputIsTerminal);

    /// <summary>The text in lines of at most so many characters, broken at blanks where there are any.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var end = text.LastIndexOf(' ', width);
            if (end <= 0)
                break;
            yield return text[..end];
            text = text[(end + 1)..];
        }
        yield return text;
    }

    /// <summary>Remote text with its control characters made visible, so that it can command no terminal.</summary>
    public static string Harmless(string text) =>
        !text.Any(char.IsControl) ? text : string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));

    private static void Tell(string text)
    {
        try
        {
            StandardStreams.Error.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // There is nowhere left to complain.
        }
    }

    private static string Paint(string text, Colour colour, bool isTerminal) =>
        isTerminal && colour != Colour.Plain && ColoursAreWelcome ? $"\e[{Code(colour)}m{text}\e[0m" : text;

    private static string Code(Colour colour) => colour == Colour.Bold ? "1" : $"38;5;{(int)colour}";

    private const int UsualWidth = 80;

    // https://no-color.org: set and not empty means none.
    private static bool ColoursAreWelcome =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !IsDumb;

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";
}

/// <summary>Colours by what they stand for, as numbers of the 256 whose shades are the same in every terminal: each can be
/// read on white and on black, which the usual sixteen cannot.</summary>
internal enum Colour
{
    Plain = 0,
    Bold = 1,
    Good = 28,
    Ours = 30,
    Theirs = 133,
    Error = 160,
    Faint = 243,
}
