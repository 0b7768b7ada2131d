namespace Sockeye.Sessions;

/// <summary>SKELETON: carries bytes between two ends until both are done.</summary>
public static class Session
{
    /// <summary>Runs until both directions are done or a rule ends it.</summary>
    /// <param name="local">Our side: standard streams, a file, another connection.</param>
    /// <param name="peer">The peer's side.</param>
    /// <param name="options">Rules of ending, limits, observers.</param>
    /// <param name="cancel">Ends it; the outcome's reason is then <see cref="SessionEnding.Cancelled"/>.</param>
    public static Task<SessionOutcome> RunAsync(End local, End peer, SessionOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();
}

/// <summary>SKELETON: one end of a session.</summary>
public abstract class End
{
    /// <summary>A connection.</summary>
    public static End Of(Connection connection) => throw new NotImplementedException();

    /// <summary>Two streams: what to send, and where to put what comes. Either may be null.</summary>
    public static End Of(Stream? input, Stream? output) => throw new NotImplementedException();

    /// <summary>A connected datagram socket: a chunk is a datagram.</summary>
    public static End Of(DatagramSocket socket) => throw new NotImplementedException();
}

/// <summary>How input is cut into datagrams.</summary>
public enum Framing
{
    /// <summary>As it is read.</summary>
    Read,
    /// <summary>A datagram a line, without its end.</summary>
    Line,
    /// <summary>A datagram up to each NUL.</summary>
    Nul,
    /// <summary>All of the input.</summary>
    Whole,
    /// <summary>Blocks of <see cref="SessionOptions.FrameSize"/>.</summary>
    Size,
}

/// <summary>Rules of a session.</summary>
public sealed record SessionOptions
{
    /// <summary>No byte either way for this long ends it (TimedOut). Defaults to none.</summary>
    public TimeSpan Idle { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The whole session may take this long (TimedOut). Defaults to none.</summary>
    public TimeSpan MaxTime { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Shut the peer's sending direction when local input ends. Defaults to true.</summary>
    public bool HalfClose { get; init; } = true;

    /// <summary>How long the peer may still send after local input ended. Defaults to none.</summary>
    public TimeSpan LocalEndedWait { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long local input may be silent after the peer's stream ended. Defaults to 1 s.</summary>
    public TimeSpan PeerEndedWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Turn LF into CR LF on the way to the peer. Defaults to false.</summary>
    public bool Crlf { get; init; }

    /// <summary>How input is cut into messages for a datagram peer. Defaults to Read.</summary>
    public Framing Framing { get; init; }

    /// <summary>Block size for <see cref="Framing.Size"/>.</summary>
    public int FrameSize { get; init; } = 1024;

    /// <summary>End as soon as this many messages have come from the peer; 0 for no such end. Fewer at the end: TimedOut.</summary>
    public int Replies { get; init; }

    /// <summary>Sees every chunk as it is carried, before it is written. Defaults to null.</summary>
    public Action<SessionDirection, ReadOnlyMemory<byte>>? OnChunk { get; init; }

    /// <summary>The clock. Defaults to the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Which way bytes go.</summary>
public enum SessionDirection
{
    /// <summary>Local to peer.</summary>
    Sent,
    /// <summary>Peer to local.</summary>
    Received,
}

/// <summary>Why a session ended.</summary>
public enum SessionEnding
{
    /// <summary>Both directions ended.</summary>
    BothEnded,
    /// <summary>The peer's stream ended and local input stayed silent.</summary>
    PeerEnded,
    /// <summary>The wait after local input's end has passed.</summary>
    LocalEnded,
    /// <summary>As many replies as were asked for have come.</summary>
    RepliesCame,
    /// <summary>The output's reader went away.</summary>
    OutputClosed,
    /// <summary>The caller's token.</summary>
    Cancelled,
    /// <summary>An error; see <see cref="SessionOutcome.Error"/>.</summary>
    Failed,
}

/// <summary>What a session came to.</summary>
/// <param name="Ending">Why it ended.</param>
/// <param name="Error">What failed, or null.</param>
/// <param name="BytesSent">Bytes to the peer.</param>
/// <param name="BytesReceived">Bytes from the peer.</param>
/// <param name="MessagesSent">Chunks (datagrams) to the peer.</param>
/// <param name="MessagesReceived">Chunks (datagrams) from the peer.</param>
/// <param name="FirstByte">From the start until the peer's first byte; null if none came.</param>
/// <param name="Duration">From start to end.</param>
public sealed record SessionOutcome(
    SessionEnding Ending, Exception? Error, long BytesSent, long BytesReceived,
    long MessagesSent, long MessagesReceived, TimeSpan? FirstByte, TimeSpan Duration);
