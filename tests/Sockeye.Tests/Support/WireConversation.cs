namespace Sockeye.Tests.Support;

/// <summary>The program in conversation with a test that sees the bare wire, whichever of the two has called.</summary>
internal sealed class WireConversation(RunningProgram sock, Connection peer, Listener? listener) : IAsyncDisposable
{
    public RunningProgram Sock => sock;

    public Connection Peer => peer;

    /// <summary>Starts it by its line, without the address: <c>connect -t</c>, <c>listen -k</c>.</summary>
    public static async Task<WireConversation> StartAsync(string line)
    {
        var words = line.Split(' ');
        if (words[0] == "listen")
        {
            var server = await SockServer.ListenAsync(words[1..]);
            return new(server, await Connection.ConnectAsync("127.0.0.1", server.Port), null);
        }
        var listener = Listener.Listen("127.0.0.1:0");
        var client = SockProcess.Start([.. words, "127.0.0.1", $"{listener.LocalAddress.Port}"]);
        return new(client, await listener.AcceptAsync(), listener);
    }

    /// <summary>What comes next over the wire.</summary>
    public async Task<byte[]> ReadAsync(int count) => (await peer.Lines.ReadExactlyAsync(count)).ToArray();

    public async ValueTask DisposeAsync()
    {
        await sock.DisposeAsync();
        peer.Abort();
        if (listener is not null)
            await listener.DisposeAsync();
    }
}
