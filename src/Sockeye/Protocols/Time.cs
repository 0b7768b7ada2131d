using System.Buffers.Binary;

namespace Sockeye.Protocols;

/// <summary>
/// The time protocol (RFC 868): the seconds since 1 January 1900 00:00 UTC, in 32 bits, the highest byte first.
/// <code>
/// stream    server: 4 bytes, then ends
/// datagram  client: an empty datagram      server: a datagram of 4 bytes
///
///            0               1               2               3
///           +---------------+---------------+---------------+---------------+
///           |                     seconds since 1900, mod 2^32              |
///           +---------------+---------------+---------------+---------------+
/// </code>
/// The number comes round on 7 February 2036 at 06:28:16 UTC. Of the moments it can mean, the one nearest to the local
/// clock is taken, so the answer is right as long as that clock is less than 68 years off.
/// </summary>
/// <example><code>
/// var time = await Time.QueryAsync("localhost");
/// Console.WriteLine(time.ToLocalTime());
/// </code></example>
public static class Time
{
    /// <summary>Asks a host's time server over UDP, at the service's own port, and returns its time.</summary>
    /// <param name="host">Host name or literal.</param>
    /// <param name="options">Tries and limits. Defaults to <see cref="QueryOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>The time in UTC, in whole seconds.</returns>
    /// <exception cref="NetException">As for <see cref="MeasureAsync"/>.</exception>
    public static Task<DateTimeOffset> QueryAsync(string host, QueryOptions? options = null, CancellationToken cancel = default) =>
        QueryAsync(Address.Udp(host, "time"), options, cancel);

    /// <summary>Asks a time server and returns its time.</summary>
    /// <param name="server">Its address, <c>udp</c> or <c>tcp</c>.</param>
    /// <param name="options">Tries and limits. Defaults to <see cref="QueryOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>The time in UTC, in whole seconds.</returns>
    /// <exception cref="NetException">As for <see cref="MeasureAsync"/>.</exception>
    public static async Task<DateTimeOffset> QueryAsync(Address server, QueryOptions? options = null, CancellationToken cancel = default) =>
        (await MeasureAsync(server, options, cancel).ConfigureAwait(false)).Time;

    /// <summary>Asks a time server and returns its time with what was seen on the way: the difference to the local
    /// clock, the round trip, how many tries it took, who answered.</summary>
    /// <param name="server">Its address, <c>udp</c> or <c>tcp</c>.</param>
    /// <param name="options">Tries and limits. Defaults to <see cref="QueryOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.Refused"/> if nobody listens at any of its addresses,
    /// <see cref="NetErrorKind.TimedOut"/> if no try was answered, <see cref="NetErrorKind.ProtocolViolation"/> if a
    /// datagram of fewer than four bytes came, <see cref="NetErrorKind.ClosedEarly"/> if the stream ended before four,
    /// and the kinds of look-up.</exception>
    public static async Task<TimeReading> MeasureAsync(Address server, QueryOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        options ??= QueryOptions.Default;
        var answer = await Query.AskAsync(server, options, Size, cancel).ConfigureAwait(false);
        var time = Decode(answer.Bytes, options.Connect.Time, server);
        var local = options.Connect.Time.GetUtcNow() - answer.RoundTrip / 2;
        return new TimeReading(time, time - local, answer.RoundTrip, answer.Tries, answer.Bytes.Length - Size, answer.From);
    }

    /// <summary>Serves one client: sends the time. The server then closes.</summary>
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

    /// <summary>Answers a datagram with the time.</summary>
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

    /// <summary>The four bytes of a time, its fraction of a second left out.</summary>
    /// <param name="time">Any time; the era (the 136 years it lies in) is not part of the bytes.</param>
    public static byte[] Encode(DateTimeOffset time)
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)SecondsOf(time)));
        return bytes;
    }

    /// <summary>The time that four bytes mean. More bytes are left alone: some servers send eight, the time first.</summary>
    /// <param name="bytes">The answer of a time server.</param>
    /// <param name="clock">Tells the era: the moment nearest to it is meant. Defaults to <see cref="TimeProvider.System"/>.</param>
    /// <returns>The time in UTC.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.ProtocolViolation"/>: fewer than four bytes.</exception>
    public static DateTimeOffset Decode(ReadOnlyMemory<byte> bytes, TimeProvider? clock = null) =>
        Decode(bytes, clock ?? TimeProvider.System, server: null);

    private static async Task ServeAsync(Connection peer, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(peer);
        await peer.WriteAsync(Encode(clock.GetUtcNow()), cancel).ConfigureAwait(false);
    }

    private static ValueTask<ReadOnlyMemory<byte>?> AnswerOf(TimeProvider clock) => new(Encode(clock.GetUtcNow()));

    private static DateTimeOffset Decode(ReadOnlyMemory<byte> bytes, TimeProvider clock, Address? server)
    {
        if (bytes.Length < Size)
            throw new NetException(NetErrorKind.ProtocolViolation, NetOperation.Read,
                $"wrong-sized reply: the time has {Size} bytes, this has {bytes.Length}", server);
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
        var now = SecondsOf(clock.GetUtcNow());
        var ahead = unchecked((int)(seconds - (uint)now)); // of the clock; within 68 years either way
        return Epoch.AddSeconds(now + ahead);
    }

    private static long SecondsOf(DateTimeOffset time) => (long)Math.Floor((time - Epoch).TotalSeconds);

    private static DateTimeOffset Epoch => new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const int Size = 4;
}

/// <summary>A time server's answer and what was seen on the way.</summary>
/// <param name="Time">The server's time in UTC, in whole seconds.</param>
/// <param name="Offset">How far it is ahead of the local clock at the middle of the round trip. The server leaves its
/// fraction out, so a second more or less means nothing.</param>
/// <param name="RoundTrip">From the last question to the answer; over TCP, connecting is not part of it.</param>
/// <param name="Tries">How many questions were sent.</param>
/// <param name="ExtraBytes">Bytes beyond the four of the time, which were left alone; 0 for a server that keeps to RFC 868.</param>
/// <param name="Server">Who answered, numeric.</param>
public sealed record TimeReading(
    DateTimeOffset Time, TimeSpan Offset, TimeSpan RoundTrip, int Tries, int ExtraBytes, Address Server);
