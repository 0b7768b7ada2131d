using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

public class DatagramServerTests
{
    private const int HangGuard = 30_000;
    private readonly BlockingCollection<(Address From, string Reason)> _dropped = [];
    private readonly BlockingCollection<(Address At, Exception Error)> _errors = [];

    private DatagramServerOptions Reporting => new()
    {
        OnDropped = (from, reason) => _dropped.Add((from, reason)),
        OnError = (at, error) => _errors.Add((at, error)),
    };

    private static ValueTask<ReadOnlyMemory<byte>?> Echo(Datagram request, CancellationToken cancel) => new(request.Bytes);

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    [InlineData("0")]
    public async Task Each_request_gets_its_reply_at_every_address(string address)
    {
        await using var server = DatagramServer.Start(address, Echo);
        foreach (var local in server.LocalAddresses)
        {
            await using var client = await DatagramSocket.ConnectAsync(local.Host == "*" ? "127.0.0.1" : local.Host, local.Port);
            foreach (var text in new[] { "one", "", "three" })
            {
                await client.SendAsync(text);
                Assert.Equal(text, (await client.ReceiveAsync()).Text);
            }
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_may_stay_silent_in_every_way_that_C_sharp_lets_it_say_null()
    {
        DatagramHandler[] handlers =
        [
            async (request, cancel) => request.Text == "quiet" ? null : request.Bytes,
            (request, cancel) => request.Text == "quiet" ? new((ReadOnlyMemory<byte>?)null) : new(request.Bytes),
            (request, cancel) => request.Text == "quiet" ? default : new(request.Bytes),
        ];
        foreach (var handler in handlers)
        {
            await using var server = DatagramServer.Start("127.0.0.1:0", handler);
            await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
            await client.SendAsync("quiet");
            await client.SendAsync("loud");
            Assert.Equal("loud", (await client.ReceiveAsync()).Text);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_empty_array_is_an_empty_reply()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", async (request, cancel) => Array.Empty<byte>());
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("anything");
        Assert.True((await client.ReceiveAsync()).Bytes.IsEmpty);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_socket_bound_beforehand_is_served_and_then_belongs_to_the_server()
    {
        var socket = DatagramSocket.Bind("localhost:0");
        var server = DatagramServer.Start(socket, Echo);
        Assert.Equal(socket.LocalAddresses, server.LocalAddresses);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync()).Text);
        await server.StopAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await socket.ReceiveAsync());
        Assert.Throws<ArgumentException>(() => DatagramServer.Start(client, Echo));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Requests_are_handled_one_after_another_and_keep_their_bytes()
    {
        var running = 0;
        await using var server = DatagramServer.Start("127.0.0.1:0", async (request, cancel) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return request.Bytes;
        });
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        for (var i = 0; i < 20; i++)
            await client.SendAsync($"request {i}");
        for (var i = 0; i < 20; i++)
            Assert.Equal($"request {i}", (await client.ReceiveAsync()).Text);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(1900)]
    [InlineData(11211)]
    public async Task Another_small_services_port_gets_no_answer(int port)
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo, Reporting);
        // An address of its own, so that no other program's use of the port is in the way.
        await using var service = DatagramSocket.Bind(Address.Udp("127.0.0.77", port));
        await service.SendToAsync("loop"u8.ToArray(), server.LocalAddress);
        var (from, reason) = _dropped.Take();
        Assert.Equal(service.LocalAddress, from);
        Assert.Contains($"port {port}", reason);
        await AssertNothingHeardAsync(service, server.LocalAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_at_the_same_port_elsewhere_gets_no_answer()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo, Reporting);
        await using var twin = DatagramSocket.Bind(Address.Udp("127.0.0.78", server.LocalAddress.Port));
        await twin.SendToAsync("loop"u8.ToArray(), server.LocalAddress);
        Assert.Equal(twin.LocalAddress, _dropped.Take().From);
        await AssertNothingHeardAsync(twin, server.LocalAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_past_its_rate_is_dropped_until_time_has_passed_and_others_are_not()
    {
        var time = new FakeTimeProvider();
        var options = Reporting with { RatePerSource = 2, Burst = 3, Socket = new() { Time = time } };
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo, options);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        for (var i = 0; i < 4; i++)
            await client.SendAsync($"{i}");
        var (from, reason) = _dropped.Take();
        Assert.Equal(client.LocalAddress, from);
        Assert.Contains("more than 2 requests a second", reason);
        await using var other = await DatagramSocket.ConnectAsync(
            server.LocalAddress, new() { Source = Address.Udp("127.0.0.2", 0) });
        await other.SendAsync("other");
        Assert.Equal("other", (await other.ReceiveAsync()).Text);

        time.Advance(TimeSpan.FromMilliseconds(500));
        await client.SendAsync("later");
        foreach (var text in new[] { "0", "1", "2", "later" })
            Assert.Equal(text, (await client.ReceiveAsync()).Text);
        Assert.Empty(_dropped);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Rate_0_lifts_the_limit()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo, Reporting with { RatePerSource = 0 });
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        for (var i = 0; i < 300; i++)
        {
            await client.SendAsync("x");
            await client.ReceiveAsync();
        }
        Assert.Empty(_dropped);
    }

    [Fact(Timeout = HangGuard)]
    public async Task By_default_a_source_has_a_burst_of_100()
    {
        var options = Reporting with { Socket = new() { Time = new FakeTimeProvider() } };
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo, options);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync("x");
            await client.ReceiveAsync();
        }
        Assert.Empty(_dropped);
        await client.SendAsync("one too many");
        Assert.Contains("100", _dropped.Take().Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_throws_is_reported_and_the_next_request_served()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, cancel) =>
            request.Text == "bad" ? throw new FormatException("bad request") : Echo(request, cancel), Reporting);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("bad");
        await client.SendAsync("good");
        Assert.Equal("good", (await client.ReceiveAsync()).Text);
        var (at, error) = _errors.Take();
        Assert.Equal(client.LocalAddress, at);
        Assert.IsType<FormatException>(error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reply_larger_than_a_datagram_is_reported_and_the_next_request_served()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", async (request, cancel) =>
            request.Text == "much" ? new byte[70_000] : request.Bytes, Reporting);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("much");
        await client.SendAsync("little");
        Assert.Equal("little", (await client.ReceiveAsync()).Text);
        var error = Assert.IsType<NetException>(_errors.Take().Error);
        Assert.Equal(NetErrorKind.MessageTooLarge, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Reports_that_throw_do_no_harm()
    {
        var options = new DatagramServerOptions
        {
            Burst = 2,
            Socket = new() { Time = new FakeTimeProvider() },
            OnDropped = (_, _) => throw new InvalidOperationException("dropped"),
            OnError = (_, _) => throw new InvalidOperationException("error"),
        };
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, cancel) =>
            request.Text == "bad" ? throw new FormatException() : Echo(request, cancel), options);
        await using var first = await DatagramSocket.ConnectAsync(server.LocalAddress);
        foreach (var text in new[] { "bad", "good", "too many" })
            await first.SendAsync(text);
        Assert.Equal("good", (await first.ReceiveAsync()).Text);
        await using var second = await DatagramSocket.ConnectAsync(server.LocalAddress, new() { Source = Address.Udp("127.0.0.2", 0) });
        await second.SendAsync("hello");
        Assert.Equal("hello", (await second.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Clients_that_go_away_without_reading_do_not_disturb_others()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo, Reporting);
        for (var i = 0; i < 20; i++)
        {
            using var leaving = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            await leaving.SendToAsync("bye"u8.ToArray(), new IPEndPoint(IPAddress.Loopback, server.LocalAddress.Port));
        }
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync()).Text);
        Assert.Empty(_errors);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_Unix_client_without_a_name_is_dropped_with_the_reason()
    {
        var address = Address.UnixDatagram($"@{Guid.NewGuid()}");
        await using var server = DatagramServer.Start(address, Echo, Reporting);
        using var nameless = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await nameless.SendToAsync("hello"u8.ToArray(), new UnixDomainSocketEndPoint("\0" + address.Path![1..]));
        Assert.Contains("no name", _dropped.Take().Reason);
        await using var client = await DatagramSocket.ConnectAsync(address);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_Unix_client_that_does_not_read_holds_nobody_up()
    {
        var address = Address.UnixDatagram($"@{Guid.NewGuid()}");
        await using var server = DatagramServer.Start(address, Echo, Reporting with { RatePerSource = 0 });
        await using var deaf = DatagramSocket.Open(new() { Family = AddressFamily.Unix });
        while (_dropped.Count == 0)
            await deaf.SendToAsync("hello"u8.ToArray(), address);
        Assert.Contains("does not read", _dropped.Take().Reason);
        await using var client = await DatagramSocket.ConnectAsync(address);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Stopping_cancels_the_handlers_token_closes_the_port_and_is_no_error()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var handling = new TaskCompletionSource();
        var server = DatagramServer.Start("localhost:0", async (request, cancel) =>
        {
            handling.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return null;
        }, Reporting);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("hello");
        await handling.Task;
        Assert.False(server.Completion.IsCompleted);
        await server.StopAsync();
        await server.Completion;
        await server.DisposeAsync();
        Assert.Empty(_errors);
        await using var next = DatagramSocket.Bind(server.LocalAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_does_not_heed_its_token_is_left_behind()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var time = new FakeTimeProvider();
        var handling = new TaskCompletionSource();
        var never = new TaskCompletionSource<ReadOnlyMemory<byte>?>();
        var server = DatagramServer.Start("127.0.0.1:0", async (_, _) =>
        {
            handling.SetResult();
            return await never.Task;
        }, Reporting with { Socket = new() { Time = time } });
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("hello");
        await handling.Task;
        var stop = server.StopAsync();
        await time.FireAsync(TimeSpan.FromSeconds(1));
        await stop;
        await using var next = DatagramSocket.Bind(server.LocalAddress);
        never.SetResult("late"u8.ToArray());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_socket_that_is_disposed_under_the_server_ends_it_without_an_error()
    {
        var socket = DatagramSocket.Bind("localhost:0");
        var server = DatagramServer.Start(socket, Echo, Reporting);
        socket.Dispose();
        await server.Completion;
        Assert.Empty(_errors);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_callers_token_stops_the_server()
    {
        using var stop = new CancellationTokenSource();
        await using var server = DatagramServer.Start("localhost:0", Echo, stop: stop.Token);
        await stop.CancelAsync();
        await server.Completion;

        await using var never = DatagramServer.Start("localhost:0", Echo, stop: new CancellationToken(canceled: true));
        await never.Completion;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_port_that_is_taken_is_told_at_the_start()
    {
        await using var server = DatagramServer.Start("localhost:0", Echo);
        var error = Assert.Throws<NetException>(() => DatagramServer.Start(server.LocalAddress, Echo));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
    }

    [Fact]
    public void Limits_that_mean_nothing_are_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramServerOptions { RatePerSource = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramServerOptions { Burst = 0 });
    }

    /// <summary>Nothing came to the socket: a datagram sent to it now is the first it hears.</summary>
    private static async Task AssertNothingHeardAsync(DatagramSocket socket, Address not)
    {
        await using var probe = DatagramSocket.Bind("127.0.0.1:0");
        await probe.SendToAsync("probe"u8.ToArray(), socket.LocalAddress);
        var first = await socket.ReceiveAsync();
        Assert.NotEqual(not, first.From);
        Assert.Equal("probe", first.Text);
    }
}
