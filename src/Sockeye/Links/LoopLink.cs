using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>A socket on a readiness loop. It never blocks; its blocking members poll, since the loop's own thread would wait
/// for itself.</summary>
internal sealed class LoopLink : SocketLink
{
    private readonly LoopSocket _attached;
    private bool _isNonBlocking;

    public LoopLink(Socket socket, Transport transport, ReadinessLoop loop)
        : base(socket, transport)
    {
        _attached = loop.Attach(socket);
        _attached.Sending.NoteMaybeReady();    // nothing was sent yet
    }

    /// <summary>Who moves bytes around this link must not be made to wait there. Its own calls never wait.</summary>
    public override SafeHandle? Raw
    {
        get
        {
            if (!_isNonBlocking)
                SocketCalls.SetNonBlocking(_attached.Handle);
            _isNonBlocking = true;
            return _attached.Handle;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel) =>
        _attached.Receiving.MoveAsync(buffer, cancel);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, Wait wait) => _attached.Receiving.MoveAsync(buffer, wait);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        await _attached.Sending.MoveAsync(MemoryMarshal.AsMemory(bytes), cancel).ConfigureAwait(false);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, Wait wait) =>
        _attached.Sending.MoveAllAsync(MemoryMarshal.AsMemory(bytes), wait);

    public override int? TryRead(Span<byte> buffer) => _attached.Receiving.TryMove(buffer);

    public override int TryWrite(ReadOnlySpan<byte> bytes) =>
        _attached.Sending.TryMove(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)) ?? 0;

    public override int? Read(Span<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        if (buffer.IsEmpty)
            return Poll(SelectMode.SelectRead, limit) ? 0 : null;
        while (true)
        {
            _attached.Receiving.Doubt();
            if (SocketCalls.TryReceive(_attached.Handle, buffer) is { } count)
                return count;
            if (!Poll(SelectMode.SelectRead, limit))
                return null;
        }
    }

    public override int Write(ReadOnlySpan<byte> bytes, TimeSpan limit, CancellationToken cancel)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            var taken = SocketCalls.TrySend(_attached.Handle, bytes[sent..]);
            sent += taken ?? 0;
            if (taken is null && !Poll(SelectMode.SelectWrite, limit))
                break;
        }
        return sent;
    }

    public override bool AwaitsReadiness => true;

    public override bool MayTakeNow(DescriptorWait? wait) => MayMoveNow(_attached.Receiving, wait);

    public override bool MayGiveNow(DescriptorWait? wait) => MayMoveNow(_attached.Sending, wait);

    public override ValueTask WhenReadableAsync(DescriptorWait? thread, Wait wait) =>
        thread is null ? _attached.Receiving.MoveAllAsync(Memory<byte>.Empty, wait) : base.WhenReadableAsync(thread, wait);

    public override ValueTask WhenWritableAsync(DescriptorWait? thread, Wait wait) =>
        thread is null ? _attached.Sending.MoveAllAsync(Memory<byte>.Empty, wait) : base.WhenWritableAsync(thread, wait);

    public override void Post(IThreadPoolWorkItem work) => _attached.Post(work);

    public override void Abort()
    {
        _attached.Dispose(isClosing: true);
        base.Abort();
    }

    public override ValueTask DisposeAsync()
    {
        _attached.Dispose(isClosing: true);
        return base.DisposeAsync();
    }

    /// <summary>A thread that waits for this direction by itself has the loop sleep meanwhile.</summary>
    private static bool MayMoveNow(LoopDirection direction, DescriptorWait? wait)
    {
        if (wait is null)
            return LoopTurn.MayGoOn();
        direction.Mute();
        return true;
    }

    /// <summary>False when the limit has passed.</summary>
    private bool Poll(SelectMode mode, TimeSpan limit)
    {
        LoopTurn.StepAside();
        return Socket.Poll(limit < LongestPoll ? limit : LongestPoll, mode);
    }

    // A poll's time is counted in microseconds, in 32 bits; who waits for longer asks again.
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(30);
}
