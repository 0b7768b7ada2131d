using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>Listening and accepting over TCP.</summary>
public class ListenerTests
{
    private const int HangGuard = 30_000;

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_is_accepted_and_both_know_both_ends()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        using var caller = Connect(listener.LocalAddress);
        var peer = await listener.AcceptAsync();
        Assert.Equal(listener.LocalAddress, peer.LocalAddress);
        Assert.Equal(Address.From(caller.LocalEndPoint, Transport.Tcp), peer.RemoteAddress);
        Assert.Null(peer.Report);
        peer.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Localhost_is_both_families_at_one_port()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var listener = Listener.Listen("localhost:0");
        Assert.Equal(["127.0.0.1", "::1"], listener.LocalAddresses.Select(address => address.Host));
        Assert.Single(listener.LocalAddresses.Select(address => address.Port).Distinct());
        Assert.NotEqual(0, listener.LocalAddress.Port);
        foreach (var address in listener.LocalAddresses)
        {
            using var caller = Connect(address);
            var peer = await listener.AcceptAsync();
            Assert.Equal(address, peer.LocalAddress);
            peer.Abort();
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Localhost_at_a_port_taken_in_one_family_is_refused_and_leaves_nothing_bound()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var other = Listener.Listen("[::1]:0");
        var port = other.LocalAddress.Port;
        var error = Assert.Throws<NetException>(() => Listener.Listen(Address.Tcp("localhost", port)));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
        await using var free = Listener.Listen(Address.Tcp("127.0.0.1", port));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_star_is_every_address_of_both_families()
    {
        await using var listener = Listener.Listen("*:0");
        var address = Assert.Single(listener.LocalAddresses);
        Assert.Equal("*", address.Host);
        using var four = Connect(Address.Tcp("127.0.0.1", address.Port));
        var peer = await listener.AcceptAsync();
        Assert.Equal("127.0.0.1", peer.RemoteAddress.Host);
        Assert.Equal("127.0.0.1", peer.LocalAddress.Host);
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        using var six = Connect(Address.Tcp("::1", address.Port));
        var sixth = await listener.AcceptAsync();
        Assert.Equal("::1", sixth.RemoteAddress.Host);
        peer.Abort();
        sixth.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task All_of_IPv6_does_not_mean_IPv4()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var listener = Listener.Listen("[::]:0");
        var port = listener.LocalAddress.Port;
        Assert.Equal(SocketError.ConnectionRefused, ErrorOfConnecting(Address.Tcp("127.0.0.1", port)));
        await using var four = Listener.Listen(Address.Tcp("0.0.0.0", port));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("*", "127.0.0.1")]
    [InlineData("127.0.0.1", "*")]
    [InlineData("*", "*")]
    [InlineData("localhost", "*")]
    [InlineData("localhost", "::1")]
    public async Task A_second_server_at_the_port_is_refused(string first, string second)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var listener = Listener.Listen(Address.Tcp(first, 0));
        var taken = Address.Tcp(second, listener.LocalAddress.Port);
        var error = Assert.Throws<NetException>(() => Listener.Listen(taken));
        Assert.Equal((NetErrorKind.AddressInUse, NetOperation.Listen), (error.Kind, error.Operation));
        Assert.Same(taken, error.Address);
        Assert.Equal($"listen tcp {second.Replace("::1", "[::1]")}:{taken.Port}: the port is taken by another socket", error.Message);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_shared_port_is_shared_only_when_both_ask()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "this system cannot share ports");
        var shared = new ListenOptions { ReusePort = true };
        await using var first = Listener.Listen("localhost:0", shared);
        var address = Address.Tcp("localhost", first.LocalAddress.Port);
        await using var second = Listener.Listen(address, shared);
        Assert.Equal(first.LocalAddresses, second.LocalAddresses);
        Assert.Equal(NetErrorKind.AddressInUse, Assert.Throws<NetException>(() => Listener.Listen(address)).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Listening_again_at_once_works_while_old_connections_linger()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var listener = Listener.Listen("localhost:0");
        var address = listener.LocalAddress;
        using (var caller = Connect(address))
        {
            var peer = await listener.AcceptAsync();
            var closing = peer.CloseAsync(); // whoever closes first keeps the port in TIME_WAIT
            Assert.Equal(0, caller.Receive(new byte[1]));
            caller.Dispose();
            await closing;
        }
        await listener.DisposeAsync();
        Assert.True(IsRefusedWithoutReuse(address), "no connection lingers: the test proves nothing");
        await using var again = Listener.Listen(Address.Tcp("localhost", address.Port));
        using var next = Connect(address);
        var served = await again.AcceptAsync();
        served.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Callers_are_refused_once_it_is_closed()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var listener = Listener.Listen("127.0.0.1:0");
        await listener.DisposeAsync();
        await listener.DisposeAsync();
        Assert.Equal(SocketError.ConnectionRefused, ErrorOfConnecting(listener.LocalAddress));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => listener.AcceptAsync().AsTask());
    }

    /// <summary>How a server stops; the system may tell the waiting accept of either.</summary>
    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task Closing_and_cancelling_at_once_is_no_error_of_the_system(string address)
    {
        for (var round = 0; round < 200; round++)
        {
            using var cancel = new CancellationTokenSource();
            var listener = Listener.Listen(address);
            var pending = listener.AcceptAsync(cancel.Token).AsTask();
            await listener.DisposeAsync();
            await cancel.CancelAsync();
            var error = await Record.ExceptionAsync(() => pending);
            Assert.True(error is OperationCanceledException or ObjectDisposedException, error?.ToString());
        }
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task Closing_ends_every_pending_accept(string address)
    {
        var listener = Listener.Listen(address);
        var pending = Enumerable.Range(0, 3).Select(_ => listener.AcceptAsync().AsTask()).ToArray();
        await listener.DisposeAsync();
        foreach (var accept in pending)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => accept);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:0")]
    public async Task A_cancelled_accept_loses_no_caller(string address)
    {
        await using var listener = Listener.Listen(address);
        var served = 0;
        var callers = new List<Socket>();
        for (var i = 0; i < 200; i++)
        {
            using var cancel = new CancellationTokenSource();
            var accept = listener.AcceptAsync(cancel.Token).AsTask();
            var connecting = Task.Run(() => Connect(listener.LocalAddresses[i % listener.LocalAddresses.Count]));
            cancel.Cancel();
            callers.Add(await connecting);
            try
            {
                (await accept).Abort();
                served++;
            }
            catch (OperationCanceledException error)
            {
                Assert.Equal(cancel.Token, error.CancellationToken);
            }
        }
        for (; served < callers.Count; served++)
            (await listener.AcceptAsync()).Abort();
        callers.ForEach(caller => caller.Dispose());
    }

    [Fact(Timeout = HangGuard)]
    public async Task No_address_is_kept_waiting_by_another()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var listener = Listener.Listen("localhost:0");
        var callers = listener.LocalAddresses.SelectMany(address => Enumerable.Range(0, 10).Select(_ => Connect(address))).ToList();
        var hosts = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            var peer = await listener.AcceptAsync();
            hosts.Add(peer.LocalAddress.Host);
            peer.Abort();
        }
        Assert.Equal(5, hosts.Count(host => host == "::1"));
        callers.ForEach(caller => caller.Dispose());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Two_hundred_callers_at_once_each_get_one_of_many_accepts()
    {
        await using var listener = Listener.Listen("localhost:0");
        var accepts = Enumerable.Range(0, 200).Select(_ => listener.AcceptAsync().AsTask()).ToArray();
        var callers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            Task.Run(() => Connect(listener.LocalAddresses[i % listener.LocalAddresses.Count]))));
        var peers = await Task.WhenAll(accepts);
        Assert.Equal(
            callers.Select(caller => Address.From(caller.LocalEndPoint, Transport.Tcp).ToString()).Order(),
            peers.Select(peer => peer.RemoteAddress.ToString()).Order());
        Array.ForEach(callers, caller => caller.Dispose());
        Array.ForEach(peers, peer => peer.Abort());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_that_is_gone_before_it_is_accepted_harms_nobody()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        using (var gone = Connect(listener.LocalAddress))
            gone.LingerState = new LingerOption(true, 0); // a reset
        using var caller = Connect(listener.LocalAddress);
        caller.Send("x"u8);
        var first = await listener.AcceptAsync();
        var seen = first;
        if (!first.RemoteAddress.Equals(Address.From(caller.LocalEndPoint, Transport.Tcp)))
            seen = await listener.AcceptAsync(); // Linux hands out the dead one as well
        Assert.Equal('x', seen.ReadByte());
        seen.Abort();
        first.Abort();
    }

    [Theory]
    [InlineData("example.com:80")]
    [InlineData("udp://localhost:80")]
    [InlineData("unixgram:/tmp/x")]
    public void What_no_stream_can_listen_at_is_an_invalid_address(string text) =>
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Listener.Listen(text)).Kind);

    [Fact]
    public void An_address_of_another_machine_is_unavailable()
    {
        var error = Assert.Throws<NetException>(() => Listener.Listen("192.0.2.1:0"));
        Assert.Equal((NetErrorKind.AddressUnavailable, NetOperation.Listen), (error.Kind, error.Operation));
        Assert.Equal("listen tcp 192.0.2.1:0: that is not an address of this machine", error.Message);
    }

    [Fact]
    public void A_backlog_of_none_is_a_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ListenOptions { Backlog = 0 });

    private static Socket Connect(Address address)
    {
        var socket = new Socket(address.IP!.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address.IP, address.Port);
        return socket;
    }

    private static SocketError ErrorOfConnecting(Address address)
    {
        try
        {
            Connect(address).Dispose();
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    private static bool IsRefusedWithoutReuse(Address address)
    {
        // .NET binds with SO_REUSEADDR only where it is told that the socket is TCP.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new IPEndPoint(address.IP!, address.Port));
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
