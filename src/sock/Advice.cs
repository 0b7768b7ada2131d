using System.CommandLine;
using System.Net;

namespace Sockeye.Tool;

/// <summary>The next step after an error: one line that knows what was already tried.</summary>
internal static class Advice
{
    public static string? For(Exception error, ParseResult command) => error switch
    {
        UsageException usage => usage.Advice,
        BadStatusException => "--any-status takes every answer for good.",
        NetException net => OfKind(net, command),
        _ => null,
    };

    private static string? OfKind(NetException error, ParseResult command) => error.Kind switch
    {
        NetErrorKind.InvalidAddress when command.IsGiven("--numeric") && error.Address is { IP: null, Path: null } =>
            "Leave out -n to have names looked up.",
        NetErrorKind.UnknownService => "'sock port --search WORD' finds services by name.",
        NetErrorKind.NameNotFound when command.IsGiven("-4") => "Leave out -4: the name may have IPv6 addresses.",
        NetErrorKind.NameNotFound when command.IsGiven("-6") => "Leave out -6: the name may have IPv4 addresses.",
        NetErrorKind.NameNotFound => "Check the spelling of the name.",
        NetErrorKind.NameServerFailed => "The name servers may answer later; a numeric address needs none.",
        NetErrorKind.Refused => OfRefused(error),
        NetErrorKind.Unreachable when !command.IsGiven("-4") && error.Causes.Any(IsIPv6) => "There may be no IPv6 here: try -4.",
        NetErrorKind.TimedOut => OfTimedOut(error, command),
        NetErrorKind.AddressInUse when error.Address?.Path is not null => "Choose another path, or remove the file if no program needs it.",
        NetErrorKind.AddressInUse when command.CommandResult.Command.Name == "serve" => "NAME=PORT serves it elsewhere; 'ss -lp' says who is there.",
        NetErrorKind.AddressInUse => "Choose another port; 'ss -lp' says who is there.",
        NetErrorKind.AddressUnavailable => "The address must be one of this machine's own.",
        NetErrorKind.AccessDenied when error.Address is { Path: null, Port: > 0 and < 1024 } =>
            "Ports under 1024 need special rights; choose one from 1024 up.",
        NetErrorKind.NotFound => "The server that makes this socket may not be running.",
        NetErrorKind.LimitExceeded when command.IsGiven("--max-size") => "A larger --max-size allows more.",
        _ => null,
    };

    private static string OfRefused(NetException error) => error.Address switch
    {
        { Path: not null } => "The socket is there, but its server is not running.",
        { } address when IsThisMachine(address) =>
            $"Nobody listens there. 'sock listen {(address.Transport == Transport.Udp ? "-u " : "")}{address.Port}' would; 'sock serve' starts services to talk to.",
        _ => "Nobody listens there: check the port, and whether the server is running.",
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

    private static bool IsIPv6(NetException cause) => cause.RemoteAddress?.IP?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    private static bool IsThisMachine(Address address) =>
        address.Host == "localhost" || (address.IP is { } ip && IPAddress.IsLoopback(ip));
}
