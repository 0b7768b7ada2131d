namespace Sockeye;

/// <summary>Limits and reports of a <see cref="Server"/>. Immutable.</summary>
public sealed record ServerOptions
{
    internal static ServerOptions Default { get; } = new();

    /// <summary>How to bind and accept.</summary>
    public ListenOptions Listen { get; init; } = ListenOptions.Default;

    /// <summary>Connections served at once; more wait to be accepted. Defaults to 1,000.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>How long a connection may wait while no byte moves. Defaults to 60 s; overrides
    /// <see cref="ConnectionOptions.IdleTimeout"/>.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connections may go on after stopping began; then their handlers' token is cancelled and they
    /// are aborted. Defaults to 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told of each accepted connection. Defaults to null.</summary>
    public Action<Connection>? OnConnected { get; init; }

    /// <summary>Told once of each connection that ended: the error is null if it ended well. Defaults to null.</summary>
    public Action<Connection, Exception?>? OnDisconnected { get; init; }

    /// <summary>Told of trouble in accepting (descriptors used up, ...), once for each bout. Defaults to null.</summary>
    public Action<NetException>? OnAcceptError { get; init; }

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
