namespace Sockeye.Sessions;

/// <summary>Bytes on their way: what one read gave, or one whole message where an end keeps messages apart.</summary>
/// <param name="Direction">Which way they go.</param>
/// <param name="Bytes">As they are written; valid during the call only.</param>
/// <param name="Offset">How many bytes went this way before them.</param>
/// <param name="Truncated">Whether it is a datagram that was longer than the receiving limit and was cut.</param>
public readonly record struct SessionChunk(SessionDirection Direction, ReadOnlyMemory<byte> Bytes, long Offset, bool Truncated);

/// <summary>Which way bytes go.</summary>
public enum SessionDirection
{
    /// <summary>From local to the peer.</summary>
    Sent,

    /// <summary>From the peer to local.</summary>
    Received,
}
