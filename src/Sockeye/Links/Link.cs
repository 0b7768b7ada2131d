using System.Buffers;
using System.Runtime.InteropServices;

namespace Sockeye.Links;

/// <summary>
/// What a <see cref="Connection"/> stands on: moves bytes and ends directions, nothing more. Limits, buffers and
/// errors live above it; a link throws what the platform throws (<see cref="System.Net.Sockets.SocketException"/>,
/// <see cref="IOException"/>) and is never called after <see cref="Dispose"/>.
/// </summary>
internal abstract class Link : IDisposable
{
    /// <summary>Our end.</summary>
    public abstract Address LocalAddress { get; }

    /// <summary>The peer's end.</summary>
    public abstract Address RemoteAddress { get; }

    /// <summary>The handle that the bytes go through unchanged, or null where the link must see them.</summary>
    public virtual SafeHandle? Raw => null;

    /// <summary>Waits for bytes; 0 is the peer's end (or, for an empty buffer, that bytes have come).</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel);

    /// <summary>Sends all of the bytes.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>As <see cref="ReadAsync"/>, blocking; cancelled, or a socket's TimedOut, when the limit has passed.</summary>
    public virtual int Read(Span<byte> buffer, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        var bytes = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            var count = ReadAsync(bytes.AsMemory(0, buffer.Length), timer.Token).AsTask().GetAwaiter().GetResult();
            bytes.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>As <see cref="WriteAsync"/>, blocking; ends as <see cref="Read"/> when the limit has passed.</summary>
    public virtual void Write(ReadOnlySpan<byte> bytes, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        WriteAsync(bytes.ToArray(), timer.Token).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Ends our sending direction: after the last byte the peer reads the end.</summary>
    public abstract ValueTask CloseWriteAsync(CancellationToken cancel);

    /// <summary>Whether our sending direction can end while the other goes on.</summary>
    public virtual bool CanCloseWrite => true;

    /// <summary>Whether the peer's system is known to hold every byte sent before our end. True where nobody can tell.</summary>
    public virtual bool IsAllAcknowledged => true;

    /// <summary>An error that the system has noted but no call has returned yet; null for none. Asking clears it.</summary>
    public virtual Exception? TakePendingError() => null;

    /// <summary>Lets go at once: the peer sees a reset where the transport has one.</summary>
    public abstract void Abort();

    /// <summary>Frees what the link holds; what a polite end needs has been done before.</summary>
    public abstract void Dispose();
}
