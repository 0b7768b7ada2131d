namespace Sockeye.Sessions;

/// <summary>How a <see cref="Relay"/> connects, and its rules. Immutable.</summary>
public sealed record RelayOptions
{
    internal static RelayOptions Default { get; } = new();

    /// <summary>How to connect onward. Defaults to <see cref="ConnectOptions"/>'s defaults.</summary>
    public ConnectOptions Connect { get; init; } = new();

    /// <summary>The rules of each session, in which the caller is local. Defaults to <see cref="SessionOptions"/>'s defaults, but for
    /// <see cref="SessionOptions.PeerEndedWait"/>: a direction goes on for as long as its own side does.</summary>
    public SessionOptions Session { get; init; } = new() { PeerEndedWait = Timeout.InfiniteTimeSpan };

    /// <summary>Told of each caller and the connection that was made for it, before anything is carried. Called from the caller's
    /// own task; what it throws counts as thrown by the handler. Defaults to null.</summary>
    public Action<Connection, Connection>? OnConnected { get; init; }

    /// <summary>Told what came of each of them. Called as <see cref="OnConnected"/> is. Defaults to null.</summary>
    public Action<Connection, Connection, SessionOutcome>? OnFinished { get; init; }
}
