using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// An <c>http</c> or <c>https</c> URL taken apart (RFC 3986; RFC 9110, section 4.2).
/// <code>
/// https://host[:port][/path][?query][#fragment]    port: a number or a service name; the fragment is not sent
/// </code>
/// </summary>
/// <param name="Address">Where to connect to: at <c>https</c>, where TLS is spoken.</param>
/// <param name="Target">What to ask for: path and query, percent-encoded.</param>
internal readonly record struct HttpUrl(Address Address, string Target)
{
    public static HttpUrl Parse(string text, ServiceRegistry? services = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = colon < 0 ? "" : text[..colon].ToLowerInvariant();
        if (scheme is not ("http" or "https"))
            throw Invalid($"{Quoted.Of(text)} is no http or https URL: write http://HOST[:PORT]/PATH");
        var rest = text[(colon + 3)..];
        var end = rest.AsSpan().IndexOfAny("/?#\\") is var found and >= 0 ? found : rest.Length;
        return new(ParseAuthority(scheme, rest[..end], services), EncodeTarget(rest[end..]));
    }

    /// <summary>Path and query as they may stand in a request line: begins with <c>/</c> unless it is a whole URL (for a
    /// proxy); what is not ASCII is percent-encoded, the fragment cut. Characters that would end the line or the
    /// target are refused, because they would make it another request.</summary>
    public static string EncodeTarget(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var target = new StringBuilder(path.StartsWith('/') || path.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "" : "/");
        foreach (var rune in path.AsSpan(0, path.IndexOf('#') is var end and >= 0 ? end : path.Length).EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
                throw Invalid($"path {Quoted.Of(path)} has a character that cannot be sent as it is: percent-encode it");
            if (rune.Value == ' ')
                throw Invalid($"path {Quoted.Of(path)} has a space: write %20");
            target.Append(rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }
        return target.ToString();
    }

    /// <summary>The Host header for an address: brackets around IPv6, no zone, no port where it is 80, or 443 over TLS (RFC 9112, section 3.2).</summary>
    public static string HostOf(Address address)
    {
        if (address.Carrier is not Transport.Tcp)
            return "localhost";
        var host = address.IP is null ? HostText.ToAscii(address.Host)
            : address.Host.Contains(':') ? $"[{address.Host.Split('%')[0]}]" : address.Host;
        return address.Port == (address.Transport == Transport.Tls ? DefaultTlsPort : DefaultPort) ? host : $"{host}:{address.Port}";
    }

    private static Address ParseAuthority(string scheme, string authority, ServiceRegistry? services)
    {
        if (authority.Contains('@'))
            throw Invalid("names and passwords in a URL are not supported: leave out what stands before the @");
        var (host, port) = authority.LastIndexOf(':') is var colon and >= 0 && colon > authority.LastIndexOf(']')
            ? (authority[..colon], authority[(colon + 1)..])
            : (authority, "");
        if (host.Length == 0)
            throw Invalid($"{Quoted.Of($"{scheme}://{authority}")} has no host: write {scheme}://HOST[:PORT]/PATH");
        if (host.Contains(':') && !host.StartsWith('['))
            throw Invalid($"{Quoted.Of($"{scheme}://{authority}")} needs brackets around the IPv6 address: write {scheme}://[ADDRESS]:PORT/PATH");
        var (transport, usual) = scheme == "https" ? (Transport.Tls, DefaultTlsPort) : (Transport.Tcp, DefaultPort);
        return port.Length == 0 ? Address.OfHost(transport, host, usual) : Address.OfHost(transport, host, port, services);
    }

    private static NetException Invalid(string reason) => new(NetErrorKind.InvalidAddress, NetOperation.Parse, reason);

    private const int DefaultPort = 80;
    private const int DefaultTlsPort = 443;
}
