namespace Sockeye.Sessions;

/// <summary>Talks with one sender of datagrams, in a task of its own.</summary>
/// <param name="peer">The sender, as an end for a session.</param>
/// <param name="cancel">Cancelled when serving is to stop.</param>
public delegate Task DatagramPeerHandler(DatagramPeer peer, CancellationToken cancel);

/// <summary>
/// Tells the datagrams of one socket apart by who sent them, so that each sender is a session of its own. It begins with
/// the first datagram; as nobody says which is the last, it ends when none has come or gone for a while
/// (<see cref="DatagramSessionOptions.IdleTimeout"/>), and a later one begins another.
/// </summary>
/// <example><code>
/// await using var socket = DatagramSocket.Bind("localhost:0");
/// await DatagramSessions.ServeAsync(socket, (peer, cancel) =>
///     Session.RunAsync(ProcessEnd.Start(new ExecCommand("cat"), peer.LocalAddress, peer.RemoteAddress), peer, cancel: cancel));
/// </code></example>
public static class DatagramSessions
{
    /// <summary>Serves what a bound socket receives until stopped.</summary>
    /// <param name="socket">A socket that is not connected. It stays open.</param>
    /// <param name="handler">Talks with one sender. Its sender's session is over when it returns. What it throws is lost.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="DatagramSessionOptions"/>'s defaults.</param>
    /// <param name="stop">Stops it and cancels the handlers' token.</param>
    /// <returns>Ends, when stopped, with the last handler.</returns>
    /// <exception cref="NetException">Receiving has failed.</exception>
    public static async Task ServeAsync(
        DatagramSocket socket, DatagramPeerHandler handler, DatagramSessionOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(handler);
        if (socket.RemoteAddress is not null)
            throw new ArgumentException("A connected socket hears one peer only: give it to a session with End.Of.", nameof(socket));
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var peers = new DatagramPeers(socket, handler, options ?? DatagramSessionOptions.Default);
        try
        {
            while (true)
                peers.Take(await socket.ReceiveAsync(stop).ConfigureAwait(false), failing.Token);
        }
        catch (Exception error) when (stop.IsCancellationRequested && error is OperationCanceledException or ObjectDisposedException)
        {
            // Stopped while it waited for a datagram.
        }
        finally
        {
            await failing.CancelAsync().ConfigureAwait(false);
            await peers.CloseAsync().ConfigureAwait(false);
        }
    }
}
