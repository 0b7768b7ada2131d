using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of listening.</summary>
public class ListeningTests
{
    [Fact]
    public async Task Python_s_localhost_is_half_of_it()
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        Assert.Equal("127.0.0.1 ::1", await Python.RunAsync(
            """
            first = socket.create_server(('localhost', 0)).getsockname()
            second = socket.create_server(('::1', first[1]), family=socket.AF_INET6).getsockname()
            print(first[0], second[0])
            """));
        await using var listener = Listener.Listen("localhost:0");
        Assert.Equal(["127.0.0.1", "::1"], listener.LocalAddresses.Select(address => address.Host).Order(StringComparer.Ordinal));
        Assert.Single(listener.LocalAddresses.Select(address => address.Port).Distinct());
    }

    [Fact]
    public async Task All_addresses_are_one_family_in_Python_unless_it_is_told_and_callers_then_look_odd()
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        Assert.Equal("0.0.0.0 True ::ffff:127.0.0.1", await Python.RunAsync(
            """
            every = socket.create_server(('', 0)).getsockname()[0]
            server = socket.create_server(('', 0), family=socket.AF_INET6, dualstack_ipv6=True)
            peer = socket.create_connection(('127.0.0.1', server.getsockname()[1]))
            print(every, socket.has_dualstack_ipv6(), server.accept()[1][0])
            """));
        await using var listener = Listener.Listen("*:0");
        foreach (var host in (string[])["127.0.0.1", "::1"])
        {
            await using var caller = await Connection.ConnectAsync(host, listener.LocalAddress.Port);
            await using var peer = await listener.AcceptAsync();
            Assert.Equal(host, peer.RemoteAddress.Host);
        }
    }

    [Fact]
    public async Task A_bare_bind_of_Python_cannot_restart_at_once()
    {
        Assert.Equal("98 None", await Python.RunAsync(
            """
            def bare(place):
                server = socket.socket()
                server.bind(place)
                server.listen()
                return server
            def restart(listen):
                server = listen(('127.0.0.1', 0))
                place = server.getsockname()
                peer = socket.create_connection(place)
                server.accept()[0].close()
                peer.recv(1)
                peer.close()
                server.close()
                try:
                    listen(place)
                except OSError as error:
                    return error.errno
            print(restart(bare), restart(socket.create_server))
            """));
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        Address place;
        await using (var listener = Listener.Listen("127.0.0.1:0"))
        {
            place = listener.LocalAddress;
            await using var caller = await Connection.ConnectAsync(place);
            await using (await listener.AcceptAsync())
                await caller.CloseWriteAsync();
        }
        await using var again = Listener.Listen(place);
        Assert.Equal(place, again.LocalAddress);
    }

    [Fact]
    public void Listening_never_asks_name_servers() =>
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Listener.Listen("www.example.com:0")).Kind);

    [Fact(Timeout = 120_000)]
    public async Task Closing_ends_an_accept_that_waits_but_not_in_Python()
    {
        Assert.Equal("True", await Python.RunAsync(
            """
            import threading
            server = socket.create_server(('127.0.0.1', 0))
            waiting = threading.Thread(target=server.accept, daemon=True)
            waiting.start()
            time.sleep(0.1)
            server.close()
            waiting.join(0.3)
            print(waiting.is_alive())
            """));
        var listener = Listener.Listen("127.0.0.1:0");
        var accepting = listener.AcceptAsync().AsTask();
        await listener.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting);
    }
}
