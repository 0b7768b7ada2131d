using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>A socket on a readiness loop. It never blocks; its blocking members poll, since the loop's own thread would wait
/// for itself.</summary>
internal sealed class LoopLink : SocketLink
{
    private readonly LoopSocket _attached;

    public LoopLink(Socket socket, Transport transport, ReadinessLoop loop)
        : base(socket, transport)
    {
        _attached = loop.Attach(socket);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel) =>
        _attached.Receiving.MoveAsync(buffer, cancel);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        _attached.Sending.MoveAllAsync(MemoryMarshal.AsMemory(bytes), cancel);

    public override int? TryRead(Span<byte> buffer) => _attached.Receiving.TryMove(buffer);

    public override int TryWrite(ReadOnlySpan<byte> bytes) =>
        _attached.Sending.TryMove(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)) ?? 0;

    public override int? Read(Span<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        while (true)
        {
            var count = Socket.Receive(buffer, SocketFlags.None, out var error);
            if (!HadToWait(error))
                return count;
            if (!Wait(SelectMode.SelectRead, limit))
                return null;
        }
    }

    public override int Write(ReadOnlySpan<byte> bytes, TimeSpan limit, CancellationToken cancel)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            sent += Socket.Send(bytes[sent..], SocketFlags.None, out var error);
            if (HadToWait(error) && !Wait(SelectMode.SelectWrite, limit))
                break;
        }
        return sent;
    }

    public override bool AwaitsReadiness => true;

    public override bool MayTakeNow(DescriptorWait? wait) => MayMoveNow(_attached.Receiving, wait);

    public override bool MayGiveNow(DescriptorWait? wait) => MayMoveNow(_attached.Sending, wait);

    public override ValueTask WhenReadableAsync(DescriptorWait? wait, CancellationToken cancel) =>
        wait is null ? _attached.Receiving.MoveAllAsync(Memory<byte>.Empty, cancel) : base.WhenReadableAsync(wait, cancel);

    public override ValueTask WhenWritableAsync(DescriptorWait? wait, CancellationToken cancel) =>
        wait is null ? _attached.Sending.MoveAllAsync(Memory<byte>.Empty, cancel) : base.WhenWritableAsync(wait, cancel);

    public override void Abort()
    {
        _attached.Dispose();
        base.Abort();
    }

    public override ValueTask DisposeAsync()
    {
        _attached.Dispose();
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

    private static bool HadToWait(SocketError error) => error switch
    {
        SocketError.Success => false,
        SocketError.WouldBlock => true,
        _ => throw new SocketException((int)error),
    };

    /// <summary>False when the limit has passed.</summary>
    private bool Wait(SelectMode mode, TimeSpan limit)
    {
        LoopTurn.StepAside();
        return Socket.Poll(limit < LongestPoll ? limit : LongestPoll, mode);
    }

    // A poll's time is counted in microseconds, in 32 bits; who waits for longer asks again.
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(30);
}
