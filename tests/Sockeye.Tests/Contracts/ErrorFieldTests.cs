using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>What an error says besides its kind: who is to blame, whether to try again, to whom it happened.</summary>
public class ErrorFieldTests
{
    [Theory]
    [InlineData(NetBlame.Caller, NetErrorKind.InvalidAddress, NetErrorKind.UnknownService)]
    [InlineData(NetBlame.Name, NetErrorKind.NameNotFound, NetErrorKind.NameServerFailed, NetErrorKind.NoNameForAddress)]
    [InlineData(NetBlame.Reach, NetErrorKind.Refused, NetErrorKind.Unreachable)]
    [InlineData(NetBlame.Time, NetErrorKind.TimedOut)]
    [InlineData(NetBlame.Local, NetErrorKind.AddressInUse, NetErrorKind.AddressUnavailable, NetErrorKind.AccessDenied,
        NetErrorKind.NotFound, NetErrorKind.ResourceExhausted, NetErrorKind.Unsupported)]
    [InlineData(NetBlame.Broken, NetErrorKind.Reset, NetErrorKind.ClosedEarly, NetErrorKind.ClosedForWriting)]
    [InlineData(NetBlame.Peer, NetErrorKind.ProtocolViolation, NetErrorKind.LimitExceeded, NetErrorKind.MessageTooLarge,
        NetErrorKind.ProxyRefused, NetErrorKind.TlsRejected)]
    [InlineData(NetBlame.Us, NetErrorKind.Unexpected)]
    public void Each_kind_has_its_blame(NetBlame blame, params NetErrorKind[] kinds) =>
        Assert.Equal(kinds, Enum.GetValues<NetErrorKind>().Where(kind => new NetException(kind, NetOperation.Read, "").Blame == blame)
            .OrderBy(kind => Array.IndexOf(kinds, kind)));

    [Fact]
    public void Only_what_may_pass_by_itself_is_transient() =>
        Assert.Equal(
            new HashSet<NetErrorKind>
            {
                NetErrorKind.NameServerFailed, NetErrorKind.Refused, NetErrorKind.Unreachable, NetErrorKind.TimedOut,
                NetErrorKind.AddressInUse, NetErrorKind.ResourceExhausted, NetErrorKind.Reset, NetErrorKind.ClosedEarly,
            },
            Enum.GetValues<NetErrorKind>().Where(kind => new NetException(kind, NetOperation.Read, "").IsTransient).ToHashSet());

    [Fact(Timeout = HangGuard)]
    public async Task Connecting_in_vain_names_the_address_as_given_and_each_that_was_tried()
    {
        var port = PeerPort.Choose();
        var error = await Assert.ThrowsAsync<NetException>(async () => await Connection.ConnectAsync("localhost", port));
        Assert.Equal(Address.Tcp("localhost", port), error.Address);
        Assert.NotEmpty(error.Causes);
        Assert.All(error.Causes, cause =>
        {
            Assert.Equal((error.Address, NetErrorKind.Refused, NetOperation.Connect), (cause.Address, cause.Kind, cause.Operation));
            Assert.NotNull(cause.RemoteAddress?.IP);
            Assert.IsType<SocketException>(cause.InnerException);
        });
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public async Task A_conversation_that_breaks_names_the_address_as_given_and_both_ends(bool blocking, bool layered)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asGiven = Address.Tcp("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);
        await using var connection = await Connection.ConnectAsync(asGiven, new() { Layers = layered ? [(inner, _) => new(Connection.Over(inner))] : [] });
        using (var peer = await listener.AcceptSocketAsync())
            peer.Close(0);
        var read = await Assert.ThrowsAsync<NetException>(async () =>
        {
            if (blocking)
                connection.ReadByte();
            else
                await connection.Lines.ReadLineAsync();
        });
        var write = await Assert.ThrowsAsync<NetException>(async () => await connection.WriteAsync(new byte[1]));
        foreach (var error in new[] { read, write })
        {
            Assert.Equal((asGiven, connection.LocalAddress, connection.RemoteAddress), (error.Address, error.LocalAddress, error.RemoteAddress));
            Assert.Equal(NetErrorKind.Reset, error.Kind);
            Assert.NotNull(error.InnerException);
            Assert.Empty(error.Causes);
        }
        Assert.Equal((NetOperation.Read, NetOperation.Write), (read.Operation, write.Operation));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Limits_and_broken_promises_name_both_ends_too()
    {
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        client.ReadTimeout = 20;
        var late = await Assert.ThrowsAsync<NetException>(async () => await client.ReadAsync(new byte[1]));
        client.ReadTimeout = Timeout.Infinite;
        await server.WriteAsync("too long"u8.ToArray());
        client.Lines.MaxLineLength = 3;
        var tooLong = await Assert.ThrowsAsync<NetException>(async () => await client.Lines.ReadLineAsync());
        await server.CloseWriteAsync();
        var early = await Assert.ThrowsAsync<NetException>(async () => await client.Lines.ReadExactlyAsync(20));
        Assert.Equal(
            [NetErrorKind.TimedOut, NetErrorKind.LimitExceeded, NetErrorKind.ClosedEarly],
            new[] { late, tooLong, early }.Select(error => error.Kind));
        Assert.All(new[] { late, tooLong, early }, error => Assert.Equal(
            (client.RemoteAddress, client.LocalAddress, client.RemoteAddress), (error.Address!, error.LocalAddress!, error.RemoteAddress!)));
        client.Abort();
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handshake_that_takes_too_long_names_both_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asGiven = Address.Tcp("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);
        var (inner, clock) = (default(Connection), new FakeTimeProvider());
        var error = await Assert.ThrowsAsync<NetException>(async () => await Connection.ConnectAsync(asGiven, new()
        {
            Time = clock,
            Timeout = TimeSpan.FromSeconds(3),
            Layers = [async (connection, cancel) =>
            {
                inner = connection;
                clock.Advance(TimeSpan.FromSeconds(3));
                await Task.Delay(Timeout.Infinite, cancel);
                return connection;
            }],
        }));
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake), (error.Kind, error.Operation));
        Assert.Equal((asGiven, inner!.LocalAddress, inner.RemoteAddress), (error.Address, error.LocalAddress, error.RemoteAddress));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_datagram_that_is_refused_names_the_address_as_given_and_both_ends()
    {
        var port = PeerPort.Choose();
        await using var socket = await DatagramSocket.ConnectAsync(
            Address.Udp("localhost", port), new() { Family = AddressFamily.InterNetwork });
        await socket.SendAsync("anybody?");
        var error = await Assert.ThrowsAsync<NetException>(async () => await socket.ReceiveAsync());
        Assert.Equal((NetErrorKind.Refused, NetOperation.Read, true), (error.Kind, error.Operation, error.IsTransient));
        Assert.Equal(
            (Address.Udp("localhost", port), socket.LocalAddress, Address.Udp("127.0.0.1", port)),
            (error.Address, error.LocalAddress, error.RemoteAddress));
    }

    [Fact]
    public async Task Listening_in_vain_names_the_address_as_given()
    {
        await using var taken = Listener.Listen("127.0.0.1:0");
        var error = Assert.Throws<NetException>(() => Listener.Listen(taken.LocalAddress));
        Assert.Equal((taken.LocalAddress, NetOperation.Listen, true), (error.Address, error.Operation, error.IsTransient));
        Assert.Null(error.RemoteAddress);
        Assert.IsType<SocketException>(error.InnerException);
    }

    private const int HangGuard = 60_000;
}
