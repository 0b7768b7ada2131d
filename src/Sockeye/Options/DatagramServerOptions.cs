namespace Sockeye;

/// <summary>Limits and reports of a <see cref="DatagramServer"/>. Immutable.</summary>
public sealed record DatagramServerOptions
{
    internal static DatagramServerOptions Default { get; } = new();

    /// <summary>How to bind. Defaults to <see cref="DatagramOptions"/>'s defaults.</summary>
    public DatagramOptions Socket { get; init; } = DatagramOptions.Default;

    /// <summary>What waits for requests, and runs the handlers. Defaults to <see cref="SocketEngine.Stock"/>, where a handler
    /// that blocks holds up nobody but this server's other requests.</summary>
    public SocketEngine Engine { get; init; } = SocketEngines.Default;

    /// <summary>Requests let through per second and source; the rest is dropped. A source is an IPv4 address, an IPv6
    /// network of 64 bits, or a Unix name. Defaults to 100; 0 for no limit.</summary>
    public int RatePerSource
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 100;

    /// <summary>Requests of one source that may come at once before its rate counts; at least 1. Defaults to 100.</summary>
    public int Burst
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 100;

    /// <summary>Told of errors in the handler (with the sender's address), in sending a reply (likewise) and in
    /// receiving (with the local address). What it throws is ignored. Defaults to null.</summary>
    public Action<Address, Exception>? OnError { get; init; }

    /// <summary>Told of each request that got no answer because of a rule: its sender, and the reason in words. What it
    /// throws is ignored. Defaults to null.</summary>
    public Action<Address, string>? OnDropped { get; init; }
}
