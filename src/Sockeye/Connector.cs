namespace Sockeye;
internal sealed class Connector : IConnector
{
    public static Connector Direct { get; } = new();
    public async ValueTask<Connection> ConnectAsync(Address target, ConnectOptions options, CancellationToken cancel = default)
    {
        var s = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await s.ConnectAsync("127.0.0.1", target.Port, cancel).ConfigureAwait(false);
        return Connection.FromSocket(s, target.Transport, target, options.Connection);
    }
}
