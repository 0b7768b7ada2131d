using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>What it takes to receive and send many datagrams at once, around .NET.</summary>
internal sealed partial class DatagramLink
{
    private LoopSocket? _onLoop;

    /// <summary>The kernel's socket.</summary>
    public SafeSocketHandle Handle => _socket.SafeHandle;

    /// <summary>Whether the kernel cuts apart what is sent as one.</summary>
    public bool CutsSegments => MessageCalls.CutsSegments(Handle);

    /// <summary>From now on the kernel may give several datagrams as one, which <see cref="ReceiveAsync"/> could not tell: it is
    /// not to be called any more.</summary>
    public void JoinSegments()
    {
        if (Interlocked.Exchange(ref _receiving, 1) != 0)
            throw new InvalidOperationException("Another receive is pending on this socket.");
        MessageCalls.TryJoinSegments(Handle);
    }

    /// <summary>The loop's side of the socket if a loop is to wait for it; null if .NET is.</summary>
    public LoopSocket? Attach(SocketEngine engine)
    {
        try
        {
            _onLoop = ReadinessLoops.ForAccepting(engine)?.Attach(_socket);
        }
        catch (IOException error)
        {
            throw ErrorMap.From(error, NetOperation.Listen, LocalAddress);
        }
        _onLoop?.Sending.Mute();    // each datagram that has left would be told
        if (_isDisposed)
            _onLoop?.Dispose();
        return _onLoop;
    }

    /// <summary>Waits until there is a datagram, and takes nothing: .NET looks at it for a receive of no bytes.</summary>
    public ValueTask<int> WaitAsync(CancellationToken cancel) => _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancel);
}
