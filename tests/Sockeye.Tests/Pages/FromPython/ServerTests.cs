using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of servers and of many sockets at once.</summary>
public class ServerTests
{
    [Fact(Timeout = 120_000)]
    public async Task A_silent_caller_holds_Python_s_server_up()
    {
        Assert.Equal("TimeoutError", await Python.RunAsync(
            $"""
            {Shout}
            server = start(socketserver.TCPServer)
            silent = socket.create_connection(server.server_address)
            print(ask(server, 0.3))
            """));
        await using var ours = Server.Start("127.0.0.1:0", ShoutAsync);
        await using var silent = await Connection.ConnectAsync(ours.LocalAddress);
        await using var caller = await Connection.ConnectAsync(ours.LocalAddress);
        await caller.Lines.WriteLineAsync("hello");
        Assert.Equal("HELLO", await caller.Lines.ReadLineAsync());
    }

    [Fact]
    public async Task Python_s_servers_have_other_defaults()
    {
        Assert.Equal("False 5 None 8192", await Python.RunAsync(
            """
            from socketserver import *
            print(TCPServer.allow_reuse_address, TCPServer.request_queue_size, StreamRequestHandler.timeout, UDPServer.max_packet_size)
            """));
        var options = new ServerOptions();
        Assert.Equal((512, 60, 1000, 5), (options.Listen.Backlog, options.IdleTimeout.TotalSeconds, options.MaxConnections, options.DrainTimeout.TotalSeconds));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_handler_that_throws_gives_half_an_answer_for_the_whole_in_Python()
    {
        Assert.Equal("b'half an ans' b''", await Python.RunAsync(
            """
            import socketserver, threading
            class Half(socketserver.StreamRequestHandler):
                def handle(self):
                    self.wfile.write(b'half an ans')
                    raise ValueError('of the handler')
            server = socketserver.TCPServer(('127.0.0.1', 0), Half)
            threading.Thread(target=server.handle_request).start()
            peer = socket.create_connection(server.server_address)
            print(peer.recv(100), peer.recv(100))
            """));
        var told = new TaskCompletionSource<Exception?>();
        await using var ours = Server.Start("127.0.0.1:0", async (peer, stop) =>
        {
            await peer.Lines.ReadLineAsync(stop);
            await peer.WriteAsync("half an ans"u8.ToArray(), stop);
            throw new FormatException("of the handler");
        }, new() { OnDisconnected = (_, error) => told.SetResult(error) });
        await using var caller = await Connection.ConnectAsync(ours.LocalAddress);
        await caller.WriteAsync("ready\n"u8.ToArray());
        var seen = await Assert.ThrowsAsync<NetException>(() => caller.CopyToAsync(Stream.Null));
        Assert.Equal(NetErrorKind.Reset, seen.Kind);
        Assert.Equal("of the handler", (await told.Task)!.Message);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_of_Python_s_that_has_shut_down_still_takes_callers()
    {
        Assert.Equal("TimeoutError True", await Python.RunAsync(
            $"""
            {Shout}
            server = start(socketserver.ThreadingTCPServer)
            silent = socket.create_connection(server.server_address)
            ask(server, 10)
            server.shutdown()
            answer = ask(server, 0.3)
            closing = threading.Thread(target=server.server_close)
            closing.start()
            closing.join(0.5)
            print(answer, closing.is_alive())
            silent.close()
            """));
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var ours = Server.Start("127.0.0.1:0", ShoutAsync, new() { DrainTimeout = TimeSpan.FromMilliseconds(100) });
        await using var slow = await Connection.ConnectAsync(ours.LocalAddress);
        await slow.Lines.WriteLineAsync("hello");
        await slow.Lines.ReadLineAsync();
        await ours.StopAsync();
        var refused = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync(ours.LocalAddress).AsTask());
        var reset = await Assert.ThrowsAsync<NetException>(() => slow.ReadAsync(new byte[1]).AsTask());
        Assert.Equal((NetErrorKind.Refused, NetErrorKind.Reset), (refused.Kind, reset.Kind));
    }

    [Fact(Timeout = 120_000)]
    public async Task Python_s_server_cuts_a_long_datagram_without_a_word()
    {
        Assert.Equal("b'8192'", await Python.RunAsync(
            """
            import socketserver, threading
            class Count(socketserver.DatagramRequestHandler):
                def handle(self):
                    self.wfile.write(str(len(self.rfile.read())).encode())
            server = socketserver.UDPServer(('127.0.0.1', 0), Count)
            threading.Thread(target=server.handle_request).start()
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.sendto(bytes(10_000), server.server_address)
            print(s.recv(100))
            """));
        await using var ours = DatagramServer.Start("127.0.0.1:0", (request, _) => new(System.Text.Encoding.ASCII.GetBytes($"{request.Bytes.Length}")));
        await using var caller = await DatagramSocket.ConnectAsync(ours.LocalAddress);
        await caller.SendAsync(new byte[10_000]);
        Assert.Equal("10000", (await caller.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task Select_knows_no_descriptor_from_1024_on() => Assert.Equal("ValueError", await Python.RunAsync(
        """
        import os, resource, select
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        s = socket.socket()
        os.dup2(s.fileno(), 1024)
        print(outcome(lambda: select.select([1024], [], [], 0)))
        """));

    [Fact(Timeout = 120_000)]
    public async Task A_line_over_the_limit_is_thrown_away_by_asyncio_and_kept_by_us()
    {
        Assert.Equal("ValueError b'next\\n'", await Python.RunAsync(
            """
            import asyncio
            async def main():
                async def serve(reader, writer):
                    writer.write(b'x' * 100_000 + b'\nnext\n')
                    await writer.drain()
                    writer.close()
                server = await asyncio.start_server(serve, '127.0.0.1', 0)
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                try:
                    await reader.readline()
                except ValueError as error:
                    print(type(error).__name__, await reader.readline())
            asyncio.run(main())
            """));
        var (client, server) = Connection.CreatePair();
        var sending = server.WriteAsync((byte[])[.. new byte[100_000], .. "\nnext\n"u8]).AsTask();
        await Assert.ThrowsAsync<NetException>(() => client.Lines.ReadLineAsync().AsTask());
        Assert.Equal(100_000, (await client.Lines.ReadExactlyAsync(100_000)).Length);
        Assert.Equal("", await client.Lines.ReadLineAsync());
        Assert.Equal("next", await client.Lines.ReadLineAsync());
        await sending;
    }

    [Fact]
    public async Task A_reader_beside_a_writer_is_allowed_and_two_readers_are_not()
    {
        var (client, server) = Connection.CreatePair();
        var reading = client.Lines.ReadLineAsync().AsTask();
        await client.WriteAsync("x"u8.ToArray());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.Lines.ReadLineAsync().AsTask());
        await server.WriteAsync("y\n"u8.ToArray());
        Assert.Equal("y", await reading);
    }

    private const string Shout = """
        import socketserver, threading
        class Shout(socketserver.StreamRequestHandler):
            def handle(self):
                for line in self.rfile:
                    self.wfile.write(line.upper())
        def start(kind):
            server = kind(('127.0.0.1', 0), Shout)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            return server
        def ask(server, limit):
            with socket.create_connection(server.server_address) as peer:
                peer.settimeout(limit)
                peer.sendall(b'hello\n')
                return outcome(lambda: peer.recv(100))
        """;

    private static async Task ShoutAsync(Connection peer, CancellationToken stop)
    {
        await foreach (var line in peer.Lines.ReadAllAsync(stop))
            await peer.Lines.WriteLineAsync(line.ToUpperInvariant(), stop);
    }
}
