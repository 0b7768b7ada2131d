using System.Net;

namespace Sockeye.Measuring;

/// <summary>What a scan found out about a port.</summary>
public enum PortState
{
    /// <summary>Somebody takes connections there.</summary>
    Open,

    /// <summary>The host answers that nobody does.</summary>
    Closed,

    /// <summary>Nobody can say: no answer, or one on the way that the host or port cannot be reached.</summary>
    Filtered,
}

/// <summary>One port of one host, and what a scan found there.</summary>
public sealed class PortReport
{
    private readonly IPAddress _ip;
    private readonly ServiceRegistry _services;

    internal PortReport(string host, IPAddress ip, int port, ServiceRegistry services) =>
        (Host, _ip, Port, _services) = (host, ip, port, services);

    /// <summary>The host as it was given; of a network or range, the address.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>What it is.</summary>
    public PortState State { get; internal init; }

    /// <summary>How long the answer, or the end of the wait for it, took.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>Why it counts as <see cref="PortState.Filtered"/>: <see cref="NetErrorKind.TimedOut"/> or
    /// <see cref="NetErrorKind.Unreachable"/>, with the reason. Null for the other states.</summary>
    public NetException? Error { get; internal init; }

    /// <summary>The address that decided it, numeric: of a host with several, the one that is open.</summary>
    public Address Address => Address.From(new IPEndPoint(_ip, Port), Transport.Tcp);

    /// <summary>The name of the service that the port is for; whether that is what runs there, nobody asked. Null if it has
    /// no name.</summary>
    public string? Service => _services.Find(Port, Transport.Tcp)?.Name;

    /// <summary>Host, port and state: <c>localhost 22/tcp open</c>.</summary>
    public override string ToString() => $"{Host} {Port}/tcp {State.ToString().ToLowerInvariant()}";
}
