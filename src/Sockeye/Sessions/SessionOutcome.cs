namespace Sockeye.Sessions;

/// <summary>What a session came to. Times count from its start.</summary>
public sealed record SessionOutcome
{
    /// <summary>Which rule ended it.</summary>
    public required SessionEnding Ending { get; init; }

    /// <summary>What failed where <see cref="Ending"/> is <see cref="SessionEnding.Failed"/>: a <see cref="NetException"/>, an
    /// <see cref="IOException"/> of a local stream (disk full, ...), or what an observer threw. Null otherwise.</summary>
    public Exception? Error { get; init; }

    /// <summary>Bytes written to the peer.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes received from the peer and written to local.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes taken from local input that are not known to have been written to the peer, because the session ended first.</summary>
    public long BytesUnsent { get; init; }

    /// <summary>Writes to the peer: datagrams, where it keeps messages apart.</summary>
    public long MessagesSent { get; init; }

    /// <summary>Reads from the peer: datagrams, where it keeps messages apart.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>When the peer's first byte or message came; null if none did.</summary>
    public TimeSpan? FirstReceived { get; init; }

    /// <summary>When local input ended; null if it did not.</summary>
    public TimeSpan? LocalEnded { get; init; }

    /// <summary>When the peer's stream ended; null if it did not.</summary>
    public TimeSpan? PeerEnded { get; init; }

    /// <summary>How long the session took, closing included.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>Why a session ended.</summary>
public enum SessionEnding
{
    /// <summary>Both directions ended and everything was carried.</summary>
    BothEnded,

    /// <summary>The peer's stream ended, and local input was silent for <see cref="SessionOptions.PeerEndedWait"/>.</summary>
    PeerEnded,

    /// <summary>Local input ended, and <see cref="SessionOptions.LocalEndedWait"/> has passed.</summary>
    LocalEnded,

    /// <summary>As many replies came as were asked for (<see cref="SessionOptions.Replies"/>).</summary>
    RepliesCame,

    /// <summary>Nobody reads the local output any more.</summary>
    OutputClosed,

    /// <summary>The caller's token was cancelled.</summary>
    Cancelled,

    /// <summary>A limit passed or something failed: see <see cref="SessionOutcome.Error"/>.</summary>
    Failed,
}
