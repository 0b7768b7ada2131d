using System.Globalization;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

public sealed class UnixDatagramTests : IDisposable
{
    private const int HangGuard = 30_000;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("datagrams-");

    public void Dispose() => _directory.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    [Theory(Timeout = HangGuard)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_without_a_name_of_its_own_is_given_one_and_can_be_answered(bool isAbstract)
    {
        var address = Address.UnixDatagram(isAbstract ? $"@{Guid.NewGuid()}" : PathOf("server"));
        await using var server = DatagramSocket.Bind(address);
        Assert.Equal(address, server.LocalAddress);
        await using var client = await DatagramSocket.ConnectAsync(address);
        Assert.Equal(address, client.RemoteAddress);
        Assert.NotEmpty(client.LocalAddress.Path!);
        await client.SendAsync("hello");
        var request = await server.ReceiveAsync();
        Assert.Equal(("hello", client.LocalAddress), (request.Text, request.From));
        await server.SendToAsync("back"u8.ToArray(), request.From);
        var reply = await client.ReceiveAsync();
        Assert.Equal(("back", address), (reply.Text, reply.From));
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_open_Unix_socket_sends_to_anyone_and_can_be_answered()
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}");
        await using var client = DatagramSocket.Open(new() { Family = AddressFamily.Unix });
        await client.SendToAsync(ReadOnlyMemory<byte>.Empty, server.LocalAddress);
        var request = await server.ReceiveAsync();
        Assert.True(request.Bytes.IsEmpty);
        await server.SendToAsync("back"u8.ToArray(), request.From);
        Assert.Equal("back", (await client.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_path_is_what_the_peer_sees_and_goes_with_the_socket()
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}");
        var source = Address.UnixDatagram(PathOf("client"));
        var client = await DatagramSocket.ConnectAsync(server.LocalAddress, new() { Source = source });
        await client.SendAsync("hello");
        Assert.Equal(source, (await server.ReceiveAsync()).From);
        Assert.True(File.Exists(source.Path));
        client.Dispose();
        Assert.False(File.Exists(source.Path));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_sender_without_a_name_is_shown_with_an_empty_path()
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}");
        using var nameless = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        for (var i = 0; i < 2; i++)
        {
            await nameless.SendToAsync("hello"u8.ToArray(), new UnixDomainSocketEndPoint(PathOf("server")));
            Assert.Equal("", (await server.ReceiveAsync()).From.Path);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Senders_whose_names_begin_alike_are_told_apart()
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}");
        foreach (var name in new[] { "clients", "client", "clients" })
        {
            await using var client = await DatagramSocket.ConnectAsync(
                server.LocalAddress, new() { Source = Address.UnixDatagram(PathOf(name)) });
            await client.SendAsync("hello");
            Assert.Equal(PathOf(name), (await server.ReceiveAsync()).From.Path);
        }
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(100_000, 65535, true)]
    [InlineData(100_000, 100_000, false)]
    [InlineData(5, 4, true)]
    public async Task A_datagram_longer_than_the_limit_is_cut_and_says_so(int sent, int limit, bool truncated)
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}", new() { MaxDatagram = limit });
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await client.SendAsync(new byte[sent]);
        var request = await server.ReceiveAsync();
        Assert.Equal((Math.Min(sent, limit), truncated), (request.Bytes.Length, request.Truncated));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_datagram_too_large_for_the_system_says_how_large_it_may_be()
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}", new() { MaxDatagram = 10_000_000 });
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var error = await Assert.ThrowsAsync<NetException>(async () => await client.SendAsync(new byte[10_000_000]));
        Assert.Equal(NetErrorKind.MessageTooLarge, error.Kind);
        var limit = int.Parse(error.Reason.Split(' ')[^1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        await client.SendAsync(new byte[limit]);
        Assert.Equal(limit, (await server.ReceiveAsync()).Bytes.Length);
        await Assert.ThrowsAsync<NetException>(async () => await client.SendAsync(new byte[limit + 1]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_no_path_and_a_stream_there_are_three_kinds_of_error()
    {
        DatagramSocket.Bind(Address.UnixDatagram(PathOf("server"))).Dispose();
        using var stale = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        stale.Bind(new KeptEndPoint(PathOf("stale")));
        stale.Dispose();
        using var stream = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stream.Bind(new UnixDomainSocketEndPoint(PathOf("stream")));
        stream.Listen();
        await using var open = DatagramSocket.Open(new() { Family = AddressFamily.Unix });
        foreach (var (name, kind) in new[]
        {
            ("stale", NetErrorKind.Refused), ("server", NetErrorKind.NotFound), ("stream", NetErrorKind.Unsupported),
        })
        {
            var to = Address.UnixDatagram(PathOf(name));
            var error = await Assert.ThrowsAsync<NetException>(async () => await open.SendToAsync(new byte[1], to));
            Assert.Equal((kind, to), (error.Kind, error.Address));
            error = await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync(to));
            Assert.Equal((kind, to), (error.Kind, error.Address));
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_connected_client_finds_a_server_that_was_started_again()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var address = Address.UnixDatagram(PathOf("server"));
        var server = DatagramSocket.Bind(address);
        await using var client = await DatagramSocket.ConnectAsync(address);
        await client.SendAsync("one");
        server.Dispose();
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<NetException>(async () => await client.SendAsync("two"));
            Assert.Equal(NetErrorKind.NotFound, error.Kind);
        }
        await using var again = DatagramSocket.Bind(address);
        await client.SendAsync("three");
        var request = await again.ReceiveAsync();
        Assert.Equal("three", request.Text);
        await again.SendToAsync("back"u8.ToArray(), request.From);
        Assert.Equal("back", (await client.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_stale_path_is_replaced_only_when_asked_and_a_living_one_never()
    {
        var address = Address.UnixDatagram(PathOf("server"));
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
            stale.Bind(new KeptEndPoint(address.Path!));
        var error = Assert.Throws<NetException>(() => DatagramSocket.Bind(address));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
        await using var server = DatagramSocket.Bind(address, new() { ReplaceStalePath = true });
        error = Assert.Throws<NetException>(() => DatagramSocket.Bind(address, new() { ReplaceStalePath = true }));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
        await using var client = await DatagramSocket.ConnectAsync(address);
        await client.SendAsync("alive");
        Assert.Equal("alive", (await server.ReceiveAsync()).Text);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_send_waits_for_a_peer_whose_queue_is_full(bool connected)
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}");
        var queued = FillQueue(PathOf("server"));
        await using var client = connected
            ? await DatagramSocket.ConnectAsync(server.LocalAddress)
            : DatagramSocket.Open(new() { Family = AddressFamily.Unix });
        var send = connected
            ? client.SendAsync("last").AsTask()
            : client.SendToAsync("last"u8.ToArray(), server.LocalAddress).AsTask();
        Assert.False(send.IsCompleted);
        for (var i = 0; i < queued; i++)
            Assert.Equal("fill", (await server.ReceiveAsync()).Text);
        await send;
        Assert.Equal("last", (await server.ReceiveAsync()).Text);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_send_to_a_queue_that_stays_full_is_TimedOut_and_can_be_cancelled(bool connected)
    {
        await using var server = DatagramSocket.Bind($"unixgram:{PathOf("server")}");
        FillQueue(PathOf("server"));
        var time = new FakeTimeProvider();
        var options = new DatagramOptions { Family = AddressFamily.Unix, Time = time };
        await using var client = connected
            ? await DatagramSocket.ConnectAsync(server.LocalAddress, options)
            : DatagramSocket.Open(options);
        Task SendAsync(CancellationToken cancel) => connected
            ? client.SendAsync("last", cancel).AsTask()
            : client.SendToAsync("last"u8.ToArray(), server.LocalAddress, cancel).AsTask();

        var send = SendAsync(CancellationToken.None);
        await time.FireAsync(options.Timeout);
        var error = await Assert.ThrowsAsync<NetException>(() => send);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Write, server.LocalAddress), (error.Kind, error.Operation, error.Address));

        using var cancel = new CancellationTokenSource();
        send = SendAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
    }

    /// <summary>Sends until the queue takes no more; returns how many it took.</summary>
    private static int FillQueue(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        for (var sent = 0; ; sent++)
        {
            try
            {
                socket.SendTo("fill"u8, SocketFlags.None, new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
            {
                return sent;
            }
        }
    }

    /// <summary>.NET removes the file of a <see cref="UnixDomainSocketEndPoint"/> it was bound to; a program that was killed does not.</summary>
    private sealed class KeptEndPoint(string path) : System.Net.EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Unix;

        public override System.Net.SocketAddress Serialize() => new UnixDomainSocketEndPoint(path).Serialize();
    }
}
