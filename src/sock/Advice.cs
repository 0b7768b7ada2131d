using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tool;

/// <summary>The next step after an error: one line that knows what was already tried.</summary>
internal static class Advice
{
    public static string? For(Exception error, ParseResult command) => error switch
    {
        UsageException usage => usage.Advice,
        BadStatusException => "With --any-status that is no error.",
        NetException net => TlsAdvice.For(net, command) ?? OfKind(net, command),
        _ when ExitCodes.Of(error) == ExitCodes.Unexpected => "This is a fault of sock itself: please report it, with what you typed.",
        _ => null,
    };

    private static string? OfKind(NetException error, ParseResult command) => error.Blame switch
    {
        NetBlame.Caller => OfCaller(error, command),
        NetBlame.Name => OfName(error, command),
        NetBlame.Reach => OfReach(error, command),
        NetBlame.Time => OfTimedOut(error, command),
        NetBlame.Local => OfLocal(error, command),
        _ => OfPeer(error, command),
    };

    private static string? OfCaller(NetException error, ParseResult command) => error.Kind switch
    {
        NetErrorKind.InvalidAddress when command.IsGiven("--numeric") && error.Address is { IP: null, Path: null } =>
            "Leave out -n to have names looked up.",
        NetErrorKind.InvalidAddress when command.IsGiven("--source") && error.Address is { IP: not null, Port: > 0 } =>
            "Give a source of the same family, or leave out -s.",
        NetErrorKind.InvalidAddress when command.IsGiven("--hex-dump") => "-x takes a FILE: '-x -' shows the bytes here.",
        NetErrorKind.UnknownService => "'sock port --search WORD' finds services by name.",
        _ => null,
    };

    private static string? OfName(NetException error, ParseResult command) => error.Kind switch
    {
        NetErrorKind.NameNotFound when command.IsGiven("-4") => error.Address is { IP: not null } ? "Leave out -4." : "Leave out -4: the name may have IPv6 addresses.",
        NetErrorKind.NameNotFound when command.IsGiven("-6") => error.Address is { IP: not null } ? "Leave out -6." : "Leave out -6: the name may have IPv4 addresses.",
        NetErrorKind.NameNotFound when IsServiceAmongHosts(command) => "If it is a service: PORTS is one word, put commas between them.",
        NetErrorKind.NameNotFound => "Check the spelling of the name.",
        NetErrorKind.NameServerFailed => "The name servers may answer later; a numeric address needs none.",
        _ => null,
    };

    private static bool IsServiceAmongHosts(ParseResult command) =>
        command.CommandResult.Command.Name == "scan" && command.CommandResult.Tokens.SkipLast(1).Any(word => ServiceRegistry.Default.FindAll(word.Value).Any());

    private static string? OfReach(NetException error, ParseResult command) => error.Kind switch
    {
        NetErrorKind.Refused => OfRefused(error, command),
        _ when !command.IsGiven("-4") && error.Causes.Any(IsIPv6) => "There may be no IPv6 here: try -4.",
        _ => "'ip route' shows which networks this machine can reach.",
    };

    private static string OfRefused(NetException error, ParseResult command) => error.Address switch
    {
        { Path: ['@', ..] } => "Nobody listens at that name: check it, and whether the server is running.",
        { Path: not null } => "The socket is there, but its server is not running.",
        { } address when IsThisMachine(address) => $"Nobody listens there. {Servers(command, address)}",
        _ => "Nobody listens there: check the port, and whether the server is running.",
    };

    /// <summary>What would answer at an address of this machine.</summary>
    private static string Servers(ParseResult command, Address address) => command.CommandResult.Command.Name switch
    {
        "get" => $"'sock serve http={address.Port}' would.",
        "time" when !command.IsGiven("--daytime") => $"'sock serve time={address.Port}' would.",
        "time" => $"'sock serve daytime={address.Port}' would.",
        _ => $"'sock listen {(address.Transport == Transport.Udp ? "-u " : "")}{address.Port}' would; 'sock serve' starts services to talk to.",
    };

