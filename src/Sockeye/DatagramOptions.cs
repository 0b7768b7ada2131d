using System.Net.Sockets;

namespace Sockeye;

/// <summary>How to open a <see cref="DatagramSocket"/>. Immutable.</summary>
public sealed record DatagramOptions
{
    internal static DatagramOptions Default { get; } = new();

    /// <summary>Limit for looking the peer up. Defaults to 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one receive may wait; then <see cref="NetErrorKind.TimedOut"/>. Defaults to none.</summary>
    public TimeSpan ReceiveTimeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Bytes taken of one datagram; the rest is cut and <see cref="Datagram.Truncated"/> set. Defaults to 65,535.</summary>
    public int MaxDatagram { get; init; } = 65535;

    /// <summary>Only this family. Defaults to null: both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>Refuse host names, so that nothing is looked up. Defaults to false.</summary>
    public bool NumericOnly { get; init; }

    /// <summary>Allow sending to broadcast addresses. Defaults to false: that is <see cref="NetErrorKind.AccessDenied"/>.</summary>
    public bool Broadcast { get; init; }

    /// <summary>Local address to send from. Defaults to null: the system chooses.</summary>
    public Address? Source { get; init; }

    /// <summary>Share the port with sockets that ask for the same (SO_REUSEPORT). Defaults to false.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Replace the file of a Unix socket that nobody has open any more. Defaults to false.</summary>
    public bool ReplaceStalePath { get; init; }

    /// <summary>Looks host names up. Defaults to <see cref="Resolver.System"/>.</summary>
    public Resolver Resolver { get; init; } = Resolver.System;

    /// <summary>Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</summary>
    public ServiceRegistry Services { get; init; } = ServiceRegistry.Default;

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
