using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>
/// A socket address as people write it: how bytes travel, the host or path, and the port or service name. Immutable.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>www.example.com:http</c>, <c>127.0.0.1:80</c>, <c>[::1]:80</c>, <c>[fe80::1%eth0]:80</c></term>
/// <description>TCP, or the transport <see cref="Parse"/> was asked for</description></item>
/// <item><term><c>tcp://HOST:PORT</c>, <c>tls://HOST:PORT</c>, <c>udp://HOST:PORT</c></term><description>the transport said</description></item>
/// <item><term><c>unix:/run/app.sock</c>, <c>unix:@name</c></term><description>a Unix stream socket, by path or abstract name</description></item>
/// <item><term><c>unixgram:/run/app.sock</c></term><description>a Unix datagram socket</description></item>
/// </list>
/// <para>Text is read strictly: <c>010.0.0.1</c>, <c>1.2.3</c> and <c>0x7f.1</c> mean different machines to different
/// programs, and so are errors here. A service name becomes its port number when the address is made; a host name is
/// looked up when the address is used.</para>
/// <para>Two addresses are equal if they mean the same: the case of a host name, the spelling of an IP address and
/// whether the port was given by name make no difference.</para>
/// </remarks>
/// <example><code>
/// var address = Address.Parse("www.example.com:http");
/// Console.WriteLine($"{address.Host} {address.Port}");    // www.example.com 80
/// var time = Address.Udp("localhost", "time");
/// Console.WriteLine(time);                                // udp://localhost:time
/// </code></example>
public sealed class Address : IEquatable<Address>, IParsable<Address>
{
    private string? _host;

    private Address(Transport transport, string? host, IPAddress? ip, int port, string? service)
    {
        Transport = transport;
        _host = host;
        IP = ip;
        Port = port;
        Service = service;
    }

    private Address(Transport transport, string path)
    {
        Transport = transport;
        Path = path;
    }

    /// <summary>How bytes travel.</summary>
    public Transport Transport { get; }

    /// <summary>Host name or literal as given, without brackets; <c>*</c> for every address of this machine; empty for Unix.</summary>
    public string Host => _host ??= IP?.ToString() ?? "";

    /// <summary>Port number, 0 to 65,535; 0 for Unix.</summary>
    public int Port { get; }

    /// <summary>The service name the port was given as, or null.</summary>
    public string? Service { get; }

    /// <summary>Path of a Unix socket, <c>@name</c> for an abstract one, empty for one without a name; null for the other transports.</summary>
    public string? Path { get; }

    /// <summary>The IP address if the host is a literal, <see cref="IPAddress.IPv6Any"/> for <c>*</c>, else null.
    /// An IPv4 address in IPv6 clothes (<c>::ffff:127.0.0.1</c>) is given as IPv4.</summary>
    public IPAddress? IP { get; }

    /// <summary>Reads an address.</summary>
    /// <param name="text">One of the forms above.</param>
    /// <param name="transport">What a text without a front such as <c>udp://</c> means. Defaults to TCP. For the Unix transports the text is a path.</param>
    /// <param name="services">Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</param>
    /// <returns>The address.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: the text is no address;
    /// <see cref="NetErrorKind.UnknownService"/>: no service of that name;
    /// <see cref="NetErrorKind.Unsupported"/>: a transport that this release or every kernel of today lacks.</exception>
    public static Address Parse(string text, Transport transport = Transport.Tcp, ServiceRegistry? services = null) =>
        AddressText.Parse(text, transport, services);

    /// <summary>Reads an address; does not throw.</summary>
    /// <param name="text">One of the forms of <see cref="Parse"/>, TCP if it does not say otherwise.</param>
    /// <param name="address">The address, or null if the text is none.</param>
    /// <returns>Whether the text is an address.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Address? address)
    {
        try
        {
            address = text is null ? null : Parse(text);
        }
        catch (NetException)
        {
            address = null;
        }
        return address is not null;
    }

