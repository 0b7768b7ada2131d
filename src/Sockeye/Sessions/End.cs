namespace Sockeye.Sessions;

/// <summary>One end of a session: where bytes come from and where bytes go.</summary>
public abstract class End
{
    private protected End() { }

    /// <summary>A connection. The session closes it.</summary>
    public static End Of(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new ConnectionEnd(connection);
    }

    /// <summary>Two streams, which stay open. A read that is pending when the session ends is cancelled if the stream can do
    /// that, and else left to itself. What it then takes is not lost: the end may be used for one session after another, and
    /// the next one begins with it.</summary>
    /// <param name="input">What to send; null for nothing, which counts as input that has ended.</param>
    /// <param name="output">Where to put what comes; null to drop it.</param>
    public static End Of(Stream? input, Stream? output) => new StreamEnd(input, output);

    /// <summary>A connected datagram socket, which stays open. Each datagram is one chunk, an empty one too; it has no end.</summary>
    /// <exception cref="ArgumentException">The socket is not connected.</exception>
    public static End Of(DatagramSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return socket.RemoteAddress is not null
            ? new DatagramEnd(socket)
            : throw new ArgumentException("an unconnected socket needs a first datagram to know whom to talk to", nameof(socket));
    }

    /// <summary>A bound datagram socket, which stays open, talking with whoever sent <paramref name="first"/>.</summary>
    /// <param name="socket">An unconnected socket.</param>
    /// <param name="first">A datagram received from it: the first that the session carries.</param>
    /// <param name="fromAnyone">Whether datagrams of others are carried as well, and answers go to whoever sent last.
    /// Otherwise they are dropped. Defaults to false.</param>
    public static End Of(DatagramSocket socket, Datagram first, bool fromAnyone = false)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new ServingDatagramEnd(socket, first, fromAnyone);
    }

    /// <summary>An error of the conversation with the other party, with its address if it has one.</summary>
    internal virtual NetException Error(NetErrorKind kind, NetOperation operation, string reason) => new(kind, operation, reason);

    /// <summary>Whether a chunk is a message: not to be split, joined or left out when empty.</summary>
    internal virtual bool KeepsMessages => false;

    /// <summary>Whether a read or a write may hold its thread up where it should wait.</summary>
    internal virtual bool MayBlock => true;

    /// <summary>Where its bytes come from, if nothing of this end's own is done with them; null else. To be asked between reads.</summary>
    internal virtual Stream? Source => null;

    /// <summary>Where its bytes go to, likewise.</summary>
    internal virtual Stream? Sink => null;

    /// <summary>The next chunk of at most that many bytes, valid until the next read. Cancelled, it takes nothing.</summary>
    internal abstract ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel);

    /// <summary>Writes all of the bytes and holds none of them back.</summary>
    internal abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Tells the other party that no more comes, if this kind of end can.</summary>
    internal virtual ValueTask EndWritingAsync(CancellationToken cancel) => default;

    /// <summary>Set once this end has left by itself, whatever the other one does.</summary>
    internal virtual Departure? Departure => null;

    /// <summary>Asks to be called when this end has left: from any thread, and at once if it has left already.</summary>
    internal virtual void OnDeparted(Action tell) { }

    /// <summary>Whether it ends by itself once it has been told the end, however long it is silent until then.</summary>
    internal virtual bool EndsWhenTold => false;

    /// <summary>Whether this error of a write only says that nobody reads any more.</summary>
    internal virtual bool IsReaderGone(Exception error) => false;

    /// <summary>Ends politely what the session owns; fails if what was written cannot be known to have arrived.</summary>
    /// <param name="longestDrain">How long to take in what the other party still sends.</param>
    /// <param name="cancel">Gives up waiting and ends at once.</param>
    internal virtual ValueTask CloseAsync(TimeSpan longestDrain, CancellationToken cancel) => default;

    /// <summary>Ends at once what the session owns, so that the other party cannot take it for a good end.</summary>
    internal virtual void Abort() { }
}

/// <summary>That an end has left by itself.</summary>
/// <param name="Error">Why, if it was made to leave; null if it was done. What it had given before still counts then.</param>
internal sealed record Departure(NetException? Error = null);

/// <summary>What one read gave.</summary>
/// <param name="Bytes">The bytes; empty is an end only where <paramref name="IsEnd"/> says so.</param>
/// <param name="IsEnd">Whether nothing more comes.</param>
/// <param name="Truncated">Whether it is a datagram that was cut.</param>
internal readonly record struct Chunk(ReadOnlyMemory<byte> Bytes, bool IsEnd = false, bool Truncated = false)
{
    public static Chunk End => new(default, IsEnd: true);
}
