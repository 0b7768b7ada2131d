using System.Buffers;
using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>
/// What a <see cref="Connection"/> stands on: moves bytes and ends directions, nothing more. Limits, buffers and
/// errors live above it; a link throws what the platform throws (<see cref="System.Net.Sockets.SocketException"/>,
/// <see cref="IOException"/>) and starts nothing after <see cref="DisposeAsync"/> or <see cref="Abort"/>.
/// </summary>
internal abstract class Link : IAsyncDisposable
{
    /// <summary>Our end.</summary>
    public abstract Address LocalAddress { get; }

    /// <summary>The peer's end.</summary>
    public abstract Address RemoteAddress { get; }

    /// <summary>The handle that the bytes go through unchanged, or null where the link must see them.</summary>
    public virtual SafeHandle? Raw => null;

    /// <summary>Waits for bytes; 0 is the peer's end (or, for an empty buffer, that bytes have come).</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel);

    /// <summary>As the other, until the wait is cut off. A link that can do without a token saves its making.</summary>
    public virtual ValueTask<int> ReadAsync(Memory<byte> buffer, Wait wait) => ReadAsync(buffer, wait.Token);

    /// <summary>Sends all of the bytes.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>As the other, until the wait is cut off.</summary>
    public virtual ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, Wait wait) => WriteAsync(bytes, wait.Token);

    /// <summary>Takes what is there, as far as it is known without waiting; null else. A link need not be able to tell.</summary>
    public virtual int? TryRead(Span<byte> buffer) => null;

    /// <summary>Sends what can be sent without waiting, and returns how much that was. A link need not be able to tell.</summary>
    public virtual int TryWrite(ReadOnlySpan<byte> bytes) => 0;

    /// <summary>As <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>, blocking.</summary>
    /// <param name="buffer">Where to put the bytes.</param>
    /// <param name="limit">When a link that blocks in the system comes back empty-handed: the token cannot reach it there.</param>
    /// <param name="cancel">Ends the wait of every other link.</param>
    /// <returns>How many bytes; null when the limit has passed.</returns>
    public virtual int? Read(Span<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        LoopTurn.StepAside();
        var bytes = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            var count = ReadAsync(bytes.AsMemory(0, buffer.Length), cancel).AsTask().GetAwaiter().GetResult();
            bytes.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>As <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, blocking, with limits as of <see cref="Read"/>.</summary>
    /// <returns>How many bytes were sent: all of them unless the limit has passed.</returns>
    public virtual int Write(ReadOnlySpan<byte> bytes, TimeSpan limit, CancellationToken cancel)
    {
        LoopTurn.StepAside();
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        try
        {
            bytes.CopyTo(copy);
            WriteAsync(copy.AsMemory(0, bytes.Length), cancel).AsTask().GetAwaiter().GetResult();
            return bytes.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <summary>Whether it can wait for readiness without a thread of its own.</summary>
    public virtual bool AwaitsReadiness => false;

    /// <summary>Whether bytes may be taken from <see cref="Raw"/> at once, or others come first.</summary>
    public virtual bool MayTakeNow(DescriptorWait? wait) => true;

    /// <summary>Whether bytes may be given to it at once.</summary>
    public virtual bool MayGiveNow(DescriptorWait? wait) => true;

    /// <summary>Waits until <see cref="Raw"/> can be read; an end and an error count.</summary>
    /// <param name="thread">How this thread waits; null where the link does without one.</param>
    /// <param name="wait">Ends it.</param>
    public virtual ValueTask WhenReadableAsync(DescriptorWait? thread, Wait wait)
    {
        thread!.ForReading(Raw!, wait.Token);
        return default;
    }

    /// <summary>As <see cref="WhenReadableAsync"/>, until it can be written.</summary>
    public virtual ValueTask WhenWritableAsync(DescriptorWait? thread, Wait wait)
    {
        thread!.ForWriting(Raw!, wait.Token);
        return default;
    }

    /// <summary>Has this run soon on a thread where code of this link goes on after a wait.</summary>
    public virtual void Post(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    /// <summary>Ends our sending direction: after the last byte the peer reads the end.</summary>
    public abstract ValueTask CloseWriteAsync(CancellationToken cancel);

    /// <summary>Whether our sending direction can end while the other goes on.</summary>
    public virtual bool CanCloseWrite => true;

    /// <summary>Whether the peer's system is known to hold every byte sent before our end. True where nobody can tell.</summary>
    public virtual bool IsAllAcknowledged => true;

    /// <summary>Whether everything sent so far is known to be with the peer's system, while both directions may still go on;
    /// null where nobody can tell.</summary>
    public virtual bool? HasArrived => null;

    /// <summary>An error that the system has noted but no call has returned yet; null for none. Asking clears it.</summary>
    public virtual Exception? TakePendingError() => null;

    /// <summary>Whether what is sent is encrypted on its way.</summary>
    public virtual bool IsEncrypted => false;

    /// <summary>What a layer tells of itself; null where no such layer is at work.</summary>
    public virtual T? Find<T>()
        where T : class => null;

    /// <summary>Lets go at once: the peer sees a reset where the transport has one.</summary>
    public abstract void Abort();

    /// <summary>Frees what the link holds; what a polite end needs has been done before.</summary>
    public abstract ValueTask DisposeAsync();
}
