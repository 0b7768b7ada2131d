using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Engines;

/// <summary>Options and places that the tests of the readiness loop share.</summary>
internal static class OnLoop
{
    public const string AnyPort = "127.0.0.1:0";

    public static ConnectOptions Connect { get; } = new() { Engine = SocketEngine.ReadinessLoop };

    public static ServerOptions Serve { get; } = new()
    {
        Listen = new() { Engine = SocketEngine.ReadinessLoop },
        IdleTimeout = Timeout.InfiniteTimeSpan,
    };

    public static void Require() => Assert.SkipUnless(OperatingSystem.IsLinux(), "the loop is Linux's");

    /// <summary>How many sockets all loops watch.</summary>
    public static int Watched => ReadinessLoops.All().Sum(loop => loop.Count);

    /// <summary>Lets its caller go on on a loop's thread, mostly: what has ended before it is awaited leaves code where it is.
    /// Hence <c>while (ReadinessLoop.Current is null) await OnLoop.EnterAsync();</c></summary>
    public static async Task EnterAsync()
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.UnixOnLoop).ConfigureAwait(false);
        var waiting = connection.ReadAsync(new byte[1]);
        _ = Task.Run(() => peer.Send("x"u8));
        await waiting.ConfigureAwait(false);
        connection.Abort();
        peer.Dispose();
    }

    /// <summary>Answers lines with themselves.</summary>
    public static async Task EchoLinesAsync(Connection peer, CancellationToken cancel)
    {
        while (await peer.Lines.ReadLineAsync(cancel) is { } line)
            await peer.Lines.WriteLineAsync(line, cancel);
    }

    /// <summary>Asks each of them; all have to answer.</summary>
    public static async Task AssertAnswersAsync(IEnumerable<Connection> clients)
    {
        foreach (var client in clients)
        {
            await client.Lines.WriteLineAsync("still there?");
            Assert.Equal("still there?", await client.Lines.ReadLineAsync());
        }
    }

    /// <summary>So many clients that each loop has several.</summary>
    public static async Task<Connection[]> CallAsync(Server server)
    {
        var clients = new Connection[ReadinessLoops.All().Length * 3];
        for (var i = 0; i < clients.Length; i++)
            clients[i] = await Connection.ConnectAsync(server.LocalAddress, new() { Engine = SocketEngine.Stock });
        return clients;
    }
}
