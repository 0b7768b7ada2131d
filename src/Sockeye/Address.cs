using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Sockeye;

/// <summary>SKELETON: a socket address as people write it.</summary>
public sealed class Address : IEquatable<Address>, IParsable<Address>
{
    private Address() { }

    /// <summary>How bytes travel.</summary>
    public Transport Transport { get; }

    /// <summary>Host name or literal as typed, without brackets; <c>*</c> for every address; empty for Unix.</summary>
    public string Host { get; } = "";

    /// <summary>Port number, 0 to 65,535; 0 for Unix.</summary>
    public int Port { get; }

    /// <summary>The service name the port was given as, or null.</summary>
    public string? Service { get; }

    /// <summary>Path of a Unix socket, <c>@name</c> for an abstract one; null for the others.</summary>
    public string? Path { get; }

    /// <summary>The literal address, if the host is one (also for <c>*</c>: IPv6 any), else null.</summary>
    public IPAddress? IP { get; }

    /// <summary>Parse.</summary>
    public static Address Parse(string text, Transport transport = Transport.Tcp, ServiceRegistry? services = null) => throw new NotImplementedException();

    /// <summary>TryParse.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Address? address) => throw new NotImplementedException();

    /// <summary>Parse "PORT", ":PORT" (all addresses) as well as the forms of <see cref="Parse"/>: what a listening call takes.</summary>
    public static Address ParseListening(string text, Transport transport = Transport.Tcp, ServiceRegistry? services = null) => throw new NotImplementedException();

    /// <summary>Tcp.</summary>
    public static Address Tcp(string host, int port) => throw new NotImplementedException();

    /// <summary>Tcp; port is a number or service name.</summary>
    public static Address Tcp(string host, string port, ServiceRegistry? services = null) => throw new NotImplementedException();

    /// <summary>Udp.</summary>
    public static Address Udp(string host, int port) => throw new NotImplementedException();

    /// <summary>Udp; port is a number or service name.</summary>
    public static Address Udp(string host, string port, ServiceRegistry? services = null) => throw new NotImplementedException();

    /// <summary>Unix stream.</summary>
    public static Address Unix(string path) => throw new NotImplementedException();

    /// <summary>Unix datagram.</summary>
    public static Address UnixDatagram(string path) => throw new NotImplementedException();

    /// <summary>From a socket's end point (mapped IPv4 is unmapped; an unnamed Unix socket gives an empty path).</summary>
    internal static Address From(EndPoint endPoint, Transport transport) => throw new NotImplementedException();

    /// <summary><c>tcp host:port</c>, <c>udp host:port</c>, <c>unix:/path</c>: the form of messages.</summary>
    internal string ToStringWithTransport() => throw new NotImplementedException();

    /// <inheritdoc/>
    public override string ToString() => throw new NotImplementedException();

    /// <inheritdoc/>
    public bool Equals(Address? other) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() => throw new NotImplementedException();

    static Address IParsable<Address>.Parse(string s, IFormatProvider? provider) => Parse(s);
    static bool IParsable<Address>.TryParse(string? s, IFormatProvider? provider, [NotNullWhen(true)] out Address? result) => TryParse(s, out result);
}
