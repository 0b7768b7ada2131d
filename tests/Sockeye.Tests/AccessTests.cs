using System.Collections.Concurrent;
using System.Threading.Channels;
using Sockeye.Protocols;
using Xunit;

namespace Sockeye.Tests;

/// <summary>Access lists where callers come in: the listener, the server, and sockets for datagrams.</summary>
public sealed class AccessTests
{
    private static readonly AccessList OnlyTwo = new() { Allow = AddressSet.Parse("127.0.0.2, ::1") };

    [Fact(Timeout = HangGuard)]
    public async Task A_listener_gives_out_only_those_who_may_call()
    {
        var refused = Channel.CreateUnbounded<(Address, string)>();
        await using var listener = Listener.Listen("127.0.0.1:0", new()
        {
            Access = OnlyTwo,
            OnRefused = (caller, reason) => refused.Writer.TryWrite((caller, reason)),
        });
        var accepting = listener.AcceptAsync(Cancel);
        await AssertRefusedAsync(listener.LocalAddress, "127.0.0.1");
        var (caller, reason) = await refused.Reader.ReadAsync(Cancel);
        Assert.Equal(("127.0.0.1", "it is not among those allowed"), (caller.Host, reason));
        await using var right = await CallAsync(listener.LocalAddress, "127.0.0.2");
        await using var accepted = await accepting;
        Assert.Equal(right.LocalAddress, accepted.RemoteAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_IPv4_caller_of_both_families_is_known_by_its_IPv4_address()
    {
        await using var listener = Listener.Listen("*:0", new() { Access = new() { Deny = AddressSet.Parse("127.0.0.1") }, OnRefused = Ignore });
        var accepting = listener.AcceptAsync(Cancel);
        await AssertRefusedAsync(Address.Tcp("127.0.0.1", listener.LocalAddress.Port), "127.0.0.1");
        await using var right = await CallAsync(Address.Tcp("127.0.0.1", listener.LocalAddress.Port), "127.0.0.2");
        await using var accepted = await accepting;
        Assert.Equal(right.LocalAddress, accepted.RemoteAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_is_refused_takes_no_place_of_a_server_meets_no_layer_and_is_in_no_report()
    {
        var reports = new ConcurrentQueue<Address>();
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new()
        {
            MaxConnections = 1,
            Listen = new()
            {
                Access = OnlyTwo,
                OnRefused = (_, _) => throw new InvalidOperationException("nobody's business"),
                Layers = [(inner, _) => { reports.Enqueue(inner.RemoteAddress); return ValueTask.FromResult(inner); }],
            },
            OnConnected = peer => reports.Enqueue(peer.RemoteAddress),
        });
        for (var i = 0; i < 3; i++)
            await AssertRefusedAsync(server.LocalAddress, "127.0.0.1");
        await using var right = await CallAsync(server.LocalAddress, "127.0.0.2");
        await right.Lines.WriteLineAsync("hello", Cancel);
        Assert.Equal("hello", await right.Lines.ReadLineAsync(Cancel));
        Assert.Equal([right.LocalAddress, right.LocalAddress], reports);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_lets_nobody_wait_refuses_callers_while_it_is_full()
    {
        var refused = Channel.CreateUnbounded<(Address, string)>();
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new()
        {
            MaxConnections = 1,
            RefuseExcess = true,
            Listen = new() { OnRefused = (caller, reason) => refused.Writer.TryWrite((caller, reason)) },
        });
        await using (var first = await CallAsync(server.LocalAddress))
        {
            await first.Lines.WriteLineAsync("hello", Cancel);
            Assert.Equal("hello", await first.Lines.ReadLineAsync(Cancel));
            await AssertRefusedAsync(server.LocalAddress, "127.0.0.2");
            var (caller, reason) = await refused.Reader.ReadAsync(Cancel);
            Assert.Equal(("127.0.0.2", "1 connection at once is the limit"), (caller.Host, reason));
        }
        while (server.ConnectionCount > 0)
            await Task.Yield();
        await using var third = await CallAsync(server.LocalAddress);
        await third.Lines.WriteLineAsync("hello again", Cancel);
        Assert.Equal("hello again", await third.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_bound_socket_hears_only_those_who_may_call()
    {
        var refused = Channel.CreateUnbounded<(Address, string)>();
        await using var socket = DatagramSocket.Bind("127.0.0.1:0", new()
        {
            Access = new() { Deny = AddressSet.Parse("127.0.0.2") },
            OnRefused = (sender, reason) => refused.Writer.TryWrite((sender, reason)),
        });
        await using var wrong = await SenderAsync(socket.LocalAddress, "127.0.0.2");
        await wrong.SendAsync("not heard", Cancel);
        await using var right = await SenderAsync(socket.LocalAddress, "127.0.0.1");
        await right.SendAsync("heard", Cancel);
        var heard = await socket.ReceiveAsync(Cancel);
        Assert.Equal(("heard", right.LocalAddress), (heard.Text, heard.From));
        Assert.Equal((wrong.LocalAddress, "it is denied"), await refused.Reader.ReadAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_datagram_server_answers_only_those_who_may_call()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo.Answer, new() { Socket = new() { Access = OnlyTwo } });
        await using var wrong = await SenderAsync(server.LocalAddress, "127.0.0.1");
        await wrong.SendAsync("not answered", Cancel);
        await using var right = await SenderAsync(server.LocalAddress, "127.0.0.2");
        await right.SendAsync("answered", Cancel);
        Assert.Equal("answered", (await right.ReceiveAsync(Cancel)).Text);
        Assert.False(wrong.ReceiveAsync(Cancel).IsCompleted);
    }

    /// <summary>The reset may come as early as in connecting.</summary>
    private static async Task AssertRefusedAsync(Address server, string from)
    {
        var error = await Assert.ThrowsAsync<NetException>(async () =>
        {
            await using var caller = await CallAsync(server, from);
            await caller.ReadAsync(new byte[1], Cancel);
        });
        Assert.Equal(NetErrorKind.Reset, error.Kind);
    }

    private static void Ignore(Address caller, string reason) { }

    private static ValueTask<Connection> CallAsync(Address server, string from = "127.0.0.1") =>
        Connection.ConnectAsync(server, new() { Source = Address.Tcp(from, 0) }, Cancel);

    private static ValueTask<DatagramSocket> SenderAsync(Address server, string from) =>
        DatagramSocket.ConnectAsync(server, new() { Source = Address.Udp(from, 0) }, Cancel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
