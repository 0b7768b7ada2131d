using System.Text;

namespace Sockeye.Protocols;

/// <summary>One question, one answer. Over UDP the question is an empty datagram, sent again when nothing comes; over TCP
/// connecting is the question.</summary>
internal static class Query
{
    /// <summary>Asks for a text, which a stream's end completes.</summary>
    public static async Task<string> AskForTextAsync(Address server, QueryOptions? options, CancellationToken cancel)
    {
        var answer = await AskAsync(server, options ?? QueryOptions.Default, size: null, cancel).ConfigureAwait(false);
        return Encoding.UTF8.GetString(answer.Bytes).Trim();
    }

    /// <summary>Asks. A stream's answer is complete with <paramref name="size"/> bytes, or for null when it ends.</summary>
    public static Task<QueryReply> AskAsync(Address server, QueryOptions options, int? size, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Transport is Transport.Udp or Transport.UnixDatagram
            ? AskByDatagramAsync(server, options, cancel)
            : AskByStreamAsync(server, options, size, cancel);
    }

    /// <summary>The socket is connected: nobody else can answer, a refusal is told, and the next address is then tried.
    /// It stays the same for every try, so that a late answer to an earlier question counts.</summary>
    private static async Task<QueryReply> AskByDatagramAsync(Address server, QueryOptions options, CancellationToken cancel)
    {
        var time = options.Connect.Time;
        var socket = await DatagramSocket.ConnectAsync(server, SettingsOf(options), cancel).ConfigureAwait(false);
        await using var _ = socket.ConfigureAwait(false);
        for (var tries = 1; ; tries++)
        {
            try
            {
                var asked = time.GetTimestamp();
                await socket.SendAsync(ReadOnlyMemory<byte>.Empty, cancel).ConfigureAwait(false);
                var reply = await socket.ReceiveAsync(cancel).ConfigureAwait(false);
                return new QueryReply(reply.Bytes.ToArray(), reply.From, tries, time.GetElapsedTime(asked));
            }
            catch (NetException silence) when (silence.Kind == NetErrorKind.TimedOut)
            {
                if (tries == options.Tries)
                    throw Unanswered(server, options, socket, silence);
            }
        }
    }

    private static DatagramOptions SettingsOf(QueryOptions options) => new()
    {
        ReceiveTimeout = options.Timeout,
        Timeout = options.Connect.Timeout,
        Family = options.Connect.Family,
        NumericOnly = options.Connect.NumericOnly,
        Source = options.Connect.Source,
        Resolver = options.Connect.Resolver,
        Services = options.Connect.Services,
        Time = options.Connect.Time,
    };

    private static NetException Unanswered(Address server, QueryOptions options, DatagramSocket socket, NetException silence)
    {
        var tries = options.Tries == 1 ? "" : $" to any of {options.Tries} tries";
        return new NetException(NetErrorKind.TimedOut, NetOperation.Read, $"no answer within {Texts.Of(options.Timeout)}{tries}", server, silence)
        {
            LocalAddress = socket.LocalAddress,
            RemoteAddress = socket.RemoteAddress,
        };
    }

    private static async Task<QueryReply> AskByStreamAsync(Address server, QueryOptions options, int? size, CancellationToken cancel)
    {
        var time = options.Connect.Time;
        var started = time.GetTimestamp();
        var connect = options.Connect with { Timeout = Shorter(options.Connect.Timeout, options.Total) };
        var connection = await Connection.ConnectAsync(server, connect, cancel).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);

        var connected = time.GetTimestamp();
        using var limit = new TimeLimit(Left(options.Total, time.GetElapsedTime(started)), time, cancel);
        try
        {
            var bytes = await ReadAsync(connection, size, limit.Token).ConfigureAwait(false);
            return new QueryReply(bytes, connection.RemoteAddress, Tries: 1, time.GetElapsedTime(connected));
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            connection.Abort();
            throw connection.Error(NetErrorKind.TimedOut, NetOperation.Read, $"no whole answer within {Texts.Of(options.Total)}");
        }
    }

    /// <summary>With a size: that much, and what has come along with it. Without: all there is.</summary>
    private static async Task<byte[]> ReadAsync(Connection connection, int? size, CancellationToken cancel)
    {
        var buffer = new byte[MaxAnswer];
        var count = await connection.ReadAtLeastAsync(buffer, size ?? MaxAnswer, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        if (count == 0)
            throw connection.Error(NetErrorKind.ClosedEarly, NetOperation.Read, "the peer ended without an answer");
        if (count < size)
            throw connection.Error(NetErrorKind.ClosedEarly, NetOperation.Read, $"the peer ended after {count} of {Texts.Bytes(size.Value)}");
        if (size is null && count == MaxAnswer)
            throw connection.Error(NetErrorKind.LimitExceeded, NetOperation.Read, $"the answer does not end within {Texts.Bytes(MaxAnswer)}");
        return buffer[..count];
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) =>
        one == Timeout.InfiniteTimeSpan || (other != Timeout.InfiniteTimeSpan && other < one) ? other : one;

    private static TimeSpan Left(TimeSpan limit, TimeSpan elapsed) =>
        limit == Timeout.InfiniteTimeSpan ? limit : limit > elapsed ? limit - elapsed : TimeSpan.Zero;

    /// <summary>In bytes. RFC 865, the longest of these protocols, has 512 characters.</summary>
    private const int MaxAnswer = 8 * 1024;
}

/// <summary>An answer.</summary>
/// <param name="Bytes">What it said.</param>
/// <param name="From">Who gave it, numeric.</param>
/// <param name="Tries">How often it was asked for.</param>
/// <param name="RoundTrip">From the last question to the answer.</param>
internal sealed record QueryReply(byte[] Bytes, Address From, int Tries, TimeSpan RoundTrip);
