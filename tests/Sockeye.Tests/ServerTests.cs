using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>What a server does with its connections while it runs.</summary>
public class ServerTests
{
    private const int HangGuard = 30_000;
    private const string AnyPort = "127.0.0.1:0";

    public static TheoryData<string> Addresses => [AnyPort, "localhost:0", "*:0", $"unix:@sockeye-{Guid.NewGuid()}"];

    [Theory(Timeout = HangGuard), MemberData(nameof(Addresses))]
    public async Task Two_hundred_callers_at_once_each_get_their_own_answer(string address)
    {
        var reports = new Reports();
        await using var server = Server.Start(address, EchoLineAsync, reports.On(new()));
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => AskAsync(server, $"question {i}")));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"question {i}"), answers);
        Assert.Equal(0, await server.StopAsync());
        Assert.Equal((200, 1, 0), (reports.Count, reports.MostForOne, server.ConnectionCount));
        for (var i = 0; i < 200; i++)
            Assert.Null(await reports.NextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Everything_written_arrives_although_the_handler_reads_nothing()
    {
        var payload = new byte[1_000_000];
        await using var server = Server.Start(AnyPort, (peer, cancel) => peer.WriteAsync(payload, cancel).AsTask());
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await caller.WriteAsync(new byte[1000]); // unread bytes turn a careless close into a reset
        var received = new MemoryStream();
        await caller.CopyToAsync(received);
        Assert.Equal(payload.Length, received.Length);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_throws_resets_its_connection_and_harms_no_other()
    {
        var reports = new Reports();
        await using var server = Server.Start(AnyPort, ThrowOrEchoAsync, reports.On(new()));
        await using var good = await Connection.ConnectAsync(server.LocalAddress);
        await using var bad = await Connection.ConnectAsync(server.LocalAddress);
        await bad.Lines.WriteLineAsync("throw");
        var reset = await Assert.ThrowsAsync<NetException>(() => bad.Lines.ReadLineAsync().AsTask());
        Assert.Equal(NetErrorKind.Reset, reset.Kind);
        Assert.Equal("thrown on purpose", (await reports.NextAsync())!.Message);
        await good.Lines.WriteLineAsync("still there?");
        Assert.Equal("still there?", await good.Lines.ReadLineAsync());
        await good.CloseAsync();
        Assert.Null(await reports.NextAsync());
        Assert.Equal(1, reports.MostForOne);
    }

    private static async Task ThrowOrEchoAsync(Connection peer, CancellationToken cancel)
    {
        var line = await peer.Lines.ReadLineAsync(cancel);
        if (line == "throw")
            throw new InvalidOperationException("thrown on purpose");
        await peer.Lines.WriteLineAsync(line!, cancel);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_throws_before_its_first_wait_is_no_different()
    {
        var reports = new Reports();
        await using var server = Server.Start(
            AnyPort, (_, _) => throw new InvalidOperationException("at once"), reports.On(new()));
        for (var i = 0; i < 2; i++)
        {
            Call(server);
            Assert.Equal("at once", (await reports.NextAsync())!.Message);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_error_of_the_connection_itself_still_delivers_what_was_written()
    {
        var reports = new Reports();
        var listen = new ListenOptions { Connection = new() { MaxLineLength = 10 } };
        await using var server = Server.Start(AnyPort, GreetAndReadAsync, reports.On(new() { Listen = listen }));
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await caller.Lines.WriteLineAsync("longer than ten characters");
        await caller.Lines.FlushAsync();
        Assert.Equal("hello", await caller.Lines.ReadLineAsync());
        Assert.Null(await caller.Lines.ReadLineAsync());
        await caller.CloseAsync();
        Assert.Equal(NetErrorKind.LimitExceeded, Assert.IsType<NetException>(await reports.NextAsync()).Kind);
    }

    private static async Task GreetAndReadAsync(Connection peer, CancellationToken cancel)
    {
        await peer.Lines.WriteLineAsync("hello", cancel);
        await peer.Lines.ReadLineAsync(cancel);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_error_of_another_connection_is_a_reset_for_the_peer()
    {
        var (behind, gone) = Connection.CreatePair();
        gone.Abort();
        var reports = new Reports();
        await using var server = Server.Start(AnyPort, RelayAsync, reports.On(new()));
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await caller.Lines.WriteLineAsync("what does the one behind say?");
        var error = await Assert.ThrowsAsync<NetException>(() => caller.Lines.ReadLineAsync().AsTask());
        Assert.Equal(NetErrorKind.Reset, error.Kind);
        Assert.IsType<NetException>(await reports.NextAsync());

        async Task RelayAsync(Connection peer, CancellationToken cancel)
        {
            await peer.Lines.ReadLineAsync(cancel);
            await behind.CopyToAsync(peer, cancel);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_close_that_fails_is_reported()
    {
        var reports = new Reports();
        var written = new TaskCompletionSource();
        var reset = new TaskCompletionSource();
        await using var server = Server.Start(AnyPort, WriteThenWaitAsync, reports.On(new()));
        using (var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            caller.Connect(server.LocalAddress.IP!, server.LocalAddress.Port);
            await written.Task;
            caller.LingerState = new LingerOption(true, 0);
        }
        reset.SetResult();
        var error = Assert.IsType<NetException>(await reports.NextAsync());
        Assert.Equal(NetErrorKind.Reset, error.Kind);

        async Task WriteThenWaitAsync(Connection peer, CancellationToken cancel)
        {
            await peer.WriteAsync(new byte[100], cancel);
            written.SetResult();
            await reset.Task;
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_may_close_the_connection_itself()
    {
        var reports = new Reports();
        await using var server = Server.Start(AnyPort, async (peer, _) => await peer.DisposeAsync(), reports.On(new()));
        Assert.Null(await AskAsync(server, "anybody?"));
        Assert.Null(await reports.NextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_blocks_holds_up_nobody_else()
    {
        using var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        await using var server = Server.Start(AnyPort, (peer, cancel) =>
        {
            if (!entered.TrySetResult())
                return EchoLineAsync(peer, cancel);
            release.Wait(CancellationToken.None);
            return Task.CompletedTask;
        });
        await using var blocked = await Connection.ConnectAsync(server.LocalAddress);
        await entered.Task;
        Assert.Equal("served", await AskAsync(server, "served"));
        release.Set();
        Assert.Null(await blocked.Lines.ReadLineAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Reports_that_throw_stop_nothing()
    {
        var options = new ServerOptions
        {
            OnDisconnected = (_, _) => throw new InvalidOperationException("a report that fails"),
        };
        await using var server = Server.Start(AnyPort, EchoLineAsync, options);
        Assert.Equal("one", await AskAsync(server, "one"));
        Assert.Equal("two", await AskAsync(server, "two"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_thrown_on_connecting_counts_as_the_handlers()
    {
        var reports = new Reports();
        var handled = 0;
        var options = reports.On(new() { OnConnected = _ => throw new InvalidOperationException("unwelcome") });
        await using var server = Server.Start(AnyPort, (_, _) => Task.FromResult(handled++), options);
        Call(server);
        Assert.Equal("unwelcome", (await reports.NextAsync())!.Message);
        Assert.Equal(0, handled);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Each_connection_is_announced_before_its_handler_starts()
    {
        var announced = new List<Connection>();
        var handled = new TaskCompletionSource<Connection>();
        var options = new ServerOptions { OnConnected = announced.Add };
        await using var server = Server.Start(
            AnyPort, (peer, _) => Task.FromResult(handled.TrySetResult(Assert.Single(announced))), options);
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal(caller.LocalAddress, (await handled.Task).RemoteAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nothing_of_the_starters_context_reaches_the_handlers()
    {
        var local = new AsyncLocal<string> { Value = "the starter's" };
        var seen = new TaskCompletionSource<string?>();
        await using var server = Server.Start(AnyPort, (_, _) => Task.FromResult(seen.TrySetResult(local.Value)));
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Null(await seen.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_second_server_is_refused_and_a_new_one_may_start_at_once()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var server = Server.Start("localhost:0", EchoLineAsync);
        var address = Address.Tcp("localhost", server.LocalAddress.Port);
        Assert.Equal(
            NetErrorKind.AddressInUse, Assert.Throws<NetException>(() => Server.Start(address, EchoLineAsync)).Kind);
        Assert.Equal("first life", await AskAsync(server, "first life"));
        await server.DisposeAsync();
        await using var again = Server.Start(address, EchoLineAsync);
        Assert.Equal("second life", await AskAsync(again, "second life"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_listener_given_to_it_keeps_its_options_and_is_closed_with_it()
    {
        var listener = Listener.Listen(AnyPort, new() { Connection = new() { MaxLineLength = 3 } });
        var reports = new Reports();
        var server = Server.Start(listener, EchoLineAsync, reports.On(new()));
        Assert.Equal(listener.LocalAddresses, server.LocalAddresses);
        Assert.Null(await AskAsync(server, "too long"));
        Assert.Equal(NetErrorKind.LimitExceeded, Assert.IsType<NetException>(await reports.NextAsync()).Kind);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => listener.AcceptAsync().AsTask());
    }

    private static async Task EchoLineAsync(Connection peer, CancellationToken cancel)
    {
        if (await peer.Lines.ReadLineAsync(cancel) is { } line)
            await peer.Lines.WriteLineAsync(line, cancel);
    }

    /// <summary>A caller that may be cut off before it has noticed that it is connected.</summary>
    private static void Call(Server server)
    {
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            caller.Connect(server.LocalAddress.IP!, server.LocalAddress.Port);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
    }

    private static async Task<string?> AskAsync(Server server, string question)
    {
        var address = server.LocalAddresses[^1];
        await using var caller = await Connection.ConnectAsync(
            address.Host == "*" ? Address.Tcp("127.0.0.1", address.Port) : address);
        await caller.Lines.WriteLineAsync(question);
        await caller.Lines.FlushAsync();
        return await caller.Lines.ReadLineAsync();
    }
}
