using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Engines;

/// <summary>What is left of sockets that a loop has let go: nothing, and none of their events.</summary>
[Collection(Alone.Name)]
public class LoopLeakTests
{
    private const int HangGuard = 120_000;

    [Fact(Timeout = HangGuard)]
    public async Task A_number_that_is_used_again_never_brings_the_events_of_its_former_owner()
    {
        OnLoop.Require();
        var before = OnLoop.Watched;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(ReopenAgainAndAgainAsync)));
        Assert.Equal(before, OnLoop.Watched);
    }

    /// <summary>Each number is closed with an event under way and taken again at once, by a connection to which nothing comes.</summary>
    private static async Task ReopenAgainAndAgainAsync()
    {
        for (var i = 0; i < 300; i++)
        {
            var (first, firstPeer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.UnixOnLoop);
            firstPeer.Send("old"u8);
            first.Abort();
            var (second, secondPeer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.UnixOnLoop);
            var waiting = second.ReadAsync(Memory<byte>.Empty).AsTask();
            firstPeer.Dispose();
            await Task.Yield();
            Assert.False(waiting.IsCompleted);
            secondPeer.Send("new"u8);
            Assert.Equal(0, await waiting);
            var bytes = new byte[10];
            Assert.Equal((3, (byte)'n'), (await second.ReadAsync(bytes), bytes[0]));
            second.Abort();
            secondPeer.Dispose();
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task However_a_connection_ends_the_loop_has_forgotten_it()
    {
        OnLoop.Require();
        var before = OnLoop.Watched;
        for (var i = 0; i < 50; i++)
        {
            foreach (var ground in (Ground[])[Ground.TcpOnLoop, Ground.UnixOnLoop, Ground.TlsOnLoop])
            {
                var (client, server) = await ConnectionPairs.CreateAsync(ground);
                await Task.WhenAll(client.CloseAsync().AsTask(), server.CloseAsync().AsTask());
                (client, server) = await ConnectionPairs.CreateAsync(ground);
                var waiting = server.ReadAsync(new byte[1]).AsTask();
                server.Abort();
                client.Abort();
                await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
            }
        }
        Assert.Equal(before, OnLoop.Watched);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Calls_that_fail_or_are_given_up_leave_nothing_on_the_loop()
    {
        OnLoop.Require();
        using var silent = new SilentListener("127.0.0.2", 0);
        var before = OnLoop.Watched;
        var refused = Address.Tcp("127.0.0.3", silent.Port);
        for (var i = 0; i < 50; i++)
        {
            await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync(refused, OnLoop.Connect).AsTask());
            using var giveUp = new CancellationTokenSource();
            var calling = Connection.ConnectAsync(Address.Tcp("127.0.0.2", silent.Port), OnLoop.Connect, giveUp.Token).AsTask();
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        }
        Assert.Equal(before, OnLoop.Watched);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ten_thousand_idle_connections_are_held_and_each_is_answered()
    {
        OnLoop.Require();
        Peers.Require("python3");
        Assert.SkipUnless(MaxDescriptors() > Many + 1000, "too few descriptors are allowed here");
        var before = OnLoop.Watched;
        await using (var server = Server.Start(OnLoop.AnyPort, Echo.ServeAsync, OnLoop.Serve with { MaxConnections = Many }))
        {
            var clients = await RunningProgram.RunAsync("python3", ["-c", ManyClients, $"{server.LocalAddress.Port}", $"{Many}"]);
            Assert.Equal(("answered\n", 0), (clients.Output, clients.ExitCode));
        }
        Assert.Equal(before, OnLoop.Watched);
    }

    private static int MaxDescriptors()
    {
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(limit.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], out var soft) ? soft : int.MaxValue;
    }

    private const int Many = 10_000;

    private const string ManyClients = """
        import resource, socket, sys
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        clients = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
        for client in clients:
            client.send(b"x")
        assert all(client.recv(1) == b"x" for client in clients)
        print("answered")
        """;

    [Fact(Timeout = HangGuard)]
    public Task Without_descriptors_for_the_loops_listening_says_so() => OwnProcess.WithFewDescriptorsAsync(256, () =>
    {
        Listener.Listen(OnLoop.AnyPort, new() { Engine = SocketEngine.Stock }).Close();    // loads what can no longer be loaded without descriptors
        var hoard = OwnProcess.UseUpDescriptors();
        hoard[0].Dispose();    // for the listening socket, which is bound after
        var error = Assert.Throws<NetException>(() => Listener.Listen(OnLoop.AnyPort, OnLoop.Serve.Listen));
        foreach (var file in hoard)
            file.Dispose();
        Assert.Equal((NetErrorKind.ResourceExhausted, NetOperation.Listen), (error.Kind, error.Operation));
        return Task.CompletedTask;
    });
}
