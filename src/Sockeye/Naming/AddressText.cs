using System.Text;

namespace Sockeye;

/// <summary>The text form of an <see cref="Address"/>: the front that says the transport, host and port or path.</summary>
internal static class AddressText
{
    public static Address Parse(string text, Transport transport, ServiceRegistry? services) =>
        Parse(text, transport, services, SplitHostAndPort);

    public static Address ParseListening(string text, Transport transport, ServiceRegistry? services) =>
        Parse(text, transport, services, SplitListening);

    private static Address Parse(
        string text, Transport transport, ServiceRegistry? services, Func<string, (string Host, string Port)> split)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
            throw Invalid("the address is empty");
        var rest = TakeFront(text, ref transport);
        if (transport is Transport.Unix or Transport.UnixDatagram)
            return Address.OfPath(transport, rest);
        var (host, port) = split(rest);
        return Address.OfHost(transport, host, port, services);
    }

    /// <summary>Whether a host of this name and a colon read as the front of a Unix address.</summary>
    public static bool IsUnixFront(string host) => UnixTransportOf(host) is not null;

    /// <summary>What follows <c>tcp://</c>, <c>tls://</c>, <c>udp://</c>, <c>unix:</c> or <c>unixgram:</c>; all of the text if it has no front.</summary>
    private static string TakeFront(string text, ref Transport transport)
    {
        var colon = text.IndexOf(':');
        if (colon < 0)
            return text;
        var front = text[..colon];
        if (UnixTransportOf(front) is { } unix)
        {
            transport = unix;
            var path = text[(colon + 1)..];
            return path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;    // unix:///path, as in URLs
        }
        if (!text.AsSpan(colon).StartsWith("://") || !front.All(char.IsAsciiLetterOrDigit))
            return text;
        transport = InternetTransportOf(front);
        return text[(colon + 3)..];
    }

    private static Transport? UnixTransportOf(string front) => front.ToLowerInvariant() switch
    {
        "unix" => Transport.Unix,
        "unixgram" => Transport.UnixDatagram,
        _ => null,
    };

    private static Transport InternetTransportOf(string front) => front.ToLowerInvariant() switch
    {
        "tcp" => Transport.Tcp,
        "udp" => Transport.Udp,
        "tls" => Transport.Tls,
        "ipx" or "spx" => throw Unsupported("IPX is gone from every kernel: use tcp:// or udp://"),
        "afp" or "appletalk" or "atalk" or "ddp" => throw Unsupported("AppleTalk is gone from every kernel: use tcp:// or udp://"),
        "decnet" => throw Unsupported("DECnet is gone from every kernel: use tcp:// or udp://"),
        _ => throw Invalid($"{Quoted.Of(front + "://")} is no transport: use tcp://, udp://, unix: or unixgram:"),
    };

    private static (string Host, string Port) SplitListening(string text)
    {
        if (text.LastIndexOf(':') == 0)
            return (HostText.Any, text[1..]);
        var isPortAlone = !text.Contains(':') && !text.StartsWith('[') && !IsHostAlone(text);
        return isPortAlone ? (HostText.Any, text) : SplitHostAndPort(text);
    }

    private static bool IsHostAlone(string text) =>
        text == HostText.Any || HostText.IsLocalhost(text) || (text.Contains('.') && HostText.IsLiteral(text));

    private static (string Host, string Port) SplitHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (text.StartsWith('['))
        {
            var bracket = text.IndexOf(']');
            if (bracket < 0)
                throw Invalid($"{Quoted.Of(text)} has no closing bracket: write [ADDRESS]:PORT");
            if (colon < bracket)
                throw Invalid($"{Quoted.Of(text)} has no port: write {(HostText.IsLiteral(text[1..bracket]) ? text[..(bracket + 1)] : "[ADDRESS]")}:PORT");
            if (colon > bracket + 1)
                throw Invalid($"{Quoted.Of(text)} is no address: after the bracket comes :PORT");
        }
        else if (colon < 0)
            throw Invalid($"{Quoted.Of(text)} has no port: write HOST:PORT");
        else if (text.IndexOf(':') < colon)
            throw Invalid($"{Quoted.Of(text)} {BracketAdvice(text, colon)}");
        return (text[..colon], text[(colon + 1)..]);
    }

    private static string BracketAdvice(string text, int lastColon)
    {
        var (host, port) = (text[..lastColon], text[(lastColon + 1)..]);
        if (HostText.IsLiteral(host))
            return $"needs brackets around the IPv6 address: write [{host}]:{(port.Length > 0 && port.All(IsServiceCharacter) ? port : "PORT")}";
        return HostText.IsLiteral(text)
            ? $"needs brackets around the IPv6 address, and a port: write [{text}]:PORT"
            : "has too many colons: write HOST:PORT, or [ADDRESS]:PORT for IPv6";
    }

    /// <summary>A port number in plain decimal digits, or a service name of that transport.</summary>
    public static (int Port, string? Service) ParsePort(string text, Transport transport, ServiceRegistry? services)
    {
        if (text.Length == 0)
            throw Invalid("the port is missing");
        if (text.All(char.IsAsciiDigit))
            return (ParsePortNumber(text), null);
        var isServiceName = char.IsAsciiLetterOrDigit(text[0]) && text.All(IsServiceCharacter)
            && !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!isServiceName)
            throw Invalid($"port {Quoted.Of(text)} is neither a number from 0 to {MaxPort} nor a service name");
        return ((services ?? ServiceRegistry.Default).PortOf(text, transport), text);
    }

    private static int ParsePortNumber(string digits)
    {
        if (digits is ['0', _, ..])
            throw Invalid($"port {Quoted.Of(digits)} has a leading zero: write {digits.TrimStart('0').PadLeft(1, '0')}");
        if (digits.Length > 5)
            throw Invalid($"port {Quoted.Of(digits)} is out of range: ports are 0 to {MaxPort}");
        var port = int.Parse(digits);
        CheckPort(port);
        return port;
    }

    public static void CheckPort(int port)
    {
        if (port is < 0 or > MaxPort)
            throw Invalid($"port '{port}' is out of range: ports are 0 to {MaxPort}");
    }

    /// <summary>RFC 6335 allows letters, digits and hyphens; older names (<c>whois++</c>, <c>z39.50</c>, <c>914c/g</c>) a few more.</summary>
    private static bool IsServiceCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '/';

    /// <summary>Checks the path (or abstract name) of a Unix socket.</summary>
    public static void CheckPath(string path)
    {
        if (path.Length == 0)
            throw Invalid("the path of the Unix socket is empty");
        if (path == "@")
            throw Invalid("the abstract name of the Unix socket is empty");
        if (path.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar))
            throw Invalid($"path {Quoted.Of(path)} has characters that cannot stand in a name");
        var length = Encoding.UTF8.GetByteCount(path) - (path[0] == '@' ? 1 : 0);
        if (length > MaxPathBytes)
            throw Invalid($"path {Quoted.Of(path)} is too long: {length} bytes, and a Unix socket takes {MaxPathBytes}");
    }

    public static NetException Invalid(string reason) => new(NetErrorKind.InvalidAddress, NetOperation.Parse, reason);

    private static NetException Unsupported(string reason) => new(NetErrorKind.Unsupported, NetOperation.Parse, reason);

    private const int MaxPort = 65_535;

    /// <summary><c>sun_path</c> holds 108 bytes on Linux and 104 on macOS, one of which is the NUL at the end or in front.</summary>
    private static int MaxPathBytes => OperatingSystem.IsMacOS() ? 103 : 107;
}
