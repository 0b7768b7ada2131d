using System.Net;
using System.Net.Sockets;
using Sockeye.Measuring;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tests.Tls;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Measuring.Loads;

namespace Sockeye.Tests.Measuring;

/// <summary>What the load generator makes of servers that do what they should.</summary>
public class LoadGeneratorTests
{
    public static TheoryData<SocketEngine, int> Echoes => new()
    {
        { SocketEngine.ReadinessLoop, 1 },
        { SocketEngine.ReadinessLoop, 16 * 1024 },
        { SocketEngine.ReadinessLoop, 3_000_000 },    // more than there is room for on the way
        { SocketEngine.Stock, 64 },
    };

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Echoes))]
    public async Task Each_message_that_comes_back_is_a_request(SocketEngine engine, int size)
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var outcome = await RunUntilAsync(
            server.LocalAddress, Endless with { MessageSize = size, Connect = new() { Engine = engine } }, sum => sum.Requests >= 20);
        Assert.Empty(outcome.Errors);
        Assert.True(outcome.Requests >= 20);
        Assert.Equal((outcome.Requests * size, outcome.Requests * size), (outcome.BytesSent, outcome.BytesReceived));
        Assert.Equal((0, 0, server.LocalAddress), (outcome.Unfinished, outcome.Unsent, outcome.RemoteAddress));
        Assert.InRange(outcome.Latency.Max, TimeSpan.FromTicks(1), outcome.Elapsed);
        Assert.Equal(outcome.Requests / outcome.Elapsed.TotalSeconds, outcome.RequestsPerSecond);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Connections_are_as_many_as_asked_for_kept_and_ended_in_order()
    {
        var ended = new List<Exception?>();
        await using (var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new() { OnDisconnected = (_, error) => { lock (ended) ended.Add(error); } }))
        {
            await RunUntilAsync(server.LocalAddress, Endless with { Connections = 7 }, sum => sum.Requests >= 500 && server.ConnectionCount == 7);
            await server.StopAsync();
        }
        Assert.Equal(new Exception?[7], ended);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Over_TLS_and_over_Unix_sockets()
    {
        var tls = TlsTestBed.Showing(TlsTestBed.Root.Issue("good.test"));
        await using var encrypted = Server.Start("127.0.0.1:0", Echo.ServeAsync, new() { Listen = new() { Layers = [TlsServer.Layer(tls)] } });
        var connect = new ConnectOptions { Engine = SocketEngine.ReadinessLoop, Layers = [TlsClient.Layer(TlsTestBed.ClientOf("good.test"))] };
        foreach (var mode in (LoadMode[])[LoadMode.Echo, LoadMode.Connect])
        {
            var overTls = await RunUntilAsync(encrypted.LocalAddress, Endless with { Mode = mode, Connect = connect }, sum => sum.Requests >= 10);
            Assert.Empty(overTls.Errors);
        }

        using var scratch = new Scratch();
        await using var unix = Server.Start($"unix:{scratch.File("s")}", Echo.ServeAsync);
        Assert.Empty((await RunUntilAsync(unix.LocalAddress, Endless, sum => sum.Requests >= 10)).Errors);
    }

    /// <summary>To an echo server, too: what comes back is thrown away, or both would wait for ever.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task Sending_needs_no_answer_and_stands_any()
    {
        foreach (var handler in (ConnectionHandler[])[Discard.ServeAsync, Echo.ServeAsync])
        {
            long received = 0;
            var server = Server.Start("127.0.0.1:0", handler, new() { OnDisconnected = (peer, _) => Interlocked.Add(ref received, peer.BytesReceived) });
            await using (server)
            {
                var outcome = await RunUntilAsync(
                    server.LocalAddress, Endless with { Mode = LoadMode.Send, MessageSize = 100_000 }, sum => sum.Requests >= 300);
                Assert.Empty(outcome.Errors);
                Assert.Equal((outcome.Requests * 100_000, 0), (outcome.BytesSent, outcome.BytesReceived));
                await server.StopAsync();
                // What still fills the buffers on the way after the farewell is lost: it is sent all the same.
                Assert.InRange(received, outcome.BytesSent / 4, long.MaxValue);
            }
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Connecting_is_a_connection_a_request_on_which_nothing_is_said()
    {
        var (count, bytes) = (0L, 0L);
        var server = Server.Start("127.0.0.1:0", Discard.ServeAsync, new()
        {
            OnDisconnected = (peer, _) =>
            {
                Interlocked.Increment(ref count);
                Interlocked.Add(ref bytes, peer.BytesReceived);
            },
        });
        await using (server)
        {
            var outcome = await RunUntilAsync(server.LocalAddress, Endless with { Mode = LoadMode.Connect }, sum => sum.Requests >= 50);
            Assert.Equal((0, 0), (outcome.BytesSent, outcome.Errors.Count));
            await server.StopAsync();
            // One for each client may not have been accepted yet when the server stops.
            Assert.InRange(count, outcome.Requests - Endless.Connections, long.MaxValue);
        }
        Assert.Equal(0, bytes);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Pages_are_read_to_their_end_and_bad_ones_are_told_by_their_status()
    {
        await using var server = Server.Start("127.0.0.1:0", Http.Serve((request, _) => new(
            request.Path == "/page" ? HttpReply.Text(new string('x', 100_000)) : HttpReply.Error(404))));
        var get = Endless with { Mode = LoadMode.Get, Path = "/page" };
        var good = await RunUntilAsync(server.LocalAddress, get, sum => sum.Requests >= 20);
        Assert.Equal((0, 0), (good.Errors.Count, good.BadStatuses.Count));
        Assert.True(good.BytesReceived > good.Requests * 100_000);
        var bad = await RunUntilAsync(server.LocalAddress, get with { Path = "/none" }, sum => sum.Requests >= 20);
        Assert.Equal([new(404, bad.Requests)], bad.BadStatuses);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_is_looked_up_once_however_many_connections_are_made()
    {
        var lookUps = 0;
        await using var server = Server.Start("127.0.0.1:0", Discard.ServeAsync);
        var resolver = new Resolver((_, family, _) =>
        {
            Interlocked.Increment(ref lookUps);
            return Task.FromResult<IPAddress[]>(family == AddressFamily.InterNetwork ? [IPAddress.Loopback] : []);
        });
        var outcome = await RunUntilAsync(
            Address.Tcp("server.test", server.LocalAddress.Port),
            Endless with { Mode = LoadMode.Connect, Connections = 1, Connect = new() { Resolver = resolver } },
            sum => sum.Requests >= 20);
        Assert.Equal((0, Resolver.FamiliesOf(null).Length), (outcome.Errors.Count, lookUps));
    }

    [Fact(Timeout = HangGuard)]
    public async Task It_measures_for_as_long_as_it_was_told_to_and_not_what_came_before()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var options = new LoadOptions { WarmUp = TimeSpan.FromMilliseconds(50), Duration = TimeSpan.FromMilliseconds(300) };
        var outcome = await LoadGenerator.RunAsync(server.LocalAddress, options);
        Assert.Equal(options.Duration, outcome.Elapsed);
        Assert.Equal(outcome.Elapsed.TotalSeconds, outcome.Intervals.Sum(interval => interval.Duration.TotalSeconds), tolerance: 1e-5);
        Assert.Equal(outcome.Requests, outcome.Intervals.Sum(interval => interval.Requests));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Cancelled_it_tells_what_was_measured_until_then_and_that_may_be_nothing()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var nothing = await LoadGenerator.RunAsync(server.LocalAddress, cancel: cancelled.Token);
        Assert.Equal((0, TimeSpan.Zero, 0, 0.0), (nothing.Requests, nothing.Elapsed, nothing.Intervals.Count, nothing.RequestsPerSecond));
        var some = await RunUntilAsync(server.LocalAddress, Endless, sum => sum.Requests > 0);
        Assert.True(some.Requests > 0 && some.Elapsed > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_path_that_cannot_be_asked_for_is_refused()
    {
        var error = await Assert.ThrowsAsync<NetException>(() => LoadGenerator.RunAsync(Address.Tcp("localhost", 1), new() { Path = "/a b" }));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
    }
}
