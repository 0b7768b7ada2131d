using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of datagrams and of Unix sockets.</summary>
public class DatagramTests
{
    [Fact]
    public async Task What_does_not_fit_is_dropped_without_a_word_in_Python()
    {
        Assert.Equal("b'time' TimeoutError", await Python.RunAsync(
            """
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(('127.0.0.1', 0))
            server.settimeout(0.2)
            server.sendto(b'time and more', server.getsockname())
            print(server.recvfrom(4)[0], outcome(lambda: server.recvfrom(9)))
            """));
        await using var socket = DatagramSocket.Bind("127.0.0.1:0");
        await using var narrow = DatagramSocket.Bind("127.0.0.1:0", new() { MaxDatagram = 4 });
        foreach (var to in (DatagramSocket[])[socket, narrow])
            await socket.SendToAsync("time and more"u8.ToArray(), to.LocalAddress);
        Assert.Equal(("time and more", false), ((await socket.ReceiveAsync()).Text, false));
        var cut = await narrow.ReceiveAsync();
        Assert.Equal(("time", true), (cut.Text, cut.Truncated));
    }

    [Fact]
    public async Task A_socket_of_Python_s_has_one_family_and_no_service_names()
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        Assert.Equal("gaierror TypeError", await Python.RunAsync(
            """
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            print(outcome(lambda: s.sendto(b'', ('::1', 9))), outcome(lambda: s.sendto(b'', ('localhost', 'time'))))
            """));
        await using var sender = DatagramSocket.Open();
        foreach (var host in (string[])["127.0.0.1", "[::1]"])
        {
            await using var server = DatagramSocket.Bind($"{host}:0");
            await sender.SendToAsync("hello"u8.ToArray(), server.LocalAddress);
            Assert.Equal("hello", (await server.ReceiveAsync()).Text);
        }
        Assert.Equal(37, Address.Udp("localhost", "time").Port);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_connected_socket_hears_of_nobody_there_and_another_does_not()
    {
        var port = PeerPort.Choose();
        Assert.Equal("ConnectionRefusedError TimeoutError", await Python.RunAsync(
            $"""
            def ask(s):
                s.settimeout(0.3)
                return outcome(lambda: s.recv(1))
            connected = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            connected.connect(('127.0.0.1', {port}))
            connected.send(b'')
            other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            other.sendto(b'', ('127.0.0.1', {port}))
            print(ask(connected), ask(other))
            """));
        await using var connected = await DatagramSocket.ConnectAsync("127.0.0.1", port);
        await connected.SendAsync("");
        var error = await Assert.ThrowsAsync<NetException>(() => connected.ReceiveAsync().AsTask());
        Assert.Equal(NetErrorKind.Refused, error.Kind);
        await using var other = DatagramSocket.Open(new() { ReceiveTimeout = TimeSpan.FromMilliseconds(300) });
        await other.SendToAsync(ReadOnlyMemory<byte>.Empty, Address.Udp("127.0.0.1", port));
        error = await Assert.ThrowsAsync<NetException>(() => other.ReceiveAsync().AsTask());
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
    }

    [Fact]
    public async Task Python_leaves_a_file_and_unlinks_whoever_s_it_is()
    {
        using var scratch = new Scratch();
        var path = scratch.File("app.sock");
        Assert.Equal("OSError None ConnectionRefusedError", await Python.RunAsync(
            $"""
            import os
            def listen():
                server = socket.socket(socket.AF_UNIX)
                server.bind('{path}')
                server.listen()
                return server
            listen().close()
            again = outcome(listen)
            os.unlink('{path}')
            first = listen()
            os.unlink('{path}')
            second = listen()
            second.close()
            print(again, first.close(), outcome(lambda: socket.socket(socket.AF_UNIX).connect('{path}')))
            """));
        Assert.Throws<NetException>(() => Listener.Listen($"unix:{path}"));
        await using (var replacing = Listener.Listen($"unix:{path}", new() { ReplaceStalePath = true }))
        {
            var error = Assert.Throws<NetException>(() => Listener.Listen($"unix:{path}", new() { ReplaceStalePath = true }));
            Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
        }
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_name_in_the_abstract_is_written_with_an_at_sign()
    {
        var name = $"from-python-{Guid.NewGuid()}";
        await using var listener = Listener.Listen($"unix:@{name}");
        Assert.Equal("None", await Python.RunAsync($"print(outcome(lambda: socket.socket(socket.AF_UNIX).connect('\\0{name}')))"));
        await using var peer = await listener.AcceptAsync();
    }
}
