using System.Globalization;
using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// The first program of every chapter on sockets: it says who you are, asks for a string and answers its length.
/// <code>
/// server: Welcome, 127.0.0.1:40512\n
/// server: Please enter a string:            (no line end: the answer stands beside it)
/// client: hello\n
/// server: You entered 5 characters.\n       (then the connection is closed)
/// </code>
/// </summary>
public static class Greeting
{
    /// <summary>Holds the conversation from the client's side and returns what the server said.</summary>
    /// <param name="peer">A connection to a greeting server, fresh.</param>
    /// <param name="text">What to enter; one line, so without line ends.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="ArgumentException">The text has a line end in it.</exception>
    /// <exception cref="NetException"><see cref="NetErrorKind.ClosedEarly"/> if the server ends in the middle,
    /// <see cref="NetErrorKind.ProtocolViolation"/> if it says anything else, and the kinds of reading and writing.</exception>
    public static async Task<GreetingReply> SayAsync(Connection peer, string text, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().IndexOfAny('\r', '\n') >= 0)
            throw new ArgumentException("The text to enter is one line: it cannot hold a line end.", nameof(text));

        var welcome = await ReadAsync(peer, "\n", cancel).ConfigureAwait(false);
        var prompt = await ReadAsync(peer, ":", cancel).ConfigureAwait(false);
        if (!welcome.StartsWith(WelcomeStart, StringComparison.Ordinal) || prompt != Prompt)
            throw Violation(peer, "it does not greet as a greeting server does");

        await peer.Lines.WriteAsync(text + "\n", cancel).ConfigureAwait(false);
        var answer = await ReadAsync(peer, "\n", cancel).ConfigureAwait(false);
        return new GreetingReply(welcome[WelcomeStart.Length..].TrimEnd(), CountIn(answer, peer));
    }

    /// <summary>Serves one client: welcomes it, asks for a string, answers its length. A client that leaves without
    /// a byte is no error; one that leaves without a line end has entered what it sent.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static async Task ServeAsync(Connection peer, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        await peer.Lines.WriteAsync($"{WelcomeStart}{peer.RemoteAddress}\n{Prompt}", cancel).ConfigureAwait(false);
        var line = await peer.Lines.ReadLineAsync(cancel).ConfigureAwait(false);
        if (line is null)
            return;
        var answer = string.Create(CultureInfo.InvariantCulture, $"{AnswerStart}{CountCharacters(line)}{AnswerEnd}\n");
        await peer.Lines.WriteAsync(answer, cancel).ConfigureAwait(false);
    }

    /// <summary>How many characters a person would count in a line, white space around it left out: grapheme clusters
    /// (Unicode Standard Annex 29), so that an accented letter, a flag or a family of emoji is one.</summary>
    /// <param name="line">The line; null counts as empty.</param>
    public static int CountCharacters(string? line) =>
        line is null ? 0 : new StringInfo(line.Trim()).LengthInTextElements;

    private static async ValueTask<string> ReadAsync(Connection peer, string delimiter, CancellationToken cancel)
    {
        var bytes = await peer.Lines
            .ReadUntilAsync(Encoding.ASCII.GetBytes(delimiter), peer.Lines.MaxLineLength, cancel).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    private static int CountIn(string answer, Connection peer)
    {
        var text = answer.AsSpan().TrimEnd();
        if (text.StartsWith(AnswerStart) && text.EndsWith(AnswerEnd)
            && int.TryParse(text[AnswerStart.Length..^AnswerEnd.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count;
        throw Violation(peer, "its answer holds no number of characters");
    }

    private static NetException Violation(Connection peer, string reason) =>
        peer.Error(NetErrorKind.ProtocolViolation, NetOperation.Read, reason);

    private const string WelcomeStart = "Welcome, ";
    private const string Prompt = "Please enter a string:";
    private const string AnswerStart = "You entered ";
    private const string AnswerEnd = " characters.";
}

/// <summary>What a greeting server said.</summary>
/// <param name="You">Our own address as the server sees it.</param>
/// <param name="Characters">How many characters it counted.</param>
public sealed record GreetingReply(string You, int Characters);
