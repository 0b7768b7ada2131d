namespace Sockeye.Tests.Protocols;

/// <summary>A client in memory whose server's handler runs.</summary>
internal static class Served
{
    /// <summary>Runs the handler on the server's end of a pair, and closes that end when it returns, as a server does.</summary>
    public static (Connection Client, Task Serving) By(ConnectionHandler handler, ConnectionOptions? options = null, CancellationToken cancel = default)
    {
        var (client, server) = Connection.CreatePair(options);
        return (client, ServeAsync());

        async Task ServeAsync()
        {
            await using (server)
                await handler(server, cancel);
        }
    }
}
