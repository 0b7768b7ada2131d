using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of bytes, of both ends and of ending.</summary>
public class BytesTests
{
    [Fact(Timeout = 120_000)]
    public async Task Python_s_send_takes_a_part_and_ours_everything()
    {
        Assert.Equal("True", await Python.RunAsync(
            """
            near, far = pair()
            near.settimeout(0.2)
            print(0 < near.send(bytes(20_000_000)) < 20_000_000)
            """));
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        var reading = server.Lines.ReadExactlyAsync(20_000_000).AsTask();
        await client.WriteAsync(new byte[20_000_000]);
        Assert.Equal(20_000_000, (await reading).Length);
    }

    [Fact(Timeout = 120_000)]
    public async Task After_a_write_that_was_cut_off_Python_goes_on_in_the_middle()
    {
        Assert.Equal("TimeoutError True b'!'", await Python.RunAsync(
            """
            import threading
            near, far = pair()
            near.settimeout(0.2)
            failure = outcome(lambda: near.sendall(bytes(20_000_000)))
            received = bytearray()
            reading = threading.Thread(target=lambda: received.extend(read_all(far)))
            reading.start()
            near.sendall(b'!')
            near.close()
            reading.join()
            print(failure, len(received) < 20_000_000, bytes(received[-1:]))
            """));
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        client.WriteTimeout = 200;
        var cutOff = await Assert.ThrowsAsync<NetException>(() => client.WriteAsync(new byte[20_000_000]).AsTask());
        var later = await Assert.ThrowsAsync<NetException>(() => client.WriteAsync("!"u8.ToArray()).AsTask());
        await client.DisposeAsync();
        var seen = await Assert.ThrowsAsync<NetException>(() => server.CopyToAsync(Stream.Null));
        Assert.Equal((NetErrorKind.TimedOut, NetErrorKind.ClosedForWriting, NetErrorKind.Reset), (cutOff.Kind, later.Kind, seen.Kind));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_reset_is_a_clean_end_the_second_time_in_Python_and_names_nobody()
    {
        Assert.Equal("ConnectionResetError b'' OSError", await Python.RunAsync(
            """
            near, far = pair()
            reset(far)
            print(outcome(lambda: near.recv(1)), outcome(lambda: near.recv(1)), outcome(near.getpeername))
            """));
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        var remote = Address.From(peer.LocalEndPoint, Transport.Tcp);
        peer.Close(0);
        foreach (var _ in (int[])[1, 2])
        {
            var error = await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask());
            Assert.Equal(NetErrorKind.Reset, error.Kind);
        }
        await connection.DisposeAsync();
        Assert.Equal(remote, connection.RemoteAddress);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_last_write_is_lost_without_a_word_in_Python()
    {
        Assert.Equal("None b'' None, None BrokenPipeError", await Python.RunAsync(
            """
            def dead_peer():
                near, far = pair()
                far.close()
                near.recv(1, socket.MSG_PEEK)
                return near
            def wait_for_reset(near):
                while near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO) == 8:    # TCP_CLOSE_WAIT
                    pass
            near = dead_peer()
            first = outcome(lambda: near.sendall(b'lost'))
            wait_for_reset(near)
            end, closed = near.recv(1), near.close()
            near = dead_peer()
            again = outcome(lambda: near.sendall(b'lost'))
            wait_for_reset(near)
            print(first, end, f'{closed},', again, outcome(lambda: near.sendall(b'lost too')))
            """));
        await using (var connection = await WithDeadPeerAsync())
        {
            await connection.WriteAsync("lost"u8.ToArray());
            var error = await Assert.ThrowsAsync<NetException>(() => connection.CloseAsync().AsTask());
            Assert.Equal(NetErrorKind.ClosedForWriting, error.Kind);
        }
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var (other, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        await using (other)
        {
            peer.Dispose();
            await other.WriteAsync("lost"u8.ToArray());
            var error = await Assert.ThrowsAsync<NetException>(() => other.ReadAsync(new byte[1]).AsTask());
            Assert.Equal(NetErrorKind.ClosedForWriting, error.Kind);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Closing_with_bytes_unread_costs_the_answer_in_Python()
    {
        await using var python = await Python.ServeAsync(
            """
            peer.recv(1)
            peer.sendall(bytes(1_000_000))
            peer.close()
            print('closed')
            """);
        await using var caller = await Connection.ConnectAsync("127.0.0.1", python.Port);
        await caller.WriteAsync("ab"u8.ToArray());
        await python.WaitForOutputLineAsync("closed");
        var error = await Assert.ThrowsAsync<NetException>(() => caller.CopyToAsync(Stream.Null));
        Assert.Equal(NetErrorKind.Reset, error.Kind);
        Assert.InRange(caller.BytesReceived, 1, 999_999);
    }

    [Fact(Timeout = 120_000)]
    public async Task Closing_with_bytes_unread_costs_nothing_here()
    {
        var answered = new TaskCompletionSource();
        await using var server = Server.Start("127.0.0.1:0", async (peer, stop) =>
        {
            await peer.ReadExactlyAsync(new byte[1], stop);
            await peer.WriteAsync(new byte[1_000_000], stop);
            answered.SetResult();
        });
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await caller.WriteAsync("ab"u8.ToArray());
        await answered.Task;
        await caller.CopyToAsync(Stream.Null);
        Assert.Equal(1_000_000, caller.BytesReceived);
    }

    [Fact(Timeout = 120_000)]
    public async Task Closing_ends_a_read_that_waits_but_not_in_Python()
    {
        Assert.Equal("True TimeoutError", await Python.RunAsync(
            """
            import threading
            near, far = pair()
            waiting = threading.Thread(target=lambda: near.recv(1), daemon=True)
            waiting.start()
            time.sleep(0.1)
            near.close()
            waiting.join(0.3)
            far.settimeout(0.3)
            print(waiting.is_alive(), outcome(lambda: far.recv(1)))
            """));
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        var reading = client.ReadAsync(new byte[1]).AsTask();
        await using (server)
            await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
    }

    [Fact]
    public async Task A_connection_over_a_socket_of_one_s_own_cannot_end_one_direction_alone()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", listener.LocalAddress.Port);
        await using var peer = Connection.Over(new NetworkStream(socket, ownsSocket: true));
        var error = await Assert.ThrowsAsync<NetException>(() => peer.CloseWriteAsync().AsTask());
        Assert.Equal(NetErrorKind.Unsupported, error.Kind);
    }

    /// <summary>A connection whose peer has closed, and whose end has come.</summary>
    private static async Task<Connection> WithDeadPeerAsync()
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        peer.Dispose();
        Assert.Equal(0, await connection.ReadAsync(new byte[1]));
        return connection;
    }
}
