namespace Sockeye;

/// <summary>Limits and reports of a <see cref="Server"/>. Immutable.</summary>
public sealed record ServerOptions
{
    internal static ServerOptions Default { get; } = new();

    /// <summary>How to bind and accept. Defaults to <see cref="ListenOptions"/>'s defaults. Not used where the server is
    /// given a <see cref="Listener"/>, which has its own.</summary>
    public ListenOptions Listen { get; init; } = ListenOptions.Default;

    /// <summary>Connections served at once; more wait to be accepted, unless <see cref="RefuseExcess"/> says otherwise.
    /// Defaults to 1,000.</summary>
    public int MaxConnections
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1000;

    /// <summary>Refuse callers while <see cref="MaxConnections"/> are served, instead of letting them wait: they are reset, and
    /// <see cref="ListenOptions.OnRefused"/> is told. Defaults to false.</summary>
    public bool RefuseExcess { get; init; }

    /// <summary>How long a connection may wait while no byte moves. Defaults to 60 s; overrides
    /// <see cref="ConnectionOptions.IdleTimeout"/>.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(60);

    /// <summary>How long connections may go on after stopping began; then they are aborted and their handlers' token is
    /// cancelled. <see cref="TimeSpan.Zero"/> aborts at once, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.
    /// Defaults to 5 s.</summary>
    public TimeSpan DrainTimeout
    {
        get;
        init => field = TimeRange.CheckWait(value);
    } = TimeSpan.FromSeconds(5);

    /// <summary>Told of each connection when its layers are done, just before its handler starts. Called from the
    /// connection's own task; what it throws counts as thrown by the handler. Defaults to null.</summary>
    public Action<Connection>? OnConnected { get; init; }

    /// <summary>Told once of each connection that has ended, also of one whose layers failed. The error is null if it ended
    /// well; else what the handler threw, why closing failed, or <see cref="NetErrorKind.TimedOut"/> if it was aborted
    /// because the server stopped. Called from the connection's own task; what it throws is lost. Defaults to null.</summary>
    public Action<Connection, Exception?>? OnDisconnected { get; init; }

    /// <summary>Told of trouble in accepting (<see cref="NetErrorKind.ResourceExhausted"/>: descriptors used up, ...). The
    /// server goes on trying, every 100 ms to 1 s, and tells once until it has accepted again. What it throws is lost.
    /// Defaults to null.</summary>
    public Action<NetException>? OnAcceptError { get; init; }

    /// <summary>The clock of every limit, those of its connections included (in place of
    /// <see cref="ConnectionOptions.Time"/>). Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
