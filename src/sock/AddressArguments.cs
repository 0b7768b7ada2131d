using System.CommandLine;
using System.Net;

namespace Sockeye.Tool;

/// <summary>The positionals <c>HOST PORT</c> or <c>ADDRESS</c> as every verb takes them.</summary>
internal sealed class AddressArguments
{
    private readonly Argument<string[]> _words;

    private AddressArguments(string name, int least, int most, string description) => _words = new(name)
    {
        Description = description,
        Arity = new(least, most),
    };

    /// <summary>Declares the address of a peer.</summary>
    public static AddressArguments OfPeer(Verb verb) => AddTo(verb, "HOST PORT | ADDRESS", 1, 2,
        "`HOST:PORT`, `tls://HOST:PORT`, `udp://HOST:PORT` or `unix:/path`\nAn IPv6 address stands in brackets before its port: `[::1]:80`.");

    /// <summary>Declares the address to listen at; it may come from options instead.</summary>
    public static AddressArguments OfListener(Verb verb) => AddTo(verb, "[HOST] PORT | ADDRESS", 0, 2,
        "ADDRESS is `HOST:PORT`, `*:PORT` or `unix:/path`\nAn IPv6 address stands in brackets before its port: `[::1]:80`.");

    /// <summary>Declares the address of a peer that takes connections.</summary>
    public static AddressArguments OfStream(Verb verb) => AddTo(verb, "HOST PORT | ADDRESS", 1, 2,
        "ADDRESS is `HOST:PORT`, `tls://HOST:PORT` or `unix:/path`\nAn IPv6 address stands in brackets before its port: `[::1]:80`.");

    /// <summary>Declares the same, or a page.</summary>
    public static AddressArguments OfStreamOrUrl(Verb verb) => AddTo(verb, "HOST PORT | ADDRESS | URL", 1, 2,
        "ADDRESS is `HOST:PORT`, `tls://HOST:PORT` or `unix:/path`\nAn IPv6 address stands in brackets before its port: `[::1]:80`. A URL is `http://HOST[:PORT]/FILE`, or begins with `https://`.");

    /// <summary>Declares the address of a peer that speaks TLS.</summary>
    public static AddressArguments OfTlsPeer(Verb verb) => AddTo(verb, "HOST [PORT] | ADDRESS", 1, 2,
        "ADDRESS is `HOST:PORT` or `unix:/path`; PORT is 443 unless given\nAn IPv6 address stands in brackets before its port: `[::1]:443`.");

    /// <summary>Declares the addresses of one or more peers that take connections.</summary>
    public static AddressArguments OfStreams(Verb verb) => AddTo(verb, "ADDRESS", 1, ushort.MaxValue,
        "`HOST:PORT`, `tls://HOST:PORT` or `unix:/path`\nAn IPv6 address stands in brackets before its port: `[::1]:80`. A single one may also be two words: HOST PORT.");

    private static AddressArguments AddTo(Verb verb, string name, int least, int most, string description)
    {
        var arguments = new AddressArguments(name, least, most, description);
        verb.Add(arguments._words);
        return arguments;
    }

    /// <summary>The words as they were typed.</summary>
    public string[] Words(ParseResult command) => command.GetValue(_words) ?? [];

    /// <summary>The peer's address; <paramref name="transport"/> is what an address without a front means.</summary>
    public Address Peer(ParseResult command, Transport transport = Transport.Tcp) => command.GetValue(_words) switch
    {
        [var host, var port] => OfHostAndPort(host, port, transport),
        [var text] when IsUnix(transport) => OfPath(text, transport),
        [var text] => Agreeing(Address.Parse(text, transport), transport),
        _ => throw new UsageException("no address given"),
    };

    /// <summary>The address of a peer that takes connections.</summary>
    public Address Stream(ParseResult command) => Stream(Peer(command));

    /// <summary>The same, where a host alone means a port of its own.</summary>
    public Address Stream(ParseResult command, Func<int> usualPort) => command.GetValue(_words) switch
    {
        [var host] when IsBareHost(host) => Address.Tcp(host, usualPort()),
        [var text] when text.StartsWith(TlsFront, StringComparison.Ordinal) && IsBareHost(text[TlsFront.Length..]) =>
            Address.Tls(text[TlsFront.Length..], usualPort()),
        _ => Stream(command),
    };

    /// <summary>The addresses of peers that take connections: one in two words, or as many as there are words.</summary>
    public IReadOnlyList<Address> Streams(ParseResult command) => command.GetValue(_words) switch
    {
        [var host, var port] when IsBareHost(host) => [Address.Tcp(host, port)],
        var texts => [.. texts!.Select(text => Stream(Address.Parse(text)))],
    };

    private const string TlsFront = "tls://";

    /// <summary>Whether the text is a host without a port.</summary>
    public static bool IsBareHost(string text) => !text.Contains(':') || IPAddress.TryParse(text, out _);

    /// <summary>The address to listen at. A host or port from options fills what is left out, as <c>nc -l -s HOST -p PORT</c> does.</summary>
    public Address Listening(ParseResult command, Transport transport = Transport.Tcp, string? host = null, string? port = null) =>
        (command.GetValue(_words), host, port) switch
        {
            ([], _, { } number) => OfHostAndPort(host ?? "*", number, transport),
            ([var number], { } name, null) => OfHostAndPort(name, number, transport),
            (_, not null, _) or (_, _, not null) => throw new UsageException("the address to listen at is given twice", "Leave out -s and -p, or the words that say the same."),
            ([var name, var number], _, _) => OfHostAndPort(name, number, transport),
            ([var text], _, _) when IsUnix(transport) => OfPath(text, transport),
            ([var text], _, _) => Agreeing(Address.ParseListening(text, transport), transport),
            _ => throw new UsageException("listen needs a PORT or ADDRESS", "See 'sock listen --help'."),
        };

    private static Address OfHostAndPort(string host, string port, Transport transport) => transport switch
    {
        Transport.Tcp => Address.Tcp(host, port),
        Transport.Udp => Address.Udp(host, port),
        _ => throw new UsageException($"a Unix socket has a path and no port: '{port}' is too much"),
    };

    private static Address OfPath(string text, Transport transport) =>
        text.StartsWith("unix", StringComparison.Ordinal) && text.Contains(':') ? Agreeing(Address.Parse(text), transport)
        : transport == Transport.Unix ? Address.Unix(text)
        : Address.UnixDatagram(text);

    /// <summary>An address may say its transport itself; it must not contradict the options.</summary>
    private static Address Agreeing(Address address, Transport asked) => asked == Transport.Tcp || address.Transport == asked
        ? address
        : throw new UsageException($"'{address}' is no {NameOf(asked)} address", "Leave out either the option or the front of the address.");

    private static Address Stream(Address address) => address.Transport is not (Transport.Udp or Transport.UnixDatagram)
        ? address
        : throw new UsageException($"'{address}' takes datagrams, not connections", "Only an answer shows that somebody is there: 'sock connect' can ask.");

    private static bool IsUnix(Transport transport) => transport is Transport.Unix or Transport.UnixDatagram;

    private static string NameOf(Transport transport) => transport switch
    {
        Transport.Tcp => "TCP",
        Transport.Udp => "UDP",
        Transport.Unix => "Unix",
        _ => "Unix datagram",
    };
}
