namespace Sockeye.Sessions;

/// <summary>Rules and limits of a session. Immutable.</summary>
public sealed record SessionOptions
{
    internal static SessionOptions Default { get; } = new();

    /// <summary>How long no byte may move in either direction; then the session fails with <see cref="NetErrorKind.TimedOut"/>.
    /// Defaults to <see cref="Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = Timeout.InfiniteTimeSpan;

    /// <summary>How long the whole session may take; then it fails with <see cref="NetErrorKind.TimedOut"/>.
    /// Defaults to <see cref="Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public TimeSpan MaxDuration
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = Timeout.InfiniteTimeSpan;

    /// <summary>Shut the sending direction to the peer when local input ends, so that the peer reads an end.
    /// Defaults to true.</summary>
    public bool HalfClose { get; init; } = true;

    /// <summary>Local input that ends without a byte does not count as ended: nothing is shut and
    /// <see cref="LocalEndedWait"/> does not begin until the peer ends. Defaults to false.</summary>
    public bool KeepOpenOnEmptyInput { get; init; }

    /// <summary>How long the peer may still send after local input has ended; that is a good end.
    /// Defaults to <see cref="Timeout.InfiniteTimeSpan"/>: until the peer ends.</summary>
    public TimeSpan LocalEndedWait
    {
        get;
        init => field = TimeRange.CheckWait(value);
    } = Timeout.InfiniteTimeSpan;

    /// <summary>How long local input may be silent after the peer's stream has ended; that is a good end.
    /// Defaults to 1 s.</summary>
    public TimeSpan PeerEndedWait
    {
        get;
        init => field = TimeRange.CheckWait(value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>Send CR LF for each LF that has no CR before it. Defaults to false.</summary>
    public bool Crlf { get; init; }

    /// <summary>How long to wait after each line that was sent, or each message where the peer is a datagram socket, before more
    /// is. That is no silence: <see cref="IdleTimeout"/> begins anew after it. Defaults to zero.</summary>
    public TimeSpan SendDelay
    {
        get;
        init => field = TimeRange.CheckPause(value);
    }

    /// <summary>How many bytes a second go in each direction, at most; 0 for no limit. It is kept to evenly, over any time but for
    /// a tenth of a second's bytes and, where messages are kept apart, one message. The wait is no silence. Defaults to 0.</summary>
    public long BytesPerSecond
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>How local input is cut into messages where the peer is a datagram socket and the input is not.
    /// Defaults to <see cref="Framing.Read"/>.</summary>
    public Framing Framing { get; init; }

    /// <summary>Bytes in a message of <see cref="Framing.Block"/>, at least 1; the last may be shorter. Defaults to 1,024.</summary>
    public int FrameSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1024;

    /// <summary>End as soon as this many messages have come from a datagram peer; fewer at the end are
    /// <see cref="NetErrorKind.TimedOut"/>. Defaults to 0: replies are not counted.</summary>
    public int Replies
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Sees every chunk as it is carried, just before it is written. While somebody looks, bytes go through this process's
    /// memory, where the system could otherwise move much at once by itself (Linux). Defaults to null.</summary>
    public Action<SessionChunk>? OnChunk { get; init; }

    /// <summary>Told how many bytes have been carried, each time some were. Defaults to null.</summary>
    public Action<SessionDirection, int>? OnCarried { get; init; }

    /// <summary>Told when a direction's source has ended: <see cref="SessionDirection.Sent"/> is local input's end.
    /// Defaults to null.</summary>
    public Action<SessionDirection>? OnEnded { get; init; }

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
