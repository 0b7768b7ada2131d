using System.Net.Sockets;

namespace Sockeye;

/// <summary>How to open a <see cref="DatagramSocket"/>, and its limits. Immutable: derive a variant with <c>with</c>.</summary>
public sealed record DatagramOptions
{
    internal static DatagramOptions Default { get; } = new();

    /// <summary>Limit for looking a host up, and for the peer's queue to take a datagram (a Unix peer that does not read
    /// holds its senders up); then <see cref="NetErrorKind.TimedOut"/>. Defaults to 10 s;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>How long one receive may wait; then <see cref="NetErrorKind.TimedOut"/>. Defaults to
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public TimeSpan ReceiveTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Bytes taken of one datagram; the rest is cut and <see cref="Datagram.Truncated"/> set. Defaults to
    /// 65,535: more than UDP carries (65,507 over IPv4, 65,527 over IPv6); a Unix datagram can be larger.</summary>
    public int MaxDatagram
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 65535;

    /// <summary>Use only addresses of this family: <see cref="AddressFamily.InterNetwork"/> or
    /// <see cref="AddressFamily.InterNetworkV6"/>; <see cref="AddressFamily.Unix"/> makes
    /// <see cref="DatagramSocket.Open"/> open a Unix datagram socket. Defaults to null: IPv4 and IPv6.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>Refuse host names, so that nothing is looked up. Defaults to false.</summary>
    public bool NumericOnly { get; init; }

    /// <summary>Allow sending to broadcast addresses. Defaults to false: that is <see cref="NetErrorKind.AccessDenied"/>.</summary>
    public bool Broadcast { get; init; }

    /// <summary>The local address to send from: a literal, <c>localhost</c> or <c>*</c>, port 0 for any
    /// (<c>Address.Udp("127.0.0.2", 0)</c>); or a Unix path or name. Defaults to null: the system chooses.</summary>
    public Address? Source { get; init; }

    /// <summary>Share the port with sockets that ask for the same (SO_REUSEPORT). Defaults to false: a second socket on
    /// a port is <see cref="NetErrorKind.AddressInUse"/>.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Replace the file of a Unix socket that nobody has open any more. Defaults to false; a path that
    /// somebody has open is never replaced.</summary>
    public bool ReplaceStalePath { get; init; }

    /// <summary>Whose datagrams a bound socket receives; those of others are dropped. Defaults to null: everyone's.</summary>
    public AccessList? Access { get; init; }

    /// <summary>Told of each datagram that <see cref="Access"/> drops: its sender, and the reason in words. It must not
    /// block; what it throws is lost. Defaults to null.</summary>
    public Action<Address, string>? OnRefused { get; init; }

    /// <summary>Looks host names up. Defaults to <see cref="Resolver.System"/>.</summary>
    public Resolver Resolver { get; init; } = Resolver.System;

    /// <summary>Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</summary>
    public ServiceRegistry Services { get; init; } = ServiceRegistry.Default;

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
