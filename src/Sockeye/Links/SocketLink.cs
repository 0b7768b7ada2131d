using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye.Links;

/// <summary>A connected TCP or Unix stream socket; which engine waits for it is for the two links that derive from it.</summary>
internal abstract class SocketLink(Socket socket, Transport transport) : Link
{
    /// <summary>The socket, which this link owns.</summary>
    protected Socket Socket => socket;

    // Asked for at once: a socket that the peer has reset no longer knows its remote end.
    public override Address LocalAddress { get; } = AddressOf(socket.LocalEndPoint, transport);

    public override Address RemoteAddress { get; } = AddressOf(socket.RemoteEndPoint, transport);

    public override SafeHandle? Raw => socket.SafeHandle;

    public override ValueTask WhenReadableAsync(DescriptorWait? thread, Wait wait)
    {
        if (transport == Transport.Tcp)
            thread!.ForMuch(socket.SafeHandle, wait.Token);
        else
            thread!.ForReading(socket.SafeHandle, wait.Token);
        return default;
    }

    public override ValueTask CloseWriteAsync(CancellationToken cancel)
    {
        socket.Shutdown(SocketShutdown.Send);
        return default;
    }

    /// <summary>
    /// Our FIN is the last thing we send, so once it is acknowledged everything before it has arrived. Linux tells the
    /// connection's state in the first byte of TCP_INFO; other systems have no socket option for it.
    /// </summary>
    public override bool IsAllAcknowledged
    {
        get
        {
            Span<byte> info = stackalloc byte[TcpInfoSize];
            return !TryGetTcpInfo(info)
                || info[0] is not (TCP_ESTABLISHED or TCP_FIN_WAIT1 or TCP_CLOSE_WAIT or TCP_LAST_ACK or TCP_CLOSING);
        }
    }

    public override bool? HasArrived
    {
        get
        {
            Span<byte> info = stackalloc byte[TcpInfoSize];
            return !TryGetTcpInfo(info)
                ? null
                : info[0] is TCP_ESTABLISHED or TCP_CLOSE_WAIT
                    && MemoryMarshal.Read<uint>(info[Unacknowledged..]) == 0
                    && MemoryMarshal.Read<uint>(info[Unsent..]) == 0;
        }
    }

    private bool TryGetTcpInfo(Span<byte> info)
    {
        if (transport != Transport.Tcp || !OperatingSystem.IsLinux())
            return false;
        info.Clear();
        socket.GetRawSocketOption(IPPROTO_TCP, TCP_INFO, info);
        return true;
    }

    /// <summary>SO_ERROR: after a failed write, shutdown succeeds and a read returns 0; only this tells.</summary>
    public override Exception? TakePendingError()
    {
        var error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        return error == 0 ? null : new SocketException(error);
    }

    public override void Abort()
    {
        // No time to linger: TCP then sends a reset.
        socket.Close(0);
    }

    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return default;
    }

    private static Address AddressOf(EndPoint? endPoint, Transport transport) => endPoint is null
        ? throw new SocketException((int)SocketError.ConnectionReset)
        : Address.From(endPoint, transport);

    // Linux: include/uapi/linux/tcp.h, include/net/tcp_states.h.
    private const int IPPROTO_TCP = 6;
    private const int TCP_INFO = 11;
    private const int TcpInfoSize = 148;
    private const int Unacknowledged = 24;    // tcpi_unacked, segments
    private const int Unsent = 144;           // tcpi_notsent_bytes, since Linux 4.6
    private const byte TCP_ESTABLISHED = 1;
    private const byte TCP_FIN_WAIT1 = 4;
    private const byte TCP_CLOSE_WAIT = 8;
    private const byte TCP_LAST_ACK = 9;
    private const byte TCP_CLOSING = 11;
}