    /// <summary>Reads an address to listen at: the forms of <see cref="Parse"/>, and a port alone (<c>80</c>, <c>:80</c>,
    /// <c>http</c>, <c>*:80</c>), which means every address of this machine.</summary>
    /// <param name="text">The address. Its host is a literal, <c>localhost</c> or <c>*</c>: listening never asks name servers.</param>
    /// <param name="transport">What a text without a front means. Defaults to TCP.</param>
    /// <param name="services">Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</param>
    /// <returns>The address.</returns>
    /// <exception cref="NetException">As for <see cref="Parse"/>; <see cref="NetErrorKind.InvalidAddress"/> also for another host name.</exception>
    public static Address ParseListening(string text, Transport transport = Transport.Tcp, ServiceRegistry? services = null) =>
        AddressText.ParseListening(text, transport, services).ForListening();

    /// <summary>A TCP address.</summary>
    /// <param name="host">Host name or literal, with or without brackets; <c>*</c> for every address of this machine.</param>
    /// <param name="port">Port number, 0 to 65,535.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: host or port is malformed.</exception>
    public static Address Tcp(string host, int port) => OfHost(Transport.Tcp, host, port);

    /// <summary>A TCP address.</summary>
    /// <param name="host">Host name or literal, with or without brackets; <c>*</c> for every address of this machine.</param>
    /// <param name="port">Port number, or service name.</param>
    /// <param name="services">Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: host or port is malformed;
    /// <see cref="NetErrorKind.UnknownService"/>: no service of that name for TCP.</exception>
    public static Address Tcp(string host, string port, ServiceRegistry? services = null) => OfHost(Transport.Tcp, host, port, services);

    /// <summary>A TCP address at which TLS is spoken.</summary>
    /// <inheritdoc cref="Tcp(string, int)"/>
    public static Address Tls(string host, int port) => OfHost(Transport.Tls, host, port);

    /// <summary>A TCP address at which TLS is spoken.</summary>
    /// <inheritdoc cref="Tcp(string, string, ServiceRegistry?)"/>
    public static Address Tls(string host, string port, ServiceRegistry? services = null) => OfHost(Transport.Tls, host, port, services);

    /// <summary>A UDP address.</summary>
    /// <inheritdoc cref="Tcp(string, int)"/>
    public static Address Udp(string host, int port) => OfHost(Transport.Udp, host, port);

    /// <summary>A UDP address.</summary>
    /// <param name="host">Host name or literal, with or without brackets; <c>*</c> for every address of this machine.</param>
    /// <param name="port">Port number, or service name.</param>
    /// <param name="services">Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: host or port is malformed;
    /// <see cref="NetErrorKind.UnknownService"/>: no service of that name for UDP.</exception>
    public static Address Udp(string host, string port, ServiceRegistry? services = null) => OfHost(Transport.Udp, host, port, services);

    /// <summary>A Unix stream socket.</summary>
    /// <param name="path">Path, or <c>@name</c> for an abstract name (Linux); at most 107 bytes of UTF-8 (103 on macOS).</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: the path is empty, too long or has control characters.</exception>
    public static Address Unix(string path) => OfPath(Transport.Unix, path);

    /// <summary>A Unix datagram socket.</summary>
    /// <inheritdoc cref="Unix(string)"/>
    public static Address UnixDatagram(string path) => OfPath(Transport.UnixDatagram, path);

    /// <summary>The address of a socket's end (mapped IPv4 is unmapped; a Unix socket without a name has an empty path).</summary>
    internal static Address From(EndPoint? endPoint, Transport transport) => endPoint switch
    {
        IPEndPoint ip => new Address(transport, null, HostText.Unmapped(ip.Address), ip.Port, null),
        UnixDomainSocketEndPoint unix => new Address(transport, unix.ToString()),
        _ => new Address(transport, ""),
    };

