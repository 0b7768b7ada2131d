using Sockeye.Measuring;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;
using static Sockeye.Tests.Measuring.Loads;

namespace Sockeye.Tests.Measuring;

/// <summary>What the load generator makes of servers that do not do what they should: it counts, and goes on.</summary>
public class LoadFaultTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_at_the_beginning_is_an_error()
    {
        var error = await Assert.ThrowsAsync<NetException>(() => LoadGenerator.RunAsync(Address.Tcp("127.0.0.1", PeerPort.Choose())));
        Assert.Equal((NetErrorKind.Refused, NetOperation.Connect), (error.Kind, error.Operation));
        var datagrams = await Assert.ThrowsAsync<NetException>(() => LoadGenerator.RunAsync(Address.Udp("127.0.0.1", 9)));
        Assert.Equal(NetErrorKind.InvalidAddress, datagrams.Kind);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(LoadMode.Echo)]
    [InlineData(LoadMode.Connect)]
    [InlineData(LoadMode.Get)]
    public async Task A_server_that_goes_away_is_tried_again_and_the_tries_are_counted(LoadMode mode)
    {
        await using var server = Server.Start("127.0.0.1:0", mode == LoadMode.Get ? Http.ServeAsync : Echo.ServeAsync, new() { DrainTimeout = TimeSpan.Zero });
        Task? stopping = null;
        var outcome = await RunUntilAsync(server.LocalAddress, Endless with { Mode = mode }, sum =>
        {
            if (sum.Requests > 0)
                stopping ??= server.StopAsync();
            return sum.Errors >= 6;
        });
        await stopping!;
        Assert.Contains(outcome.Errors, error => (error.First.Kind, error.First.Operation) == (NetErrorKind.Refused, NetOperation.Connect));
        Assert.True(outcome.Requests > 0);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_comes_back_is_used_again()
    {
        var port = PeerPort.Choose();
        var first = Server.Start($"127.0.0.1:{port}", Echo.ServeAsync, new() { DrainTimeout = TimeSpan.Zero });
        Server? second = null;
        Task? stopping = null;
        long before = 0;
        var outcome = await RunUntilAsync(first.LocalAddress, Endless, sum =>
        {
            if (sum.Requests > 0)
                stopping ??= first.StopAsync();
            if (sum.Errors >= 4 && second is null)
                (second, before) = (Server.Start($"127.0.0.1:{port}", Echo.ServeAsync), sum.Requests);
            return second is not null && sum.Requests > before;
        });
        Assert.NotEmpty(outcome.Errors);
        await second!.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Silence_beyond_the_limit_is_an_error()
    {
        await using var server = new MisbehavingServer(Misbehave.Silently);
        var error = OnlyErrorOf(await RunUntilAsync(server.Address, Endless with { Timeout = TimeSpan.FromMilliseconds(200) }, sum => sum.Errors >= 4));
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Read), (error.Kind, error.Operation));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_takes_nothing_beyond_the_limit_is_an_error()
    {
        await using var server = new MisbehavingServer(Misbehave.ByNeverReading(default));
        var send = Endless with { Mode = LoadMode.Send, MessageSize = 1_000_000_000, Timeout = TimeSpan.FromMilliseconds(20) };
        var error = OnlyErrorOf(await RunUntilAsync(server.Address, send, sum => sum.Errors >= 2));
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Write), (error.Kind, error.Operation));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(LoadMode.Echo, 64)]
    [InlineData(LoadMode.Echo, 1_000_000_000)]
    [InlineData(LoadMode.Send, 1_000_000_000)]
    [InlineData(LoadMode.Get, 64)]
    public async Task What_is_not_done_at_the_end_is_cut_off_and_told(LoadMode mode, int size)
    {
        var (asked, allHaveAsked) = (0, new TaskCompletionSource());
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.ReadExactlyAsync(new byte[1], cancel);
            if (Interlocked.Increment(ref asked) == 3)
                allHaveAsked.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
        }, new() { DrainTimeout = TimeSpan.Zero });
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, Endless with { Mode = mode, MessageSize = size, Connections = 3 }, over.Token);
        await allHaveAsked.Task;
        await over.CancelAsync();
        var outcome = await running;
        Assert.Equal((0, 0, 3), (outcome.Requests, outcome.Errors.Count, outcome.Unfinished));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_is_full_is_not_waited_for_connection_by_connection_and_each_failure_counts()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var (dialled, allHaveDialled) = (0, new TaskCompletionSource());
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(
            server.LocalAddress, Endless with { Connections = 350, Connect = new() { Layers = [LetInAsync] } }, over.Token);
        await allHaveDialled.Task;    // a hundred, a hundred in vain, and then all who have no connection
        await over.CancelAsync();
        var outcome = await running;
        Assert.Equal(100, Assert.Single(outcome.Errors).Count);
        Assert.Equal(100, outcome.Intervals.Sum(interval => interval.Errors));

        async ValueTask<Connection> LetInAsync(Connection connection, CancellationToken cancel)
        {
            switch (Interlocked.Increment(ref dialled))
            {
                case <= 100:
                    return connection;
                case <= 200:
                    throw new NetException(NetErrorKind.TimedOut, NetOperation.Connect, "no room");
                case 450:
                    allHaveDialled.SetResult();
                    break;
            }
            await Task.Delay(Timeout.Infinite, cancel);
            return connection;
        }
    }

    /// <summary>As by a server that takes no more connections. Once the load is over, there is room for it.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task A_connection_that_was_kept_waiting_until_the_end_is_told()
    {
        var asked = 0;
        using var place = new SemaphoreSlim(1);
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            var message = new byte[Endless.MessageSize];
            await peer.ReadExactlyAsync(message, cancel);
            Interlocked.Increment(ref asked);
            await place.WaitAsync(cancel);
            await peer.WriteAsync(message, cancel);
            await Echo.ServeAsync(peer, cancel);
            place.Release();
        });
        var outcome = await RunUntilAsync(server.LocalAddress, Endless, sum => sum.Requests >= 20 && Volatile.Read(ref asked) == 2);
        Assert.Equal((0, 1), (outcome.Errors.Count, outcome.Unfinished));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Resets_are_counted_and_connections_replaced()
    {
        await using var server = new MisbehavingServer(Misbehave.ByResetAfterReading(64));
        var outcome = await RunUntilAsync(server.Address, Endless, sum => sum.Errors >= 10);
        Assert.All(outcome.Errors, error => Assert.Equal(NetErrorKind.Reset, error.First.Kind));
        Assert.True(outcome.Errors.Sum(error => error.Count) >= 10);
        Assert.Equal(0, outcome.Requests);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(10, NetErrorKind.ClosedEarly, "the peer ended when 10 of 64 bytes had come back")]
    [InlineData(0, NetErrorKind.ClosedEarly, "the peer ended when 0 of 64 bytes had come back")]
    [InlineData(65, NetErrorKind.ProtocolViolation, "more than the 64 bytes that were sent came back")]
    public async Task Answers_that_are_too_short_or_too_long(int size, NetErrorKind kind, string reason)
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.ReadExactlyAsync(new byte[64], cancel);
            await peer.WriteAsync(new byte[size], cancel);
            await peer.CloseWriteAsync(cancel);
            await peer.Lines.ReadToEndAsync(cancel: cancel);
        });
        var error = OnlyErrorOf(await RunUntilAsync(server.LocalAddress, Endless, sum => sum.Errors >= 3));
        Assert.Equal((kind, NetOperation.Read, reason), (error.Kind, error.Operation, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_long_message_that_breaks_off_ends_its_sending_too()
    {
        await using var server = new MisbehavingServer(Misbehave.ByResetAfterReading(1_000_000));
        var outcome = await RunUntilAsync(server.Address, Endless with { MessageSize = 50_000_000 }, sum => sum.Errors >= 3);
        Assert.All(outcome.Errors, error => Assert.Equal(NetBlame.Broken, error.First.Blame));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_no_page_is_an_error_and_each_kind_is_counted_by_itself()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.ReadLineAsync(cancel);
            await peer.WriteAsync(peer.RemoteAddress.Port % 2 == 0 ? "no page\r\n"u8.ToArray() : "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhalf"u8.ToArray(), cancel);
        });
        var outcome = await RunUntilAsync(server.LocalAddress, Endless with { Mode = LoadMode.Get }, sum => sum.Errors >= 40);
        Assert.Equal(outcome.Errors.Count, outcome.Errors.Select(error => (error.First.Kind, error.First.Operation)).Distinct().Count());
        Assert.Contains(outcome.Errors, error => error.First.Kind is NetErrorKind.ClosedEarly or NetErrorKind.Reset or NetErrorKind.ProtocolViolation);
        Assert.Equal(outcome.Errors.Select(error => error.Count).OrderDescending(), outcome.Errors.Select(error => error.Count));
    }
}
