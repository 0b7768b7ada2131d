using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

/// <summary>Host names and service names; peers that have several addresses.</summary>
public class DatagramNamesTests
{
    private const int HangGuard = 30_000;

    [Fact(Timeout = HangGuard)]
    public async Task A_service_name_is_looked_up_for_udp()
    {
        var services = ServiceRegistry.BuiltIn.With("chat", 50001, Transport.Tcp).With("chat", 50002, Transport.Udp);
        var options = new DatagramOptions { Services = services };
        await using var client = await DatagramSocket.ConnectAsync("127.0.0.1", "chat", options);
        Assert.Equal(50002, client.RemoteAddress!.Port);
        await using var also = await DatagramSocket.ConnectAsync("127.0.0.1:chat", options);
        Assert.Equal(50002, also.RemoteAddress!.Port);
        await using var server = DatagramSocket.Bind("127.0.0.1:chat", options);
        Assert.Equal(50002, server.LocalAddress.Port);
        var error = await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync("127.0.0.1", "nosuchservice"));
        Assert.Equal(NetErrorKind.UnknownService, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_is_looked_up_once_in_30_s_for_as_long_as_it_is_sent_to()
    {
        var asked = 0;
        var time = new FakeTimeProvider();
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = DatagramSocket.Open(new() { Time = time, Resolver = Resolving([IPAddress.Loopback], () => asked++) });
        var to = Address.Udp("server.test", server.LocalAddress.Port);
        for (var i = 0; i < 3; i++)
            await client.SendToAsync("hello"u8.ToArray(), to);
        Assert.Equal(1, asked);
        time.Advance(TimeSpan.FromSeconds(31));
        await client.SendToAsync("hello"u8.ToArray(), to);
        Assert.Equal(2, asked);
        for (var i = 0; i < 4; i++)
            Assert.Equal("hello", (await server.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_that_does_not_exist_is_NameNotFound_with_the_address_as_given()
    {
        var to = Address.Udp("nobody.invalid", 9);
        await using var open = DatagramSocket.Open();
        foreach (var send in new Func<Task>[]
        {
            async () => await open.SendToAsync(new byte[1], to),
            async () => await DatagramSocket.ConnectAsync(to),
        })
        {
            var error = await Assert.ThrowsAsync<NetException>(send);
            Assert.Equal((NetErrorKind.NameNotFound, NetOperation.Resolve, to), (error.Kind, error.Operation, error.Address));
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_look_up_past_the_limit_is_TimedOut_and_a_cancelled_one_is_not()
    {
        var time = new FakeTimeProvider();
        var silent = new Resolver(async (_, _, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return [];
        });
        var options = new DatagramOptions { Time = time, Resolver = silent };
        var connect = DatagramSocket.ConnectAsync("slow.test", 9, options).AsTask();
        await time.FireAsync(options.Timeout);
        var error = await Assert.ThrowsAsync<NetException>(() => connect);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Resolve), (error.Kind, error.Operation));

        using var cancel = new CancellationTokenSource();
        connect = DatagramSocket.ConnectAsync("slow.test", 9, options, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_is_refused_where_only_numbers_are_allowed()
    {
        var error = await Assert.ThrowsAsync<NetException>(
            async () => await DatagramSocket.ConnectAsync("localhost", 9, new() { NumericOnly = true }));
        Assert.Equal(NetOperation.Resolve, error.Operation);
        await using var numeric = await DatagramSocket.ConnectAsync("::1", 9, new() { NumericOnly = true });
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_at_its_second_address_alone_is_found_by_the_refusal_of_the_first()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync("localhost", server.LocalAddress.Port);
        Assert.Equal("::1", client.RemoteAddress!.Host);
        await client.SendAsync("hello");
        var receive = client.ReceiveAsync().AsTask();
        var request = await server.ReceiveAsync();
        Assert.Equal("hello", request.Text);
        await server.SendToAsync("found"u8.ToArray(), request.From);
        Assert.Equal("found", (await receive).Text);
        Assert.Equal(server.LocalAddress, client.RemoteAddress);
        Assert.Equal(request.From, client.LocalAddress);
    }

    /// <summary>A receive that waits may hear of the refusal before the send that was refused has returned.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task Nothing_is_lost_however_soon_the_refusal_of_the_first_address_comes()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        for (var round = 0; round < 1000; round++)
        {
            await using var client = await DatagramSocket.ConnectAsync("localhost", server.LocalAddress.Port);
            var receive = client.ReceiveAsync().AsTask();
            await client.SendAsync($"{round}");
            var request = await server.ReceiveAsync();
            Assert.Equal($"{round}", request.Text);
            await server.SendToAsync(request.Bytes, request.From);
            Assert.Equal($"{round}", (await receive).Text);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_was_refused_is_sent_again_before_what_comes_next()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync("localhost", server.LocalAddress.Port);
        foreach (var text in new[] { "one", "two", "three" })
            await client.SendAsync(text);
        foreach (var text in new[] { "one", "two", "three" })
            Assert.Equal(text, (await server.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_at_none_of_its_addresses_is_refused_with_every_address_tried()
    {
        var port = PeerPort.Choose();
        await using var client = await DatagramSocket.ConnectAsync("localhost", port);
        await client.SendAsync("anybody?");
        var error = await Assert.ThrowsAsync<NetException>(async () => await client.ReceiveAsync());
        Assert.Equal(NetErrorKind.Refused, error.Kind);
        Assert.Equal(Address.Udp("localhost", port), error.Address);
        Assert.Equal(["::1", "127.0.0.1"], error.Causes.Select(cause => cause.RemoteAddress!.Host));
        Assert.EndsWith($"(tried [::1]:{port}, 127.0.0.1:{port})", error.Message);

        await using var server = DatagramSocket.Bind(Address.Udp("127.0.0.1", port));
        await client.SendAsync("somebody");
        Assert.Equal("somebody", (await server.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Once_the_peer_was_heard_a_refusal_is_told_and_nothing_is_sent_elsewhere()
    {
        var port = PeerPort.Choose();
        var server = DatagramSocket.Bind(Address.Udp("::1", port));
        await using var client = await DatagramSocket.ConnectAsync("localhost", port);
        await client.SendAsync("hello");
        await server.SendToAsync("here"u8.ToArray(), (await server.ReceiveAsync()).From);
        Assert.Equal("here", (await client.ReceiveAsync()).Text);
        server.Dispose();

        await using var other = DatagramSocket.Bind(Address.Udp("127.0.0.1", port));
        await client.SendAsync("gone?");
        var error = await Assert.ThrowsAsync<NetException>(async () => await client.ReceiveAsync());
        Assert.Equal((NetErrorKind.Refused, "::1"), (error.Kind, error.RemoteAddress!.Host));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await other.ReceiveAsync(new CancellationToken(canceled: true)));
        Assert.Equal("::1", client.RemoteAddress!.Host);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_address_without_a_way_to_it_gives_way_to_the_next()
    {
        // 255.255.255.255 stands for what cannot be sent to; [::1] is what can.
        await using var server = DatagramSocket.Bind("[::1]:0");
        var resolver = Resolving([IPAddress.IPv6Loopback, IPAddress.Broadcast]);
        await using var client = await DatagramSocket.ConnectAsync("peer.test", server.LocalAddress.Port, new() { Resolver = resolver });
        await client.SendAsync("hello");
        Assert.Equal("hello", (await server.ReceiveAsync()).Text);

        var error = await Assert.ThrowsAsync<NetException>(
            async () => await DatagramSocket.ConnectAsync("peer.test", 9, new() { Resolver = Resolving([IPAddress.Broadcast]) }));
        Assert.Equal((NetErrorKind.AccessDenied, NetOperation.Connect), (error.Kind, error.Operation));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_without_an_address_of_the_family_asked_for_is_not_found()
    {
        var options = new DatagramOptions { Family = AddressFamily.InterNetworkV6, Resolver = Resolving([IPAddress.Loopback]) };
        var error = await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync("four.test", 9, options));
        Assert.Equal(NetErrorKind.NameNotFound, error.Kind);
        error = await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync("127.0.0.1", 9, options));
        Assert.Equal(NetErrorKind.NameNotFound, error.Kind);
    }

    private static Resolver Resolving(IPAddress[] addresses, Action? onAsked = null) => new((_, family, _) =>
    {
        if (family == AddressFamily.InterNetwork)
            onAsked?.Invoke();
        return Task.FromResult(Array.FindAll(addresses, address => address.AddressFamily == family));
    });
}