    private static string? OfTimedOut(NetException error, ParseResult command)
    {
        var isConnecting = error.Operation is NetOperation.Resolve or NetOperation.Connect or NetOperation.Handshake;
        var closest = isConnecting ? "--connect-timeout" : "--idle";
        var option = command.Has(closest) ? closest : "--timeout";
        return command switch
        {
            _ when command.IsGiven("--replies") => "Fewer replies came than --replies asked for; --wait TIME waits longer for them.",
            _ when command.Has("--tcp") && !command.IsGiven("--tcp") => "A datagram or its answer may be lost or dropped on the way: --tcp asks over TCP.",
            _ when !command.Has(option) => null,
            _ when command.IsGiven(option) => $"Give {option} more time, or 'none'.",
            _ when isConnecting => $"{option} TIME waits longer; a firewall may be dropping the packets.",
            _ => $"{option} TIME waits longer.",
        };
    }

    private static string? OfLocal(NetException error, ParseResult command) => error.Kind switch
    {
        NetErrorKind.AddressInUse when error.Address is { Path: ['@', ..] } => "Another program listens at that name: choose another one.",
        NetErrorKind.AddressInUse when error.Address?.Path is not null => "Choose another path, or remove the file if no program needs it.",
        NetErrorKind.AddressInUse when IsServe(command) => $"Is it served already? {WhoHas(error)}; NAME=PORT serves it elsewhere.",
        NetErrorKind.AddressInUse => $"{WhoHas(error)}; or choose another port.",
        NetErrorKind.AddressUnavailable when command.IsGiven("--source") && error.Operation == NetOperation.Connect =>
            "'ip address' lists those that are; without -s the system chooses one.",
        NetErrorKind.AddressUnavailable => "'ip address' lists those that are; * stands for all of them.",
        NetErrorKind.AccessDenied when IsServe(command) && command.IsGiven("--standard-ports") => "Leave out --standard-ports for ports that need no rights.",
        NetErrorKind.AccessDenied when error.Address is { Path: null, Port: > 0 and < 1024 } => "Choose a port from 1024 up.",
        NetErrorKind.NotFound when error.Operation == NetOperation.Listen => "Make the directory first.",
        NetErrorKind.NotFound => "The server that makes this socket may not be running.",
        NetErrorKind.Unsupported when error.Address is { Transport: Transport.Unix } => "With -u it may work: that is for sockets of datagrams.",
        NetErrorKind.Unsupported when error.Address is { Transport: Transport.UnixDatagram } => "Without -u it may work: that is for sockets of datagrams.",
        _ => null,
    };

    private static bool IsServe(ParseResult command) => command.CommandResult.Command.Name == "serve";

    private static string WhoHas(NetException error)
    {
        var taken = error.Operation == NetOperation.Connect ? error.LocalAddress : error.Address;
        return $"'ss -{(taken is { Transport: Transport.Udp } ? 'u' : 't')}lnp sport = :{taken?.Port}' shows who is there";
    }

    /// <summary>The conversation broke, or the peer did what cannot be accepted.</summary>
    private static string? OfPeer(NetException error, ParseResult command) => (error.Kind, command.CommandResult.Command.Name) switch
    {
        (NetErrorKind.Reset, _) => "The other program has ended or refuses to go on; its log may say why.",
        (NetErrorKind.ClosedEarly, "get") => "The server broke off; asking again may help.",
        (NetErrorKind.ProtocolViolation, "get") => "'sock connect' shows what the server really says.",
        (NetErrorKind.ProtocolViolation, "time") => "It may be no time server: the usual port is 37.",
        (NetErrorKind.MessageTooLarge, _) when command.Has("--datagrams") => "--datagrams SIZE cuts the input into smaller ones.",
        (NetErrorKind.LimitExceeded, _) when command.IsGiven("--max-size") => "A larger --max-size allows more.",
        _ => null,
    };

    private static bool IsIPv6(NetException cause) => cause.RemoteAddress?.IP?.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsThisMachine(Address address) =>
        address.Host == "localhost" || (address.IP is { } ip && IPAddress.IsLoopback(ip));
}
