using System.Net;
using System.Net.Sockets;

namespace Sockeye.Links;

internal sealed partial class DatagramLink
{
    /// <summary>What the caller is to be told of what the platform has thrown.</summary>
    public Exception Failure(Exception error, NetOperation operation, int length = 0, DatagramPeer? to = null)
    {
        if (_isDisposed || ErrorMap.MeansDisposed(error))
            return new ObjectDisposedException(nameof(DatagramSocket));
        var code = (error as SocketException)?.SocketErrorCode;
        // Windows says "reset" where the others say "refused": the answer of a machine on which nobody has the port.
        if (code == SocketError.ConnectionReset)
            error = new SocketException((int)SocketError.ConnectionRefused);
        var failure = ErrorMap.From(error, operation, Target ?? to?.AsGiven ?? to?.Address, LocalAddress, to?.Address ?? RemoteAddress);
        return code switch
        {
            SocketError.MessageSize => With(failure, failure.Kind, ReasonTooLarge(failure, length)),
            SocketError.InvalidArgument when LocalAddress.IP is { } ip && IPAddress.IsLoopback(ip) =>
                With(failure, NetErrorKind.Unreachable, $"a socket at {ip} reaches this machine only"),
            _ => failure,
        };
    }

    private static NetException With(NetException failure, NetErrorKind kind, string reason) =>
        new(kind, failure.Operation, reason, failure.Address, failure.InnerException)
        {
            LocalAddress = failure.LocalAddress,
            RemoteAddress = failure.RemoteAddress,
        };

    private string ReasonTooLarge(NetException failure, int length)
    {
        var (carrier, limit) = failure.RemoteAddress?.IP?.AddressFamily switch
        {
            AddressFamily.InterNetwork => ("UDP over IPv4", MaxOverIPv4),
            AddressFamily.InterNetworkV6 => ("UDP over IPv6", MaxOverIPv6),
            _ => ("a Unix datagram", _socket.SendBufferSize - UnixOverhead),
        };
        return length > limit
            ? $"the datagram has {Texts.Bytes(length)}; {carrier} carries at most {Texts.Number(limit)}"
            : $"the datagram has {Texts.Bytes(length)}, more than the system sends there in one";
    }

    private const int MaxOverIPv4 = ushort.MaxValue - 20 - 8; // the lengths of the IPv4 and UDP headers
    private const int MaxOverIPv6 = ushort.MaxValue - 8;      // IPv6 does not count its own header
    private const int UnixOverhead = 32;                      // Linux, net/unix/af_unix.c: unix_dgram_sendmsg
}
