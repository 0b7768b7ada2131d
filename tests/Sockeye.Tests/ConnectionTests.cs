using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>The manners of a connection, over TCP, Unix sockets, memory and TLS alike.</summary>
public class ConnectionTests
{
    public static TheoryData<Ground> Grounds => new(ConnectionPairs.All);

    public static TheoryData<Ground> Sockets => new(ConnectionPairs.Sockets);

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Bytes_arrive_in_order_and_the_end_is_a_read_of_zero(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground, Patient);
        var sent = Payload(3_000_000);
        var sending = Task.Run(async () =>
        {
            await client.WriteAsync(sent);
            await client.CloseAsync();
        });
        var received = new MemoryStream();
        await server.CopyToAsync(received);
        await server.CloseAsync();
        await sending;
        Assert.Equal(sent, received.ToArray());
        Assert.Equal((sent.Length, sent.Length), (client.BytesSent, server.BytesReceived));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task An_empty_read_waits_until_bytes_have_come_and_takes_none(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        for (var i = 0; i < 3; i++)
        {
            var waiting = server.ReadAsync(Memory<byte>.Empty).AsTask();
            Assert.False(waiting.IsCompleted);
            await client.WriteAsync("xyz"u8.ToArray());
            Assert.Equal(0, await waiting);
            Assert.Equal(0, await server.ReadAsync(Memory<byte>.Empty));
            Assert.Equal(1, await server.ReadAsync(new byte[1]));
            Assert.Equal(2, await server.ReadAsync(new byte[10]));
        }
        await client.CloseWriteAsync();
        Assert.Equal(0, await server.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(0, await server.ReadAsync(new byte[1]));
        client.Abort();
        server.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task An_empty_read_that_is_given_up_makes_no_later_read_believe_that_bytes_are_there(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        using var giveUp = new CancellationTokenSource();
        var waiting = server.ReadAsync(Memory<byte>.Empty, giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var reading = server.ReadAsync(new byte[10]).AsTask();
        Assert.False(reading.IsCompleted);
        await client.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await reading);
        client.Abort();
        server.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Half_close_lets_the_other_direction_go_on(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        await client.Lines.WriteAsync("question");
        await client.CloseWriteAsync();
        await client.CloseWriteAsync();
        Assert.Equal("question", await server.Lines.ReadToEndAsync());
        await server.Lines.WriteAsync("answer");
        await server.CloseAsync();
        Assert.Equal("answer", await client.Lines.ReadToEndAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.WriteAsync(new byte[1]).AsTask());
        Assert.False(client.CanWrite);
        await client.CloseAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task An_abort_is_a_reset_for_a_peer_that_reads(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        await server.WriteAsync(new byte[1]);
        client.Abort();
        if (ground.IsUnix())
            return; // A Unix peer sees a reset only where unread bytes were lost, which reading need not tell.
        var error = await Assert.ThrowsAsync<NetException>(async () => await server.ReadAsync(new byte[10]));
        Assert.Equal((NetErrorKind.Reset, NetOperation.Read), (error.Kind, error.Operation));
        Assert.Contains("reset", error.Message, StringComparison.Ordinal);
        var again = await Assert.ThrowsAsync<NetException>(async () => await server.ReadAsync(new byte[10]));
        Assert.Equal(NetErrorKind.Reset, again.Kind);
        var close = await Assert.ThrowsAsync<NetException>(async () => await server.CloseAsync());
        Assert.Equal(NetErrorKind.Reset, close.Kind);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Writing_to_a_peer_that_closed_fails_as_broken_and_closing_says_it_again(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        server.Abort();
        var error = await Assert.ThrowsAsync<NetException>(async () =>
        {
            while (true)
                await client.WriteAsync(new byte[100_000]);
        });
        Assert.Equal(NetBlame.Broken, error.Blame);
        var later = await Assert.ThrowsAsync<NetException>(async () => await client.WriteAsync(new byte[1]));
        Assert.Equal(error.Kind, later.Kind);
        var close = await Assert.ThrowsAsync<NetException>(async () => await client.CloseAsync());
        Assert.Equal(error.Kind, close.Kind);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_full_pipe_makes_the_writer_wait_and_cancelling_it_breaks_the_sending_direction(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        using var cancel = new CancellationTokenSource();
        var writing = client.WriteAsync(new byte[50_000_000], cancel.Token).AsTask();
        Assert.False(writing.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        var later = await Assert.ThrowsAsync<NetException>(async () => await client.WriteAsync(new byte[1]));
        Assert.Equal(NetErrorKind.ClosedForWriting, later.Kind);
        Assert.Contains("of 50,000,000 bytes", later.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NetException>(async () => await client.CloseAsync());
        if (ground.IsUnix())
            return; // A Unix socket has no reset: what was sent can be read, and then comes the end.
        await Assert.ThrowsAsync<NetException>(async () => await server.CopyToAsync(Stream.Null));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_cancelled_read_loses_nothing(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        using var cancel = new CancellationTokenSource();
        var reading = client.Lines.ReadLineAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await server.WriteAsync("late\n"u8.ToArray());
        Assert.Equal("late", await client.Lines.ReadLineAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task The_idle_limit_counts_traffic_in_both_directions(Ground ground)
    {
        var time = new FakeTimeProvider();
        var (client, server) = await ConnectionPairs.CreateAsync(
            ground, new ConnectionOptions { Time = time, IdleTimeout = TimeSpan.FromSeconds(10) });
        var reading = client.ReadAsync(new byte[10]).AsTask();
        time.Advance(TimeSpan.FromSeconds(7));
        await client.WriteAsync(new byte[1]);
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        var error = await Assert.ThrowsAsync<NetException>(() => reading);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Read), (error.Kind, error.Operation));
        Assert.Contains("no byte came for 10 s", error.Message, StringComparison.Ordinal);
        server.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_read_limit_holds_for_asynchronous_and_blocking_reads(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        client.ReadTimeout = 20;
        var error = await Assert.ThrowsAsync<NetException>(async () => await client.ReadAsync(new byte[1]));
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
        error = Assert.Throws<NetException>(() => client.ReadByte());
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Read), (error.Kind, error.Operation));
        client.ReadTimeout = Timeout.Infinite;
        await server.WriteAsync("x"u8.ToArray());
        Assert.Equal('x', client.ReadByte());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_write_limit_ends_a_write_that_the_peer_does_not_take(Ground ground)
    {
        foreach (var blocking in new[] { false, true })
        {
            var (client, server) = await ConnectionPairs.CreateAsync(ground);
            client.WriteTimeout = 50;
            var error = await Assert.ThrowsAsync<NetException>(async () =>
            {
                if (blocking)
                    client.Write(new byte[50_000_000]);
                else
                    await client.WriteAsync(new byte[50_000_000]);
            });
            Assert.Equal((NetErrorKind.TimedOut, NetOperation.Write), (error.Kind, error.Operation));
            client.Abort();
            server.Abort();
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Closing_ends_a_pending_read_without_a_reset_for_the_peer(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        var reading = client.ReadAsync(new byte[1]).AsTask();
        await client.WriteAsync("last"u8.ToArray());
        var closing = client.CloseAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        Assert.Equal("last", await server.Lines.ReadToEndAsync());
        await server.CloseAsync();
        await closing;
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Closing_takes_in_unread_bytes_so_that_our_last_ones_arrive(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        await client.WriteAsync(new byte[10_000]);
        await server.WriteAsync("reply"u8.ToArray());
        var closing = server.CloseAsync().AsTask();
        Assert.Equal("reply", await client.Lines.ReadToEndAsync());
        await client.CloseAsync();
        await closing;
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Sockets))]
    public async Task Closing_waits_no_longer_than_its_limit(Ground ground)
    {
        var time = new FakeTimeProvider();
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(ground, new ConnectionOptions { Time = time });
        await client.WriteAsync(new byte[1]);
        var closing = client.CloseAsync().AsTask();
        Assert.Equal(1, await peer.ReceiveAsync(new byte[10]));
        Assert.Equal(0, await peer.ReceiveAsync(new byte[10]));
        await peer.SendAsync(new byte[1]); // Carries the acknowledgement, which may come 40 ms late by itself.
        time.Advance(TimeSpan.FromSeconds(2));
        await closing; // The peer's system has everything, so this is no error.
    }

    [Fact(Timeout = HangGuard)]
    public async Task Closing_says_when_the_peer_took_nothing()
    {
        var time = new FakeTimeProvider();
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp, new ConnectionOptions { Time = time });
        // Fill both kernels' buffers, so that what Lines holds cannot leave.
        using var stuck = new CancellationTokenSource();
        var filling = client.WriteAsync(new byte[50_000_000], stuck.Token).AsTask();
        var closing = client.CloseAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<NetException>(() => closing);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Close), (error.Kind, error.Operation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => filling);
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Closing_says_when_sent_bytes_are_not_acknowledged()
    {
        var time = new FakeTimeProvider();
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp, new ConnectionOptions { Time = time });
        peer.ReceiveBufferSize = 4096;
        await client.WriteAsync(new byte[128 * 1024]); // Taken by our kernel, but more than the peer's takes.
        var closing = client.CloseAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<NetException>(() => closing);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Close), (error.Kind, error.Operation));
        Assert.Contains("not acknowledged", error.Message, StringComparison.Ordinal);
        peer.Dispose();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Disposal_never_throws_where_closing_would(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        await client.WriteAsync(new byte[10]);
        server.Abort();
        await client.DisposeAsync();
        await client.DisposeAsync();
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.ReadAsync(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.WriteAsync(new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => client.ReadByte());
        Assert.NotNull(client.RemoteAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_write_after_the_peer_closed_shows_at_the_end_of_reading()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        peer.Dispose();
        await client.WriteAsync(new byte[10]);    // Succeeds: the kernel cannot know yet. The peer's answers with RST.
        var error = await Assert.ThrowsAsync<NetException>(async () => await client.ReadAsync(new byte[1]));
        Assert.Equal((NetErrorKind.ClosedForWriting, NetOperation.Write), (error.Kind, error.Operation));
        Assert.Equal(error.Kind, (await Assert.ThrowsAsync<NetException>(async () => await client.ReadAsync(new byte[1]))).Kind);
        client.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_write_after_the_peer_closed_fails_and_so_does_closing()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        peer.Dispose();
        await client.WriteAsync(new byte[10]); // Succeeds: the kernel cannot know yet. The peer's answers with RST.
        while (true)
        {
            try
            {
                await client.WriteAsync(new byte[1]);
            }
            catch (NetException error)
            {
                Assert.Equal(NetErrorKind.ClosedForWriting, error.Kind);
                break;
            }
        }
        await Assert.ThrowsAsync<NetException>(async () => await client.CloseAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Two_readers_at_once_are_refused(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        var reading = client.ReadAsync(new byte[1]).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.Lines.ReadLineAsync());
        await server.WriteAsync(new byte[1]);
        Assert.Equal(1, await reading);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Two_peers_that_both_write_much_before_they_read_do_not_wait_for_each_other(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground, Patient);
        await Task.WhenAll(TalkAsync(client), TalkAsync(server));

        static async Task TalkAsync(Connection connection)
        {
            var writing = Task.Run(async () =>
            {
                for (var i = 0; i < 100_000; i++)
                    await connection.Lines.WriteLineAsync($"line {i}");
                await connection.CloseWriteAsync();
            });
            var count = 0;
            await foreach (var line in connection.Lines.ReadAllAsync())
                Assert.Equal($"line {count++}", line);
            Assert.Equal(100_000, count);
            await writing;
            await connection.CloseAsync();
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_read_sends_what_was_buffered(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        await client.Lines.WriteAsync("prompt:");
        Assert.Equal(0, client.BytesSent);
        var reading = client.Lines.ReadLineAsync().AsTask();
        Assert.Equal("prompt:"u8.ToArray(), (await server.Lines.ReadExactlyAsync(7)).ToArray());
        await server.Lines.WriteLineAsync("reply");
        await server.Lines.FlushAsync();
        Assert.Equal("reply", await reading);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_flush_that_the_peer_does_not_take_is_told_at_the_next_operation_and_a_read_may_go_on()
    {
        var (client, server) = Connection.CreatePair();
        await client.WriteAsync(new byte[64 * 1024]);
        client.WriteTimeout = 50;
        client.ReadTimeout = 5_000;
        await client.Lines.WriteAsync("prompt:");
        await server.WriteAsync(new byte[1]);
        Assert.Equal(1, await client.ReadAsync(new byte[1]));     // starts the flush, which waits for nobody
        var error = await Assert.ThrowsAsync<NetException>(async () =>
        {
            await client.Lines.FlushAsync();                      // behind the flush that was started
        });
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Write), (error.Kind, error.Operation));
        await server.WriteAsync(new byte[1]);
        Assert.Equal(1, await client.ReadAsync(new byte[1]));
        client.Abort();
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_flush_that_failed_unheard_is_told_by_the_next_read()
    {
        var (client, server) = Connection.CreatePair();
        await client.WriteAsync(new byte[64 * 1024]);
        client.WriteTimeout = 50;
        await client.Lines.WriteAsync("prompt:");
        NetException? told = null;
        while (told is null)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            try
            {
                await client.ReadAsync(new byte[1], soon.Token);
            }
            catch (OperationCanceledException)
            {
                // Nothing came; the flush goes on beside.
            }
            catch (NetException error)
            {
                told = error;
            }
        }
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Write), (told.Kind, told.Operation));
        client.Abort();
        server.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task The_library_of_dotnet_works_over_a_connection(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        using (var writer = new BinaryWriter(client, Encoding.UTF8, leaveOpen: true))
            writer.Write("text by length");
        using var reader = new BinaryReader(server, Encoding.UTF8, leaveOpen: true);
        Assert.Equal("text by length", reader.ReadString());

        var streamReader = new StreamReader(server);
        var reading = Task.Run(streamReader.ReadLine);
        client.Write("a line\n"u8);
        Assert.Equal("a line", await reading);

        var pipe = PipeReader.Create(server);
        await client.WriteAsync("piped"u8.ToArray());
        Assert.Equal(5, (await pipe.ReadAtLeastAsync(5)).Buffer.Length);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Blocking_members_carry_bytes_and_the_end(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        var sent = Payload(1_000_000);
        var sending = Task.Run(() =>
        {
            client.Write(sent);
            client.Dispose();
        });
        var received = new MemoryStream();
        server.CopyTo(received);
        server.Dispose();
        await sending;
        Assert.Equal(sent, received.ToArray());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Sockets))]
    public async Task A_connection_over_a_stream_has_the_same_manners(Ground ground)
    {
        var (inner, server) = await ConnectionPairs.CreateAsync(ground);
        var client = Connection.Over(inner);
        Assert.Equal(inner.RemoteAddress, client.RemoteAddress);
        await client.Lines.WriteLineAsync("hello");
        await client.CloseWriteAsync();
        Assert.Equal("hello\n", await server.Lines.ReadToEndAsync());
        await server.CloseAsync();
        Assert.Equal(0, await client.ReadAsync(new byte[1]));
        await client.CloseAsync();

        var oneWay = Connection.Over(new MemoryStream());
        var error = await Assert.ThrowsAsync<NetException>(async () => await oneWay.CloseWriteAsync());
        Assert.Equal(NetErrorKind.Unsupported, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Both_ends_know_each_other()
    {
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        Assert.Equal(client.LocalAddress, server.RemoteAddress);
        Assert.Equal(client.RemoteAddress, server.LocalAddress);
        Assert.Equal("127.0.0.1", client.LocalAddress.Host);
    }

    [Theory(Timeout = HangGuard), InlineData(true), InlineData(false)]
    public async Task Small_writes_are_sent_at_once_unless_asked_otherwise(bool byDefault)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialled = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await dialled.ConnectAsync(listener.LocalEndpoint);
        var options = byDefault ? ConnectionOptions.Default : new() { NoDelay = false };
        await using var connection = Connection.FromSocket(dialled, Transport.Tcp, null, options);
        Assert.Equal(byDefault, dialled.NoDelay);
    }

    private static byte[] Payload(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Much is still on its way when they close, and the machine may have other things to do.</summary>
    private static ConnectionOptions Patient { get; } = new() { CloseTimeout = Timeout.InfiniteTimeSpan };

    private const int HangGuard = 60_000;
}
