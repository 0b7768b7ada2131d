using System.Net.Sockets;

namespace Sockeye;

/// <summary>How to reach a peer, and the limits while doing so. Immutable: derive a variant with <c>with</c>.</summary>
public sealed record ConnectOptions
{
    internal static ConnectOptions Default { get; } = new();

    /// <summary>Limit for look-up, every attempt and the layers together. Defaults to 10 s;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for none. Passing it is <see cref="NetErrorKind.TimedOut"/>.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>Use only addresses of this family (<see cref="AddressFamily.InterNetwork"/> or
    /// <see cref="AddressFamily.InterNetworkV6"/>). Defaults to null: both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>Refuse host names, so that nothing is looked up. Defaults to false.</summary>
    public bool NumericOnly { get; init; }

    /// <summary>The local address to connect from: a literal or <c>*</c>, port 0 for any (<c>Address.Tcp("127.0.0.2", 0)</c>).
    /// Defaults to null: the system chooses.</summary>
    public Address? Source { get; init; }

    /// <summary>How long an attempt has to itself before the next address is tried beside it (RFC 8305, section 5).
    /// Defaults to 250 ms.</summary>
    public TimeSpan AttemptDelay
    {
        get;
        init => field = TimeRange.CheckWait(value);
    } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long to wait for the IPv6 answer after the IPv4 answer has come (RFC 8305, section 3). Defaults to 50 ms.</summary>
    public TimeSpan ResolutionDelay
    {
        get;
        init => field = TimeRange.CheckWait(value);
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>What waits for the connection, and which thread its code runs on. Defaults to
    /// <see cref="SocketEngine.Stock"/>: code that blocks then harms nobody. A program's configuration makes it
    /// <see cref="SocketEngine.ReadinessLoop"/> with the switch <c>Sockeye.UseReadinessLoop</c>. A connection that is dialled
    /// by code on a loop stays on that loop.</summary>
    public SocketEngine Engine { get; init; } = SocketEngines.Default;

    /// <summary>Limits and manners of the connection once it stands. Defaults to <see cref="ConnectionOptions"/>'s defaults.</summary>
    public ConnectionOptions Connection { get; init; } = ConnectionOptions.Default;

    /// <summary>Looks host names up. Defaults to <see cref="Resolver.System"/>.</summary>
    public Resolver Resolver { get; init; } = Resolver.System;

    /// <summary>Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</summary>
    public ServiceRegistry Services { get; init; } = ServiceRegistry.Default;

    /// <summary>How to get to the address. Defaults to null: directly.</summary>
    public IConnector? Via { get; init; }

    /// <summary>What is put on the connection after dialling, from the wire up. Defaults to none.</summary>
    public IReadOnlyList<ConnectionLayer> Layers { get; init; } = [];

    /// <summary>Told of each attempt as it ends, on whichever thread it ended. Defaults to null.</summary>
    public Action<ConnectAttempt>? OnAttempt { get; init; }

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>One address that was tried.</summary>
/// <param name="Address">The address, numeric.</param>
/// <param name="Elapsed">From the attempt's start to its end.</param>
/// <param name="Error">Why it failed; null for the one that succeeded.</param>
public sealed record ConnectAttempt(Address Address, TimeSpan Elapsed, NetException? Error);

/// <summary>How a connection came about: what was tried and how long each step took.</summary>
/// <param name="Attempts">Every address tried, in the order the attempts ended.</param>
/// <param name="Resolve">Until the first address was known; zero where nothing had to be looked up.</param>
/// <param name="Connect">From the first attempt's start until one had succeeded.</param>
public sealed record ConnectReport(IReadOnlyList<ConnectAttempt> Attempts, TimeSpan Resolve, TimeSpan Connect);

/// <summary>"Get me a connection to there": directly, or later through proxies.</summary>
public interface IConnector
{
    /// <summary>Connects to the address.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="options">Limits and choices; <see cref="ConnectOptions.Via"/> and <see cref="ConnectOptions.Layers"/> are the caller's business.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>An open connection.</returns>
    ValueTask<Connection> ConnectAsync(Address target, ConnectOptions options, CancellationToken cancel = default);
}
