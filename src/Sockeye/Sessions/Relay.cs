using System.Runtime.ExceptionServices;

namespace Sockeye.Sessions;

/// <summary>Carries what callers say to another address, and back: a handler for <see cref="Server"/>.</summary>
/// <remarks>
/// Each caller gets a connection of its own. What one side ends, the other sees ended, and the other direction goes on; what one
/// side breaks off is broken off on the other, so that nobody takes a part for the whole. A caller for whom nobody is
/// reached is reset. With both sides on the readiness loop (<see cref="ConnectOptions.Engine"/>, <see cref="ListenOptions.Engine"/>) the
/// system moves much at once by itself, and a connection on which nothing happens holds no buffer.
/// </remarks>
/// <example>
/// <code>
/// await using var server = Server.Start("localhost:8080", Relay.To(Address.Tcp("www.example.com", "http")));
/// await server.Completion;
/// </code>
/// </example>
public static class Relay
{
    /// <summary>A handler that connects each caller to an address.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="options">How to connect, and the rules. Defaults to <see cref="RelayOptions"/>'s defaults.</param>
    /// <returns>A handler that fails with what <see cref="Connection.ConnectAsync(Address, ConnectOptions?, CancellationToken)"/> or the
    /// session failed with.</returns>
    public static ConnectionHandler To(Address target, RelayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= RelayOptions.Default;
        return (caller, cancel) => CarryAsync(caller, target, options, cancel);
    }

    private static async Task CarryAsync(Connection caller, Address target, RelayOptions options, CancellationToken cancel)
    {
        var onward = await Connection.ConnectAsync(target, options.Connect, cancel).ConfigureAwait(false);
        options.OnConnected?.Invoke(caller, onward);
        var outcome = await Session.RunAsync(End.Of(caller), End.Of(onward), options.Session, cancel).ConfigureAwait(false);
        options.OnFinished?.Invoke(caller, onward, outcome);
        if (outcome.Error is not null)
            ExceptionDispatchInfo.Throw(outcome.Error);
        cancel.ThrowIfCancellationRequested();
    }
}
