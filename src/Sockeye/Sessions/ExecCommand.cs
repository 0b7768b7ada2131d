using System.Text;

namespace Sockeye.Sessions;

/// <summary>A program to run, and its arguments. Immutable.</summary>
public sealed class ExecCommand
{
    /// <summary>A program and its arguments as they are.</summary>
    /// <param name="program">Its path; a name without a slash is looked for on the search path (PATH), and nowhere else.</param>
    /// <param name="arguments">What it is given.</param>
    public ExecCommand(string program, params IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        Program = program;
        Arguments = [.. arguments];
    }

    /// <summary>The program's path or name, as given.</summary>
    public string Program { get; }

    /// <summary>What it is given.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Reads a program and its arguments from one line, without a shell: words between blanks. Quotes of both kinds
    /// keep blanks in a word; a backslash makes the next character an ordinary one, except between single quotes.</summary>
    /// <param name="line">For example <c>/usr/bin/grep -n "two words"</c>.</param>
    /// <returns>The command.</returns>
    /// <exception cref="FormatException">There is no word, a quote is not closed, or a backslash ends the line.</exception>
    public static ExecCommand Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return SplitWords(line) is [var program, .. var arguments] && program.Length > 0
            ? new(program, arguments)
            : throw new FormatException("there is no program to run");
    }

    /// <summary>A line for the system's shell: <c>/bin/sh -c LINE</c>, on Windows <c>cmd /c LINE</c>.</summary>
    /// <param name="line">What one would type.</param>
    public static ExecCommand Shell(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return OperatingSystem.IsWindows() ? new("cmd.exe", "/c", line) : new("/bin/sh", "-c", line);
    }

    /// <summary>The program's file.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="FileNotFoundException">There is none, or no program of that name is on the search path.</exception>
    /// <exception cref="UnauthorizedAccessException">It is no file that may be run.</exception>
    public string Locate()
    {
        var isPath = Program.Contains('/') || (OperatingSystem.IsWindows() && Program.Contains('\\'));
        string[] places = isPath ? [Path.GetFullPath(Program)] : [.. SearchPath().Select(directory => Path.Combine(directory, Program))];
        if (Array.Find(places, IsProgram) is { } found)
            return found;
        throw Array.Exists(places, Path.Exists)
            ? new UnauthorizedAccessException($"cannot run '{Program}': it is no file that may be run")
            : new FileNotFoundException($"cannot run '{Program}': {(isPath ? "there is no such file" : "no such program is on the search path")}");
    }

    private static IEnumerable<string> SearchPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(Path.IsPathFullyQualified);

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != UnixFileMode.None);

    private static List<string> SplitWords(string line)
    {
        var words = new List<string>();
        var word = (StringBuilder?)null;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && quote != '\'')
                (word ??= new()).Append(++i < line.Length ? line[i] : throw new FormatException("a backslash ends the line"));
            else if (quote == '\0' && c is '\'' or '"')
                (quote, word) = (c, word ?? new());
            else if (c == quote)
                quote = '\0';
            else if (quote != '\0' || !char.IsWhiteSpace(c))
                (word ??= new()).Append(c);
            else if (word is not null)
                (words, word) = ([.. words, word.ToString()], null);
        }
        if (quote != '\0')
            throw new FormatException($"a {quote} is not closed");
        return word is null ? words : [.. words, word.ToString()];
    }

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
