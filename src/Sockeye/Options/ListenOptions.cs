namespace Sockeye;

/// <summary>How to bind and accept. Immutable.</summary>
public sealed record ListenOptions
{
    internal static ListenOptions Default { get; } = new();

    /// <summary>How many connections may wait to be accepted. Defaults to 512 (the system may allow fewer).</summary>
    public int Backlog
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 512;

    /// <summary>Share the port with other sockets that ask for the same (SO_REUSEPORT). Defaults to false: a second
    /// server on a port is <see cref="NetErrorKind.AddressInUse"/>. <see cref="NetErrorKind.Unsupported"/> where the system
    /// has no such option (Windows) and for Unix sockets.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Replace the file of a Unix socket at which nobody listens any more. Defaults to false; a path where
    /// somebody listens is never replaced.</summary>
    public bool ReplaceStalePath { get; init; }

    /// <summary>What waits for accepted connections, and which thread their code runs on. Defaults to
    /// <see cref="SocketEngine.Stock"/>: a handler that blocks then harms nobody. A program's configuration makes it
    /// <see cref="SocketEngine.ReadinessLoop"/> with the switch <c>Sockeye.UseReadinessLoop</c>.</summary>
    public SocketEngine Engine { get; init; } = SocketEngines.Default;

    /// <summary>Limits and manners of accepted connections. Defaults to <see cref="ConnectionOptions"/>'s defaults.</summary>
    public ConnectionOptions Connection { get; init; } = ConnectionOptions.Default;

    /// <summary>What is put on an accepted connection, from the wire up. Defaults to none.</summary>
    public IReadOnlyList<ConnectionLayer> Layers { get; init; } = [];

    /// <summary>Limit for all layers of one connection together; passing it is <see cref="NetErrorKind.TimedOut"/>, in
    /// operation <see cref="NetOperation.Handshake"/>. Defaults to 10 s.</summary>
    public TimeSpan LayerTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>Who may call. Others are refused as soon as they are accepted: they are reset (a Unix peer: closed), before
    /// any layer, and count nowhere. Defaults to null: everyone may.</summary>
    public AccessList? Access { get; init; }

    /// <summary>Told of each caller that is refused: its address, and the reason in words. Called where callers are
    /// accepted, so it must not block; what it throws is lost. Defaults to null.</summary>
    public Action<Address, string>? OnRefused { get; init; }

    /// <summary>Looks service names up. Defaults to <see cref="ServiceRegistry.Default"/>.</summary>
    public ServiceRegistry Services { get; init; } = ServiceRegistry.Default;
}
