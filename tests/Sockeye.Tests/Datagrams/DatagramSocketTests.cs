using System.Net;
using System.Net.Sockets;
using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

public class DatagramSocketTests
{
    private const int HangGuard = 30_000;

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task What_is_sent_comes_whole_with_its_sender(string host)
    {
        await using var server = DatagramSocket.Bind($"{host}:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("héllo");
        var request = await server.ReceiveAsync();
        Assert.Equal("héllo", request.Text);
        Assert.Equal(client.LocalAddress, request.From);
        Assert.False(request.Truncated);

        await server.SendToAsync("reply"u8.ToArray(), request.From);
        var reply = await client.ReceiveAsync();
        Assert.Equal("reply", reply.Text);
        Assert.Equal(server.LocalAddress, reply.From);
        Assert.Equal(server.LocalAddress, client.RemoteAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_empty_datagram_is_sent_and_received()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = DatagramSocket.Open();
        await client.SendToAsync(ReadOnlyMemory<byte>.Empty, server.LocalAddress);
        var request = await server.ReceiveAsync();
        Assert.True(request.Bytes.IsEmpty);
        Assert.Equal(client.LocalAddress.Port, request.From.Port);
        await server.SendToAsync(ReadOnlyMemory<byte>.Empty, request.From);
        Assert.True((await client.ReceiveAsync()).Bytes.IsEmpty);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1", 65507)]
    [InlineData("[::1]", 65527)]
    public async Task The_largest_datagram_passes_and_one_byte_more_is_too_large(string host, int largest)
    {
        await using var server = DatagramSocket.Bind($"{host}:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var bytes = new byte[largest];
        new Random(1).NextBytes(bytes);
        await client.SendAsync(bytes);
        var request = await server.ReceiveAsync();
        Assert.Equal(bytes, request.Bytes.ToArray());
        Assert.False(request.Truncated);

        var error = await Assert.ThrowsAsync<NetException>(() => client.SendAsync(new byte[largest + 1]).AsTask());
        Assert.Equal(NetErrorKind.MessageTooLarge, error.Kind);
        Assert.Equal(NetOperation.Write, error.Operation);
        Assert.Contains($"at most {largest:N0}", error.Message);
        await using var open = DatagramSocket.Open();
        error = await Assert.ThrowsAsync<NetException>(() => open.SendToAsync(new byte[largest + 1], server.LocalAddress).AsTask());
        Assert.Contains($"at most {largest:N0}", error.Message);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(10, 10, false)]
    [InlineData(11, 10, true)]
    [InlineData(60_000, 10, true)]
    [InlineData(3, 0, true)]
    [InlineData(0, 0, false)]
    public async Task A_datagram_longer_than_the_limit_is_cut_and_says_so(int sent, int taken, bool truncated)
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0", new() { MaxDatagram = taken });
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync(new byte[sent]);
        await client.SendAsync("next"u8.ToArray());
        var request = await server.ReceiveAsync();
        Assert.Equal((Math.Min(sent, taken), truncated), (request.Bytes.Length, request.Truncated));
        Assert.Equal(Math.Min(4, taken), (await server.ReceiveAsync()).Bytes.Length);
    }

    [Fact]
    public void A_negative_limit_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatagramOptions { MaxDatagram = -1 });

    [Fact(Timeout = HangGuard)]
    public async Task Refused_is_told_to_a_send_and_to_a_receive_and_the_socket_works_on()
    {
        var port = PeerPort.Choose();
        await using var client = await DatagramSocket.ConnectAsync("127.0.0.1", port);
        await client.SendAsync("nobody");
        var atReceive = await Assert.ThrowsAsync<NetException>(() => client.ReceiveAsync().AsTask());
        Assert.Equal((NetErrorKind.Refused, NetOperation.Read), (atReceive.Kind, atReceive.Operation));
        Assert.Equal(Address.Udp("127.0.0.1", port), atReceive.RemoteAddress);

        await client.SendAsync("nobody");
        var atSend = await Assert.ThrowsAsync<NetException>(() => client.SendAsync("still nobody").AsTask());
        Assert.Equal((NetErrorKind.Refused, NetOperation.Write), (atSend.Kind, atSend.Operation));

        await using var server = DatagramSocket.Bind(Address.Udp("127.0.0.1", port));
        await client.SendAsync("somebody");
        var request = await server.ReceiveAsync();
        await server.SendToAsync(request.Bytes, request.From);
        var reply = await client.ReceiveAsync();
        Assert.Equal(("somebody", server.LocalAddress), (reply.Text, reply.From));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_pending_receive_is_told_of_the_refusal()
    {
        await using var client = await DatagramSocket.ConnectAsync("127.0.0.1", PeerPort.Choose());
        var receive = client.ReceiveAsync().AsTask();
        await client.SendAsync("nobody");
        Assert.Equal(NetErrorKind.Refused, (await Assert.ThrowsAsync<NetException>(() => receive)).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_unconnected_socket_is_not_disturbed_by_refusals()
    {
        await using var client = DatagramSocket.Open();
        await client.SendToAsync("nobody"u8.ToArray(), Address.Udp("127.0.0.1", PeerPort.Choose()));
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await server.SendToAsync("hello"u8.ToArray(), Address.Udp("127.0.0.1", client.LocalAddress.Port));
        Assert.Equal("hello", (await client.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_connected_socket_hears_its_peer_only()
    {
        await using var peer = DatagramSocket.Bind("127.0.0.1:0");
        await using var stranger = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(peer.LocalAddress);
        await stranger.SendToAsync("stranger"u8.ToArray(), client.LocalAddress);
        await peer.SendToAsync("peer"u8.ToArray(), client.LocalAddress);
        Assert.Equal("peer", (await client.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_socket_on_all_addresses_talks_with_both_families_and_shows_IPv4_as_IPv4()
    {
        await using var server = DatagramSocket.Bind("0");
        Assert.Equal("*", server.LocalAddress.Host);
        using var four = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var six = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        foreach (var (peer, loopback) in new[] { (four, IPAddress.Loopback), (six, IPAddress.IPv6Loopback) })
        {
            await peer.SendToAsync("hello"u8.ToArray(), new IPEndPoint(loopback, server.LocalAddress.Port));
            var request = await server.ReceiveAsync();
            Assert.Equal(loopback, request.From.IP);
            Assert.Equal(loopback.ToString(), request.From.Host);
            await server.SendToAsync("back"u8.ToArray(), request.From);
            Assert.Equal(4, await peer.ReceiveAsync(new byte[10]));
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Localhost_is_both_loopback_addresses_at_one_port_and_answers_from_the_one_that_was_asked()
    {
        await using var server = DatagramSocket.Bind("localhost:0");
        Assert.Equal(["127.0.0.1", "::1"], server.LocalAddresses.Select(local => local.Host));
        Assert.Single(server.LocalAddresses.Select(local => local.Port).Distinct());
        for (var round = 0; round < 3; round++)
        {
            foreach (var local in server.LocalAddresses)
            {
                await using var client = await DatagramSocket.ConnectAsync(local);
                await client.SendAsync("hello");
                var request = await server.ReceiveAsync();
                await server.SendToAsync(request.Bytes, request.From);
                Assert.Equal(local, (await client.ReceiveAsync()).From);
            }
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Neither_loopback_address_of_localhost_is_starved_by_the_other()
    {
        await using var server = DatagramSocket.Bind("localhost:0");
        await using var four = await DatagramSocket.ConnectAsync(server.LocalAddresses[0]);
        await using var six = await DatagramSocket.ConnectAsync(server.LocalAddresses[1]);
        for (var i = 0; i < 3; i++)
        {
            await four.SendAsync("4");
            await six.SendAsync("6");
        }
        var heard = new StringBuilder();
        for (var i = 0; i < 6; i++)
            heard.Append((await server.ReceiveAsync()).Text);
        Assert.Equal("464646", heard.ToString());
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_comes_after_a_cancelled_receive_is_kept_for_the_next()
    {
        await using var server = DatagramSocket.Bind("localhost:0");
        using var cancel = new CancellationTokenSource();
        var receive = server.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive);
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("late");
        Assert.Equal("late", (await server.ReceiveAsync()).Text);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task A_receive_limit_is_TimedOut_and_no_cancellation(string address)
    {
        var time = new FakeTimeProvider();
        var limit = TimeSpan.FromSeconds(3);
        await using var socket = DatagramSocket.Bind(address, new() { ReceiveTimeout = limit, Time = time });
        using var cancel = new CancellationTokenSource();
        var receive = socket.ReceiveAsync(cancel.Token).AsTask();
        await time.FireAsync(limit);
        var error = await Assert.ThrowsAsync<NetException>(() => receive);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Read), (error.Kind, error.Operation));
        Assert.Contains("within 3 s", error.Message);
        Assert.Equal((socket.LocalAddress, null), (error.LocalAddress, error.RemoteAddress));

        receive = socket.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task Disposing_ends_a_pending_receive_with_ObjectDisposedException(string address)
    {
        var socket = DatagramSocket.Bind(address);
        var receive = socket.ReceiveAsync().AsTask();
        await socket.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receive);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => socket.ReceiveAsync().AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => socket.SendToAsync(new byte[1], Address.Udp("127.0.0.1", 9)).AsTask());
        socket.Dispose();
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task A_second_receive_beside_a_pending_one_is_a_mistake_of_the_caller(string address)
    {
        await using var socket = DatagramSocket.Bind(address);
        var first = socket.ReceiveAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => socket.ReceiveAsync().AsTask());
        await using var client = await DatagramSocket.ConnectAsync(socket.LocalAddress);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await first).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task All_datagrams_come_until_the_socket_is_disposed()
    {
        var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        foreach (var text in new[] { "one", "two", "" })
            await client.SendAsync(text);
        var heard = new List<string>();
        await foreach (var datagram in server.ReceiveAllAsync())
        {
            heard.Add(datagram.Text);
            if (heard.Count == 3)
                server.Dispose();
        }
        Assert.Equal(["one", "two", ""], heard);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Receiving_all_ends_quietly_when_the_socket_is_disposed_while_it_waits()
    {
        var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var all = server.ReceiveAllAsync().GetAsyncEnumerator();
        var next = all.MoveNextAsync().AsTask();
        server.Dispose();
        Assert.False(await next);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Receiving_all_ends_with_the_callers_cancellation()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        using var cancel = new CancellationTokenSource();
        await using var all = server.ReceiveAllAsync().WithCancellation(cancel.Token).GetAsyncEnumerator();
        var next = all.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Broadcast_has_to_be_asked_for()
    {
        var everyone = Address.Udp("127.255.255.255", PeerPort.Choose());
        await using var socket = DatagramSocket.Open();
        var error = await Assert.ThrowsAsync<NetException>(() => socket.SendToAsync("hello"u8.ToArray(), everyone).AsTask());
        Assert.Equal(NetErrorKind.AccessDenied, error.Kind);
        error = await Assert.ThrowsAsync<NetException>(() => DatagramSocket.ConnectAsync(everyone).AsTask());
        Assert.Equal(NetErrorKind.AccessDenied, error.Kind);

        await using var receiver = DatagramSocket.Bind("0.0.0.0:0");
        await using var sender = await DatagramSocket.ConnectAsync(Address.Udp("127.255.255.255", receiver.LocalAddress.Port), new() { Broadcast = true });
        await sender.SendAsync("everyone");
        Assert.Equal("everyone", (await receiver.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_is_what_the_peer_sees()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        var source = Address.Udp("127.0.0.2", PeerPort.Choose());
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress, new() { Source = source });
        Assert.Equal(source, client.LocalAddress);
        await client.SendAsync("hello");
        Assert.Equal(source, (await server.ReceiveAsync()).From);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_that_is_not_ours_or_of_another_family_is_refused()
    {
        var options = new DatagramOptions { Source = Address.Udp("192.0.2.250", 0) };
        var error = await Assert.ThrowsAsync<NetException>(() => DatagramSocket.ConnectAsync("127.0.0.1", 9, options).AsTask());
        Assert.Equal(NetErrorKind.AddressUnavailable, error.Kind);
        options = new DatagramOptions { Source = Address.Udp("::1", 0) };
        error = await Assert.ThrowsAsync<NetException>(() => DatagramSocket.ConnectAsync("127.0.0.1", 9, options).AsTask());
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_port_that_is_taken_is_in_use_unless_both_share_it()
    {
        await using var first = DatagramSocket.Bind("127.0.0.1:0");
        var error = Assert.Throws<NetException>(() => DatagramSocket.Bind(first.LocalAddress));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
        error = Assert.Throws<NetException>(() => DatagramSocket.Bind(first.LocalAddress, new() { ReusePort = true }));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);

        await using var sharing = DatagramSocket.Bind("127.0.0.1:0", new() { ReusePort = true });
        await using var also = DatagramSocket.Bind(sharing.LocalAddress, new() { ReusePort = true });
        Assert.Equal(sharing.LocalAddress, also.LocalAddress);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("udp://127.0.0.1:0")]
    [InlineData("udp://*:9")]
    [InlineData("tcp://127.0.0.1:9")]
    [InlineData("unix:/run/stream.sock")]
    public async Task What_cannot_be_sent_to_is_an_invalid_address(string text)
    {
        var address = Address.Parse(text);
        await using var socket = DatagramSocket.Open();
        var error = await Assert.ThrowsAsync<NetException>(async () => await socket.SendToAsync(new byte[1], address));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        error = await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync(address));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_address_that_the_socket_is_not_made_for_is_invalid()
    {
        await using var four = DatagramSocket.Bind("127.0.0.1:0");
        foreach (var to in new[] { Address.Udp("::1", 9), Address.UnixDatagram("@nobody") })
        {
            var error = await Assert.ThrowsAsync<NetException>(async () => await four.SendToAsync(new byte[1], to));
            Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_socket_at_a_loopback_address_reaches_this_machine_only()
    {
        await using var socket = DatagramSocket.Bind("127.0.0.1:0");
        var error = await Assert.ThrowsAsync<NetException>(async () => await socket.SendToAsync(new byte[1], Address.Udp("192.0.2.77", 9)));
        Assert.Equal(NetErrorKind.Unreachable, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Connected_and_open_sockets_each_have_their_way_to_send()
    {
        await using var open = DatagramSocket.Open();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await open.SendAsync("to whom?"));
        Assert.Null(open.RemoteAddress);
        await using var connected = await DatagramSocket.ConnectAsync("127.0.0.1", 9);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await connected.SendToAsync(new byte[1], Address.Udp("127.0.0.1", 9)));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(AddressFamily.InterNetwork, "*:0", "0.0.0.0")]
    [InlineData(AddressFamily.InterNetworkV6, "*:0", "::")]
    [InlineData(AddressFamily.InterNetwork, "localhost:0", "127.0.0.1")]
    [InlineData(AddressFamily.InterNetworkV6, "localhost:0", "::1")]
    [InlineData(AddressFamily.InterNetwork, "127.0.0.1:0", "127.0.0.1")]
    public void One_family_alone_can_be_asked_for(AddressFamily family, string address, string bound)
    {
        using var socket = DatagramSocket.Bind(address, new() { Family = family });
        Assert.Equal([bound], socket.LocalAddresses.Select(local => local.Host));
    }

    [Fact]
    public void A_literal_of_another_family_than_asked_for_is_invalid() => Assert.Equal(
        NetErrorKind.InvalidAddress,
        Assert.Throws<NetException>(() => DatagramSocket.Bind("[::1]:0", new() { Family = AddressFamily.InterNetwork })).Kind);

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:0")]
    [InlineData("0")]
    public async Task The_address_of_a_sender_is_made_once_for_as_long_as_nobody_else_sends(string address)
    {
        await using var server = DatagramSocket.Bind(address);
        var host = server.LocalAddress.Host == "*" ? "127.0.0.1" : server.LocalAddress.Host;
        await using var client = await DatagramSocket.ConnectAsync(host, server.LocalAddress.Port);
        await client.SendAsync("one");
        await client.SendAsync("two");
        Assert.Same((await server.ReceiveAsync()).From, (await server.ReceiveAsync()).From);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_datagram_outlives_its_socket()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync("kept");
        var datagram = await server.ReceiveAsync();
        server.Dispose();
        for (var i = 0; i < 20; i++)
        {
            await using var other = DatagramSocket.Bind("127.0.0.1:0");
            await other.SendToAsync("lost"u8.ToArray(), other.LocalAddress);
            await other.ReceiveAsync();
        }
        Assert.Equal("kept", datagram.Text);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_become_replacement_characters() =>
        Assert.Equal("a\uFFFDb", new Datagram(new byte[] { (byte)'a', 0xFF, (byte)'b' }, Address.Udp("127.0.0.1", 9), false).Text);
}
