using System.Globalization;
using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// The daytime protocol (RFC 867): the date and time as a line for people; its form is the server's choice.
/// <code>
/// stream    server: Tuesday, February 7, 2036 06:28:16-UTC\r\n      then ends
/// datagram  client: anything                                       server: a datagram with that line
/// </code>
/// </summary>
/// <example><code>
/// Console.WriteLine(await Daytime.QueryAsync("localhost"));
/// </code></example>
public static class Daytime
{
    /// <summary>Asks a host's daytime server over UDP, at the service's own port, and returns what it says.</summary>
    /// <param name="host">Host name or literal.</param>
    /// <param name="options">Tries and limits. Defaults to <see cref="QueryOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>The server's text, white space around it left out.</returns>
    /// <exception cref="NetException">As for the overload that takes an address.</exception>
    public static Task<string> QueryAsync(string host, QueryOptions? options = null, CancellationToken cancel = default) =>
        QueryAsync(Address.Udp(host, "daytime"), options, cancel);

    /// <summary>Asks a daytime server and returns what it says.</summary>
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

    /// <summary>Serves one client: sends the line. The server then closes.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static Task ServeAsync(Connection peer, CancellationToken cancel = default) =>
        ServeAsync(peer, TimeProvider.System, cancel);

    /// <summary>The handler <see cref="ServeAsync(Connection, CancellationToken)"/>, by the given clock.</summary>
    /// <param name="clock">Says what time it is.</param>
    public static ConnectionHandler ServeWith(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return (peer, cancel) => ServeAsync(peer, clock, cancel);
    }

    /// <summary>Answers a datagram with the line.</summary>
    /// <param name="request">The datagram; what it carries does not matter.</param>
    /// <param name="cancel">Not used: the answer is there at once.</param>
    public static ValueTask<ReadOnlyMemory<byte>?> Answer(Datagram request, CancellationToken cancel = default) =>
        AnswerOf(TimeProvider.System);

    /// <summary>The handler <see cref="Answer"/>, by the given clock.</summary>
    /// <param name="clock">Says what time it is.</param>
    public static DatagramHandler AnswerWith(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return (_, _) => AnswerOf(clock);
    }

    private static async Task ServeAsync(Connection peer, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(peer);
        await peer.WriteAsync(Encode(clock.GetUtcNow()), cancel).ConfigureAwait(false);
    }

    private static ValueTask<ReadOnlyMemory<byte>?> AnswerOf(TimeProvider clock) => new(Encode(clock.GetUtcNow()));

    /// <summary>The first form that RFC 867 suggests: "Weekday, Month Day, Year Time-Zone"; here always in UTC.</summary>
    private static byte[] Encode(DateTimeOffset time) =>
        Encoding.ASCII.GetBytes(time.UtcDateTime.ToString("dddd, MMMM d, yyyy HH:mm:ss'-UTC\r\n'", CultureInfo.InvariantCulture));
}
