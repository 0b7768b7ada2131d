namespace Sockeye;

/// <summary>Something put on a connection: takes the inner one, returns the one to use.</summary>
/// <param name="inner">The connection so far; the layer owns it from now on.</param>
/// <param name="cancel">Cancelled when the limit has passed or the caller gave up.</param>
/// <returns>The connection to use instead.</returns>
public delegate ValueTask<Connection> ConnectionLayer(Connection inner, CancellationToken cancel);

/// <summary>Puts layers on a connection, from the wire up, within a limit.</summary>
internal static class ConnectionLayers
{
    /// <exception cref="NetException"><see cref="NetErrorKind.TimedOut"/> when the limit has passed; what the layers throw.</exception>
    public static async ValueTask<Connection> ApplyAsync(
        IReadOnlyList<ConnectionLayer> layers, Connection connection, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        if (layers.Count == 0)
            return connection;
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            foreach (var layer in layers)
                connection = await layer(connection, either.Token).ConfigureAwait(false);
            return connection;
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
}
