using System.Net.Sockets;

namespace Sockeye.Measuring;

/// <summary>How to scan, and how fast. Immutable: derive a variant with <c>with</c>.</summary>
public sealed record PortScanOptions
{
    internal static PortScanOptions Default { get; } = new();

    /// <summary>The usual <see cref="Rate"/> of hosts that are not this machine's loopback: 200.</summary>
    public const int UsualRate = 200;

    /// <summary>Connections begun a second, all hosts together; 0 for no limit. Defaults to null: 200, and no limit where the
    /// host is this machine's loopback. Some systems answer 200 closed ports a second and are silent to the rest, which would
    /// then look filtered.</summary>
    public int? Rate
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value.GetValueOrDefault(), nameof(value));
            field = value;
        }
    }

    /// <summary>How long an address may take to answer before its port counts as filtered. Defaults to 2 s;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none but the system's own.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(2);

    /// <summary>Ports that may be waited for at once; fewer where there are not so many descriptors. Defaults to 500.</summary>
    public int Parallel
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 500;

    /// <summary>Use only addresses of this family (<see cref="AddressFamily.InterNetwork"/> or
    /// <see cref="AddressFamily.InterNetworkV6"/>). Defaults to null: both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>Refuse host names, so that nothing is looked up. Defaults to false.</summary>
    public bool NumericOnly { get; init; }

    /// <summary>Looks host names up. Defaults to <see cref="Resolver.System"/>.</summary>
    public Resolver Resolver { get; init; } = Resolver.System;

    /// <summary>Names the services of ports. Defaults to <see cref="ServiceRegistry.Default"/>.</summary>
    public ServiceRegistry Services { get; init; } = ServiceRegistry.Default;

    /// <summary>The clock of every limit and measurement. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What tries to connect to so many places at once.</summary>
    internal Func<int, Prober> NewProber { get; init; } = Prober.Create;
}
