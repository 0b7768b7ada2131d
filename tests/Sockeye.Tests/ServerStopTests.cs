using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>How a server stops: accepting ends, connections drain, the rest are aborted.</summary>
public class ServerStopTests
{
    private const int HangGuard = 30_000;
    private const string AnyPort = "127.0.0.1:0";
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly Reports _reports = new();

    [Fact(Timeout = HangGuard)]
    public async Task Later_callers_are_refused_while_earlier_ones_finish()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var server = Server.Start(AnyPort, EchoAsync, Options);
        await using var caller = await ConnectAsync(server);
        var stopping = server.StopAsync();
        var refused = await Assert.ThrowsAsync<NetException>(() => ConnectAsync(server));
        Assert.Equal(NetErrorKind.Refused, refused.Kind);
        await _time.TimerArmedAsync(Drain);
        Assert.Equal("not yet cut off", await AskAsync(caller, "not yet cut off"));
        Assert.False(stopping.IsCompleted);
        await caller.CloseAsync();
        Assert.Equal(0, await stopping);
        Assert.Null(await _reports.NextAsync());
        await server.Completion;
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_still_open_at_the_limit_is_cut_off_and_counted()
    {
        var tokens = new List<CancellationToken>();
        var server = Server.Start(AnyPort, (peer, cancel) =>
        {
            lock (tokens)
                tokens.Add(cancel);
            return EchoAsync(peer, cancel);
        }, Options);
        await using var first = await ConnectAsync(server);
        await using var second = await ConnectAsync(server);
        var stopping = server.StopAsync();
        await _time.TimerArmedAsync(Drain);
        _time.Advance(Drain - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(tokens, token => token.IsCancellationRequested);
        Assert.Equal("still served", await AskAsync(first, "still served"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, await stopping);
        Assert.All(tokens, token => Assert.True(token.IsCancellationRequested));
        foreach (var caller in new[] { first, second })
        {
            var reset = await Assert.ThrowsAsync<NetException>(() => caller.Lines.ReadLineAsync().AsTask());
            Assert.Equal(NetErrorKind.Reset, reset.Kind);
            var error = Assert.IsType<NetException>(await _reports.NextAsync());
            Assert.Equal((NetErrorKind.TimedOut, NetOperation.Close), (error.Kind, error.Operation));
            Assert.EndsWith("cut off, because it was still open 5 s after the server began to stop", error.Message);
        }
        Assert.Equal((2, 1), (_reports.Count, _reports.MostForOne));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Stopping_many_times_is_stopping_once()
    {
        var server = Server.Start(AnyPort, EchoAsync, Options);
        await using var caller = await ConnectAsync(server);
        var stops = Enumerable.Range(0, 10).Select(_ => Task.Run(server.StopAsync)).ToArray();
        await _time.FireAsync(Drain);
        Assert.All(await Task.WhenAll(stops), aborted => Assert.Equal(1, aborted));
        Assert.Equal(1, await server.StopAsync());
        await server.DisposeAsync();
        await server.Completion;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_cancelled_token_stops_it_without_an_exception()
    {
        using var stop = new CancellationTokenSource();
        var server = Server.Start(AnyPort, EchoAsync, Options, stop.Token);
        Assert.Equal("hello", await AskOnceAsync(server, "hello"));
        await stop.CancelAsync();
        await server.Completion;
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_token_cancelled_before_the_start_stops_it_at_once()
    {
        var server = Server.Start("localhost:0", EchoAsync, Options, new CancellationToken(canceled: true));
        await server.Completion;
        Assert.NotEqual(0, server.LocalAddress.Port);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Closing_its_listener_stops_it()
    {
        var listener = Listener.Listen(AnyPort);
        var server = Server.Start(listener, EchoAsync, Options);
        await listener.DisposeAsync();
        await server.Completion;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_never_returns_is_left_behind()
    {
        var never = new TaskCompletionSource();
        var server = Server.Start(AnyPort, (_, _) => never.Task, Options);
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await WaitUntilAsync(() => server.ConnectionCount == 1);
        var stopping = server.StopAsync();
        await _time.FireAsync(Drain);
        await _time.TimerArmedAsync(Grace);
        Assert.Equal((false, 0), (stopping.IsCompleted, _reports.Count));
        _time.Advance(Grace);
        Assert.Equal(1, await stopping);
        Assert.Equal(NetErrorKind.TimedOut, Assert.IsType<NetException>(await _reports.NextAsync()).Kind);
        Assert.Equal(1, server.ConnectionCount);
        never.SetResult();
        await WaitUntilAsync(() => server.ConnectionCount == 0);
        Assert.Equal(1, _reports.Count);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_drain_limit_of_zero_cuts_off_at_once_and_none_waits_for_ever()
    {
        var hasty = Server.Start(AnyPort, EchoAsync, Options with { DrainTimeout = TimeSpan.Zero });
        await using var first = await ConnectAsync(hasty);
        Assert.Equal(1, await hasty.StopAsync());

        var patient = Server.Start(AnyPort, EchoAsync, Options with { DrainTimeout = Timeout.InfiniteTimeSpan });
        await using var second = await ConnectAsync(patient);
        var stopping = patient.StopAsync();
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        Assert.Equal("a day later", await AskAsync(second, "a day later"));
        await second.CloseAsync();
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public void A_negative_drain_limit_is_a_mistake() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new ServerOptions { DrainTimeout = TimeSpan.FromSeconds(-2) });

    [Fact(Timeout = HangGuard)]
    public async Task Who_is_in_the_middle_of_a_handshake_is_cut_off_at_once_and_not_counted()
    {
        var entered = new TaskCompletionSource();
        var server = Server.Start(AnyPort, EchoAsync, Options with
        {
            DrainTimeout = Timeout.InfiniteTimeSpan,
            Listen = new()
            {
                LayerTimeout = Timeout.InfiniteTimeSpan,
                Layers = [async (inner, cancel) =>
                {
                    entered.SetResult();
                    await inner.Lines.ReadLineAsync(cancel);
                    return inner;
                }],
            },
        });
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await entered.Task;
        Assert.Equal(0, await server.StopAsync());
        var error = Assert.IsType<NetException>(await _reports.NextAsync());
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake), (error.Kind, error.Operation));
        Assert.Equal("cut off, because its handshake was not done when the server began to stop", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_may_stop_its_server_but_not_wait_for_itself()
    {
        Server? server = null;
        var asked = new TaskCompletionSource<Task<int>>();
        server = Server.Start(AnyPort, async (peer, _) =>
        {
            await peer.Lines.ReadLineAsync(CancellationToken.None);
            asked.SetResult(server!.StopAsync());
            await peer.Lines.WriteLineAsync("stopping", CancellationToken.None);
        }, Options);
        Assert.Equal("stopping", await AskOnceAsync(server, "stop"));
        Assert.Equal(0, await await asked.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_token_callback_that_throws_or_blocks_does_not_stop_the_stopping()
    {
        using var release = new ManualResetEventSlim();
        var server = Server.Start(AnyPort, async (peer, cancel) =>
        {
            cancel.Register(() => throw new InvalidOperationException("thrown on purpose"));
            cancel.Register(() => release.Wait(CancellationToken.None));
            await EchoAsync(peer, CancellationToken.None);
        }, Options);
        await using var caller = await ConnectAsync(server);
        var stopping = server.StopAsync();
        await _time.FireAsync(Drain);
        Assert.Equal(1, await stopping);
        release.Set();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Its_Unix_path_is_gone_as_soon_as_stopping_begins()
    {
        var path = Path.Combine(Path.GetTempPath(), $"sockeye-{Guid.NewGuid():N}");
        var server = Server.Start(Address.Unix(path), EchoAsync, Options);
        Assert.True(File.Exists(path));
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        caller.Connect(new UnixDomainSocketEndPoint(path));
        var stopping = server.StopAsync();
        Assert.False(File.Exists(path));
        caller.Dispose();
        await stopping;
    }

    private ServerOptions Options => _reports.On(new() { DrainTimeout = Drain, Time = _time, IdleTimeout = Timeout.InfiniteTimeSpan });

    private static async Task EchoAsync(Connection peer, CancellationToken cancel)
    {
        await peer.Lines.WriteLineAsync("ready", cancel);
        while (await peer.Lines.ReadLineAsync(cancel) is { } line)
            await peer.Lines.WriteLineAsync(line, cancel);
    }

    /// <summary>A caller whose handler is running.</summary>
    private static async Task<Connection> ConnectAsync(Server server)
    {
        var caller = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal("ready", await caller.Lines.ReadLineAsync());
        return caller;
    }

    private static async Task<string?> AskAsync(Connection caller, string question)
    {
        await caller.Lines.WriteLineAsync(question);
        return await caller.Lines.ReadLineAsync();
    }

    private static async Task<string?> AskOnceAsync(Server server, string question)
    {
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await caller.Lines.WriteLineAsync(question);
        var answer = await caller.Lines.ReadLineAsync();
        return answer == "ready" ? await caller.Lines.ReadLineAsync() : answer;
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }
}
