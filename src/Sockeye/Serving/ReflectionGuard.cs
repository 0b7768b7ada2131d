using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>
/// Who gets no answer from a datagram server. The sender's address of a datagram can be forged: an answer to a port
/// that answers in turn starts a loop that never ends (RFC 862's echo against RFC 864's chargen is the classic one),
/// and an answer to many is an attack on them.
/// </summary>
internal static class ReflectionGuard
{
    /// <summary>Why the sender gets no answer; null if it may have one.</summary>
    /// <param name="from">Who sent the request.</param>
    /// <param name="local">Where it was received.</param>
    public static string? ReasonNotToAnswer(Address from, Address local)
    {
        if (from.IP is not { } ip)
            return string.IsNullOrEmpty(from.Path) ? "the sender has no name to answer to" : null;
        if (from.Port == 0)
            return "port 0 cannot be answered";
        if (from.Port == local.Port)
            return $"port {from.Port} is our own: the sender may be a server like this one";
        if (SmallService(from.Port) is { } service)
            return $"port {from.Port} belongs to {service}, which might answer in turn";
        return IsForOne(ip) ? null : $"{ip} is not the address of one machine";
    }

    private static bool IsForOne(IPAddress ip)
    {
        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            return !ip.IsIPv6Multicast && !ip.Equals(IPAddress.IPv6Any);
        Span<byte> bytes = stackalloc byte[4];
        ip.TryWriteBytes(bytes, out _);
        // 0.0.0.0/8 is "this network", 224.0.0.0/4 multicast, and 240.0.0.0/4 reserved with 255.255.255.255 in it. The
        // broadcast address of a network looks like any other; the system refuses to send there (AccessDenied).
        return bytes[0] is not 0 and < 224;
    }

    private static string? SmallService(int port) => port switch
    {
        7 => "echo",
        9 => "discard",
        11 => "systat",
        13 => "daytime",
        17 => "qotd",
        19 => "chargen",
        37 => "time",
        53 => "dns",
        69 => "tftp",
        123 => "ntp",
        161 => "snmp",
        389 => "ldap",
        1900 => "ssdp",
        11211 => "memcached",
        _ => null,
    };
}
