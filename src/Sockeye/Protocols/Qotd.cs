using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// The quote of the day protocol (RFC 865): a short text, fewer than 512 characters, the same one for a day.
/// <code>
/// stream    server: Say what happened, to whom, and what to do next.\r\n     then ends
/// datagram  client: anything              server: a datagram with that text
/// </code>
/// </summary>
public static class Qotd
{
    /// <summary>Asks a host's quote server over UDP, at the service's own port, and returns its quote.</summary>
    /// <param name="host">Host name or literal.</param>
    /// <param name="options">Tries and limits. Defaults to <see cref="QueryOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>The server's text, white space around it left out.</returns>
    /// <exception cref="NetException">As for the overload that takes an address.</exception>
    public static Task<string> QueryAsync(string host, QueryOptions? options = null, CancellationToken cancel = default) =>
        QueryAsync(Address.Udp(host, "qotd"), options, cancel);

    /// <summary>Asks a quote server and returns its quote.</summary>
    /// <param name="server">Its address, <c>udp</c> or <c>tcp</c>.</param>
    /// <param name="options">Tries and limits. Defaults to <see cref="QueryOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>The server's text, white space around it left out.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.Refused"/> if nobody listens at any of its addresses,
    /// <see cref="NetErrorKind.TimedOut"/> if no try was answered, <see cref="NetErrorKind.ClosedEarly"/> if the stream
    /// ended without a byte, <see cref="NetErrorKind.LimitExceeded"/> if it does not end within 8 KiB, and the kinds
    /// of look-up.</exception>
    public static Task<string> QueryAsync(Address server, QueryOptions? options = null, CancellationToken cancel = default) =>
        Query.AskForTextAsync(server, options, cancel);

    /// <summary>Serves one client: sends the built-in quote of the day. The server then closes.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static Task ServeAsync(Connection peer, CancellationToken cancel = default) =>
        ServeAsync(peer, BuiltIn, TimeProvider.System, cancel);

    /// <summary>The handler <see cref="ServeAsync(Connection, CancellationToken)"/>, with other quotes or another clock.</summary>
    /// <param name="quotes">One for each day in turn: printing ASCII characters and line ends, at most 509 of them.
    /// Defaults to the built-in ones.</param>
    /// <param name="clock">Says what day it is, in UTC. Defaults to <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException">There is no quote, or one is too long or has other characters.</exception>
    public static ConnectionHandler ServeWith(IReadOnlyList<string>? quotes = null, TimeProvider? clock = null)
    {
        var served = Checked(quotes);
        return (peer, cancel) => ServeAsync(peer, served, clock ?? TimeProvider.System, cancel);
    }

    /// <summary>Answers a datagram with the built-in quote of the day.</summary>
    /// <param name="request">The datagram; what it carries does not matter.</param>
    /// <param name="cancel">Not used: the answer is there at once.</param>
    public static ValueTask<ReadOnlyMemory<byte>?> Answer(Datagram request, CancellationToken cancel = default) =>
        new(OfToday(BuiltIn, TimeProvider.System));

    /// <summary>The handler <see cref="Answer"/>, with other quotes or another clock.</summary>
    /// <param name="quotes">As for <see cref="ServeWith"/>.</param>
    /// <param name="clock">Says what day it is, in UTC. Defaults to <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException">There is no quote, or one is too long or has other characters.</exception>
    public static DatagramHandler AnswerWith(IReadOnlyList<string>? quotes = null, TimeProvider? clock = null)
    {
        var served = Checked(quotes);
        return (_, _) => new(OfToday(served, clock ?? TimeProvider.System));
    }

    private static async Task ServeAsync(Connection peer, IReadOnlyList<string> quotes, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(peer);
        await peer.WriteAsync(OfToday(quotes, clock), cancel).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> OfToday(IReadOnlyList<string> quotes, TimeProvider clock)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return Encoding.ASCII.GetBytes(quotes[today.DayNumber % quotes.Count] + LineEnd);
    }

    private static IReadOnlyList<string> Checked(IReadOnlyList<string>? quotes)
    {
        if (quotes is null)
            return BuiltIn;
        if (quotes.Count == 0)
            throw new ArgumentException("There has to be a quote to serve.", nameof(quotes));
        return [.. quotes.Select(Checked)];
    }

    private static string Checked(string quote)
    {
        var text = quote.ReplaceLineEndings(LineEnd);
        if (text.Length + LineEnd.Length >= Limit)
            throw new ArgumentException($"A quote with its line end has fewer than {Limit} characters (RFC 865): \"{quote}\"", nameof(quote));
        if (text.Any(character => character is not (>= ' ' and <= '~' or '\r' or '\n')))
            throw new ArgumentException($"A quote has printing ASCII characters only (RFC 865): \"{quote}\"", nameof(quote));
        return text;
    }

    private static IReadOnlyList<string> BuiltIn { get; } =
    [
        "Say what happened, to whom, and what to do next.",
        "A timeout is a question you stopped asking; say so, and nobody waits twice.",
        "The network is not slow. It is telling you how far away everything is.",
        "Half-closed is not half-open: one has finished speaking, the other is still listening.",
        "Bytes keep no promises about where a message ends. Agree on that first.",
        "Every retry is a bet that the other side has changed its mind.",
        "A port is only a number until somebody listens.",
        "Sockeye salmon go upstream, too. They are very good at retransmission.",
        "I could tell you one about UDP, but you might not get it.",
        "Be strict about lengths, generous about time, and honest about failure.",
    ];

    private const string LineEnd = "\r\n";
    private const int Limit = 512;
}
