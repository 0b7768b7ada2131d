namespace Sockeye.Measuring;

/// <summary>What a <see cref="LoadGenerator"/> does, how much of it and for how long. Immutable.</summary>
public sealed record LoadOptions
{
    internal static LoadOptions Default { get; } = new();

    /// <summary>What a request is. Defaults to <see cref="LoadMode.Echo"/>.</summary>
    public LoadMode Mode { get; init; } = LoadMode.Echo;

    /// <summary>How many connections there are at once. Defaults to 10.</summary>
    public int Connections
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 10;

    /// <summary>Bytes of a request of <see cref="LoadMode.Echo"/> and <see cref="LoadMode.Send"/>. Defaults to 64.</summary>
    public int MessageSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 64;

    /// <summary>What a request of <see cref="LoadMode.Get"/> asks for: path and query. Defaults to <c>/</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>How many requests become due a second, over all connections (open loop): a latency then counts from the
    /// moment at which its request was due, also where no connection was free to send it. Defaults to null: each connection
    /// sends the next request when the answer is there (closed loop).</summary>
    public int? Rate
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value ?? 1, 1, nameof(value));
            field = value;
        }
    }

    /// <summary>How long requests are sent before measuring begins. Defaults to 1 s.</summary>
    public TimeSpan WarmUp
    {
        get;
        init => field = TimeRange.CheckPause(value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>How long is measured. Defaults to 10 s; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> until it is
    /// cancelled.</summary>
    public TimeSpan Duration
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may wait while no byte moves; then it counts as <see cref="NetErrorKind.TimedOut"/>, and its
    /// connection is replaced. Defaults to 5 s; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(5);

    /// <summary>How to connect, and how long that may take; TLS is one of its layers. A host name is looked up once, before
    /// anything is measured. Defaults to
    /// <see cref="ConnectOptions"/>'s defaults, but on the <see cref="SocketEngine.ReadinessLoop"/>.</summary>
    public ConnectOptions Connect { get; init; } = new() { Engine = SocketEngine.ReadinessLoop };

    /// <summary>Told every 100 ms what that time came to. What it throws is lost. Defaults to null.</summary>
    public Action<LoadInterval>? OnInterval { get; init; }

    /// <summary>The clock by which requests are due and measured. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What a request is, and which time its latency is.</summary>
public enum LoadMode
{
    /// <summary>A message is sent, and as many bytes come back: until the last of them is there. Connections are kept.</summary>
    Echo,

    /// <summary>A message is sent: until the system has taken it, which is soon unless the peer is slow. What the peer says is
    /// thrown away. Connections are kept.</summary>
    Send,

    /// <summary>A connection is made, layers such as TLS included, and closed: until it stands.</summary>
    Connect,

    /// <summary>HTTP GET, each on a connection of its own: from the beginning of connecting until all of the answer is
    /// there.</summary>
    Get,
}