    /// <summary>What the <see cref="Tcp(string, string, ServiceRegistry?)"/> family makes, for any transport with ports.</summary>
    internal static Address OfHost(Transport transport, string host, string port, ServiceRegistry? services)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(port);
        var (name, ip) = HostText.Parse(host);
        var (number, service) = AddressText.ParsePort(port, transport, services);
        return new Address(transport, name, ip, number, service);
    }

    /// <summary>What <see cref="Unix"/> and <see cref="UnixDatagram"/> make.</summary>
    internal static Address OfPath(Transport transport, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        AddressText.CheckPath(path);
        return new Address(transport, path);
    }

    internal static Address OfHost(Transport transport, string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        var (name, ip) = HostText.Parse(host);
        AddressText.CheckPort(port);
        return new Address(transport, name, ip, port, null);
    }

    /// <summary>What the socket itself speaks: TLS goes over TCP.</summary>
    internal Transport Carrier => Transport == Transport.Tls ? Transport.Tcp : Transport;

    /// <summary>Whether bytes travel between processes of one machine, by path instead of host and port.</summary>
    internal bool IsUnix => Transport is Transport.Unix or Transport.UnixDatagram;

    /// <summary>Whether the host is <c>*</c>: every address of this machine, in both families.</summary>
    internal bool IsAny => _host == HostText.Any;

    /// <summary>This address, if one can listen there without asking name servers.</summary>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: the host is a name other than <c>localhost</c>.</exception>
    internal Address ForListening()
    {
        if (IsUnix || IP is not null || HostText.IsLocalhost(Host))
            return this;
        throw AddressText.Invalid(
            $"listening never asks name servers: instead of {Quoted.Of(Host)} give an IP address, localhost, or * for all");
    }

    /// <summary>Checks that the address names one place to send to.</summary>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: the host is <c>*</c>, or the port is 0.</exception>
    internal void RequireTarget(NetOperation operation)
    {
        if (IsAny)
            throw new NetException(NetErrorKind.InvalidAddress, operation, "* is every address of this machine: say which one is meant", this);
        if (Port == 0 && !IsUnix)
            throw new NetException(NetErrorKind.InvalidAddress, operation, "nobody can be reached at port 0, which means any free port when listening", this);
    }

    /// <summary>What .NET calls a Unix address.</summary>
    internal UnixDomainSocketEndPoint ToUnixEndPoint() => new(Path!.StartsWith('@') ? $"\0{Path[1..]}" : Path);

    /// <summary>The address in the form of messages: <c>tcp example.test:http</c>, <c>udp [::1]:53</c>, <c>unix:/path</c>.</summary>
    internal string ToStringWithTransport() => Transport switch
    {
        Transport.Tcp => $"tcp {HostAndPort}",
        Transport.Tls => $"tls {HostAndPort}",
        Transport.Udp => $"udp {HostAndPort}",
        _ => ToString(),
    };

    /// <summary>The address where the transport is known from before: <c>[::1]:53</c>, <c>/path</c>.</summary>
    internal string ToStringWithoutTransport() => IsUnix ? Path! : HostAndPort;

    /// <summary>The text that <see cref="Parse"/> reads as this address: <c>host:port</c> for TCP, <c>tls://host:port</c>, <c>udp://host:port</c>,
    /// <c>unix:path</c>, <c>unixgram:path</c>; the port as it was given.</summary>
    public override string ToString() => Transport switch
    {
        Transport.Tcp when AddressText.IsUnixFront(Host) => $"tcp://{HostAndPort}",
        Transport.Tcp => HostAndPort,
        Transport.Tls => $"tls://{HostAndPort}",
        Transport.Udp => $"udp://{HostAndPort}",
        Transport.Unix => $"unix:{PathText}",
        _ => $"unixgram:{PathText}",
    };

    /// <summary>A path that itself begins as <c>unix:///path</c> goes on takes these two slashes in front.</summary>
    private string PathText => Path!.StartsWith("///", StringComparison.Ordinal) ? $"//{Path}" : Path;

    private string HostAndPort
    {
        get
        {
            var port = Service ?? Port.ToString();
            return Host.Contains(':') ? $"[{Host}]:{port}" : $"{Host}:{port}";
        }
    }

    /// <summary>Whether the other address means the same.</summary>
    /// <param name="other">The other address.</param>
    public bool Equals(Address? other) =>
        other is not null
        && Transport == other.Transport
        && Port == other.Port
        && Path == other.Path
        && IsAny == other.IsAny
        && (IP is null ? other.IP is null && HostNames.Equals(Host, other.Host) : IP.Equals(other.IP));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Transport, Port, Path, IP is null ? HostNames.GetHashCode(Host) : IP.GetHashCode());

    private static StringComparer HostNames => StringComparer.OrdinalIgnoreCase;

    static Address IParsable<Address>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Address>.TryParse(string? s, IFormatProvider? provider, [NotNullWhen(true)] out Address? result) =>
        TryParse(s, out result);
}
