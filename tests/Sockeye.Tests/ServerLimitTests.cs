using System.Collections.Concurrent;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>The limits of a server: connections, idle time, layers, descriptors.</summary>
public class ServerLimitTests
{
    private const int HangGuard = 30_000;
    private const string AnyPort = "127.0.0.1:0";
    private readonly FakeTimeProvider _time = new();
    private readonly Reports _reports = new();

    [Fact(Timeout = HangGuard)]
    public async Task No_more_are_served_at_once_than_the_limit_and_none_is_turned_away()
    {
        int now = 0, most = 0;
        var together = new TaskCompletionSource();
        await using var server = Server.Start("localhost:0", CountAsync, new() { MaxConnections = 3 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            await using var caller = await Connection.ConnectAsync(server.LocalAddresses[i % server.LocalAddresses.Count]);
            await caller.Lines.WriteLineAsync("x");
            return await caller.Lines.ReadLineAsync();
        }));
        Assert.All(answers, answer => Assert.Equal("x", answer));
        Assert.Equal(3, most);

        async Task CountAsync(Connection peer, CancellationToken cancel)
        {
            lock (_time)
                most = Math.Max(most, ++now);
            if (most == 3)
                together.TrySetResult();
            await together.Task;
            await peer.Lines.WriteLineAsync((await peer.Lines.ReadLineAsync(cancel))!, cancel);
            lock (_time)
                now--;
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_over_the_limit_is_served_when_another_has_ended()
    {
        await using var server = Server.Start(AnyPort, GreetAsync, new() { MaxConnections = 1 });
        await using var first = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal("welcome", await first.Lines.ReadLineAsync());
        await using var second = await Connection.ConnectAsync(server.LocalAddress);
        var greeting = second.Lines.ReadLineAsync();
        Assert.Equal(1, server.ConnectionCount);
        Assert.False(greeting.IsCompleted);
        await first.CloseAsync();
        Assert.Equal("welcome", await greeting);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Stopping_does_not_wait_for_a_place()
    {
        var server = Server.Start(AnyPort, GreetAsync, new() { MaxConnections = 1, Time = _time, IdleTimeout = Timeout.InfiniteTimeSpan });
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal("welcome", await caller.Lines.ReadLineAsync());
        var stopping = server.StopAsync();
        await _time.FireAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await stopping);
    }

    [Fact]
    public void A_limit_of_no_connection_is_a_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServerOptions { MaxConnections = 0 });

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_idle_for_too_long_is_told_goodbye()
    {
        await using var server = Server.Start(AnyPort, (peer, cancel) => peer.Lines.ReadLineAsync(cancel).AsTask(), Options);
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await _time.FireAsync(TimeSpan.FromSeconds(60));
        Assert.Null(await caller.Lines.ReadLineAsync());
        await caller.CloseAsync();
        Assert.Equal(NetErrorKind.TimedOut, Assert.IsType<NetException>(await _reports.NextAsync()).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_slow_layer_holds_nobody_up_and_is_bounded()
    {
        var entered = new TaskCompletionSource();
        var listen = new ListenOptions { Layers = [SlowForTheFirstAsync], LayerTimeout = TimeSpan.FromSeconds(7) };
        await using var server = Server.Start(AnyPort, GreetAsync, Options with { Listen = listen });
        await using var slow = await Connection.ConnectAsync(server.LocalAddress);
        await entered.Task;
        await using var quick = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal("welcome", await quick.Lines.ReadLineAsync());
        Assert.Equal(2, server.ConnectionCount);
        _time.Advance(TimeSpan.FromSeconds(7));
        var error = Assert.IsType<NetException>(await _reports.NextAsync());
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake), (error.Kind, error.Operation));
        Assert.Equal(NetErrorKind.Reset, (await Assert.ThrowsAsync<NetException>(() => slow.Lines.ReadLineAsync().AsTask())).Kind);

        async ValueTask<Connection> SlowForTheFirstAsync(Connection inner, CancellationToken cancel)
        {
            if (entered.TrySetResult())
                await Task.Delay(Timeout.Infinite, cancel);
            return inner;
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Layers_are_put_on_in_order_and_the_handler_gets_the_outermost()
    {
        var made = new ConcurrentQueue<Connection>();
        var listen = new ListenOptions { Layers = [OverAsync, OverAsync] };
        var handled = new TaskCompletionSource<Connection>();
        await using var server = Server.Start(AnyPort, async (peer, cancel) =>
        {
            await peer.Lines.WriteLineAsync("through both", cancel);
            handled.SetResult(peer);
        }, new() { Listen = listen });
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal("through both", await caller.Lines.ReadLineAsync());
        Assert.Same(made.Last(), await handled.Task);

        ValueTask<Connection> OverAsync(Connection inner, CancellationToken cancel)
        {
            made.Enqueue(Connection.Over(inner));
            return ValueTask.FromResult(made.Last());
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_layer_that_fails_is_reported_once_and_nobody_is_announced()
    {
        var announced = 0;
        var listen = new ListenOptions { Layers = [(_, _) => throw new InvalidOperationException("no handshake")] };
        await using var server = Server.Start(AnyPort, GreetAsync, Options with { Listen = listen, OnConnected = _ => announced++ });
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Task.WhenAny(caller.ConnectAsync(server.LocalAddress.IP!, server.LocalAddress.Port));
        Assert.Equal("no handshake", (await _reports.NextAsync())!.Message);
        Assert.Equal((0, 1), (announced, _reports.MostForOne));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Used_up_descriptors_are_waited_out_and_told_once_a_bout()
    {
        var errors = new List<NetException>();
        var listener = Listener.Listen(AnyPort);
        var failures = new ConcurrentQueue<bool>([true, true, true, false, true]);
        await using var server = Server.Start(listener, AcceptAsync, GreetAsync, Options with { OnAcceptError = Report });
        await using var first = await Connection.ConnectAsync(server.LocalAddress);
        await using var second = await Connection.ConnectAsync(server.LocalAddress);
        await _time.FireAsync(TimeSpan.FromMilliseconds(100));
        await _time.FireAsync(TimeSpan.FromMilliseconds(200));
        Assert.Single(errors);
        await _time.FireAsync(TimeSpan.FromMilliseconds(400));
        Assert.Equal("welcome", await first.Lines.ReadLineAsync());
        await _time.FireAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal("welcome", await second.Lines.ReadLineAsync());
        Assert.Equal(2, errors.Count);

        ValueTask<Connection> AcceptAsync(CancellationToken cancel) => failures.TryDequeue(out var fails) && fails
            ? throw ErrorMap.From(SocketError.TooManyOpenSockets, NetOperation.Accept, listener.LocalAddress)
            : listener.AcceptBareAsync(ConnectionOptions.Default, cancel);

        void Report(NetException error)
        {
            errors.Add(error);
            throw new InvalidOperationException("a report that fails");
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_pause_after_failed_accepts_grows_to_a_second_and_stopping_ends_it()
    {
        var listener = Listener.Listen(AnyPort);
        var server = Server.Start(listener, AcceptAsync, GreetAsync, Options);
        foreach (var pause in new[] { 100, 200, 400, 800, 1000, 1000 })
            await _time.FireAsync(TimeSpan.FromMilliseconds(pause));
        await server.StopAsync();

        ValueTask<Connection> AcceptAsync(CancellationToken cancel) =>
            throw ErrorMap.From(SocketError.TooManyOpenSockets, NetOperation.Accept, listener.LocalAddress);
    }

    private ServerOptions Options => _reports.On(new() { Time = _time });

    private static async Task GreetAsync(Connection peer, CancellationToken cancel)
    {
        await peer.Lines.WriteLineAsync("welcome", cancel);
        await peer.Lines.ReadLineAsync(cancel);
    }
}
