namespace Sockeye;

/// <summary>Something put on a connection: takes the inner one, returns the one to use.</summary>
/// <param name="inner">The connection so far; the layer owns it from now on.</param>
/// <param name="cancel">Cancelled when the limit has passed or the caller gave up.</param>
/// <returns>The connection to use instead.</returns>
public delegate ValueTask<Connection> ConnectionLayer(Connection inner, CancellationToken cancel);

/// <summary>Puts layers on a connection, from the wire up, within a limit.</summary>
internal static class ConnectionLayers
{
    /// <summary>Who asks for <c>tls://</c> must not get a connection that anybody can read.</summary>
    /// <exception cref="NetException"><see cref="NetErrorKind.Unsupported"/>: nothing could speak TLS at that address.</exception>
    public static void RequireTls(Address asked, IReadOnlyList<ConnectionLayer> layers, NetOperation operation)
    {
        if (asked.Transport == Transport.Tls && layers.Count == 0)
            throw NoTls(asked, operation);
    }

    /// <exception cref="NetException"><see cref="NetErrorKind.TimedOut"/> when the limit has passed; what the layers throw.</exception>
    /// <param name="layers">From the wire up.</param>
    /// <param name="connection">What they are put on.</param>
    /// <param name="asked">The address that was dialled or listened at.</param>
    /// <param name="limit">For all of them together, and what went before.</param>
    /// <param name="spent">How long that took.</param>
    /// <param name="time">The clock of the limit.</param>
    /// <param name="cancel">Gives up.</param>
    public static async ValueTask<Connection> ApplyAsync(
        IReadOnlyList<ConnectionLayer> layers, Connection connection, Address asked, TimeSpan limit, TimeSpan spent, TimeProvider time,
        CancellationToken cancel)
    {
        if (layers.Count == 0)
            return connection;
        using var timer = new CancellationTokenSource(Left(limit, spent), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            foreach (var layer in layers)
                connection = await layer(connection, either.Token).ConfigureAwait(false);
            return asked.Transport != Transport.Tls || connection.IsEncrypted ? connection : throw NoTls(asked, NetOperation.Handshake);
        }
        catch (Exception error)
        {
            connection.Abort();
            if (error is OperationCanceledException && timer.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw connection.Error(
                    NetErrorKind.TimedOut, NetOperation.Handshake, $"not done within {Texts.Of(limit)}", error);
            }
            throw;
        }
    }

    private static TimeSpan Left(TimeSpan limit, TimeSpan spent) =>
        limit == Timeout.InfiniteTimeSpan ? limit : limit > spent ? limit - spent : TimeSpan.Zero;

    private static NetException NoTls(Address asked, NetOperation operation) => new(
        NetErrorKind.Unsupported, operation, "no layer here speaks TLS", asked);
}
