using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>Two tasks at one connection: whichever comes first, each learns what happened and nothing hangs.</summary>
public class ConnectionRaceTests
{
    public static TheoryData<Ground> Grounds => new(ConnectionPairs.All);

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_close_ends_a_read_that_begins_beside_it(Ground ground)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (client, server) = await ConnectionPairs.CreateAsync(ground);
            var reading = Task.Run(() => EndsAsync(async () => await client.ReadAsync(new byte[1])));
            var closing = Task.Run(() => client.CloseAsync().AsTask());
            await EndsAsync(reading);       // the peer is silent: nothing but the close can end it
            await server.CloseAsync();
            await closing;
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_close_waits_for_the_flush_beside_it_and_refuses_the_writers_behind_it(Ground ground)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (client, server) = await ConnectionPairs.CreateAsync(ground);
            await client.Lines.WriteAsync("first ");
            var receiving = Task.Run(async () => await server.Lines.ReadToEndAsync());
            var reading = Task.Run(() => EndsAsync(async () => await client.ReadAsync(new byte[1])));
            var writing = Task.Run(() => EndsAsync(async () => await client.WriteAsync("second"u8.ToArray())));
            var closing = Task.Run(() => client.CloseAsync().AsTask());
            var received = await receiving;
            await server.CloseAsync();
            await closing;
            var refused = await writing;
            await reading;
            Assert.Equal(refused is null ? "first second" : "first ", received);
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Closing_disposing_and_aborting_at_once_end_with_one_connection_gone(Ground ground)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (client, server) = await ConnectionPairs.CreateAsync(ground);
            await client.Lines.WriteLineAsync("hello");
            var reading = Task.Run(() => EndsAsync(async () => await client.ReadAsync(new byte[1])));
            var closing = Task.Run(() => EndsAsync(async () => await client.CloseAsync()));
            var disposing = Task.Run(async () => await client.DisposeAsync());
            var blocking = Task.Run(client.Dispose);
            var aborting = Task.Run(client.Abort);
            await Task.WhenAll(closing, disposing, blocking, aborting);
            await EndsAsync(reading);
            Assert.True((await closing) is null or ObjectDisposedException, $"{await closing}");
            Assert.False(client.CanRead);
            await server.DisposeAsync();
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task An_abort_ends_a_close_that_waits_for_its_peer(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground, Patient);
        var closing = client.CloseAsync().AsTask();
        var disposing = client.DisposeAsync().AsTask();
        Assert.Equal(0, await server.ReadAsync(new byte[1]));
        client.Abort();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => closing);
        await disposing;

        var (other, _) = await ConnectionPairs.CreateAsync(ground, Patient);
        disposing = other.DisposeAsync().AsTask();
        other.Abort();
        await disposing;                    // never throws
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_close_that_is_given_up_lets_go_and_says_so(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground, Patient);
        using var giveUp = new CancellationTokenSource();
        var closing = client.CloseAsync(giveUp.Token).AsTask();
        Assert.Equal(0, await server.ReadAsync(new byte[1]));
        await giveUp.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing);
        Assert.Equal(giveUp.Token, error.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WriteAsync(new byte[1]).AsTask());
        await server.DisposeAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_close_waits_for_a_write_that_the_peer_still_takes(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground, Patient);
        var writing = client.WriteAsync(new byte[20_000_000]).AsTask();
        var closing = client.CloseAsync().AsTask();
        var received = new CountingStream();
        await server.CopyToAsync(received);
        await server.CloseAsync();
        await writing;
        await closing;
        Assert.Equal(20_000_000, received.Count);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_peer_that_floods_while_we_close_does_not_hold_us(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground, new() { CloseDrainLimit = 100_000, CloseTimeout = Timeout.InfiniteTimeSpan });
        var flooding = Task.Run(() => EndsAsync(async () =>
        {
            while (true)
                await server.WriteAsync(new byte[10_000]);
        }));
        await client.CloseAsync();
        Assert.IsType<NetException>(await flooding);
        await server.DisposeAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_flush_that_was_cancelled_before_it_began_loses_nothing(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        await client.Lines.WriteAsync("kept");
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.FlushAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WriteAsync(new byte[1], cancelled).AsTask());
        await client.CloseWriteAsync();
        Assert.Equal("kept", await server.Lines.ReadToEndAsync());
        await server.CloseAsync();
        await client.CloseAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Reads_cancelled_at_the_moment_of_arrival_lose_nothing(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        const int count = 2_000;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < count; i++)
                await client.WriteAsync(Encoding.ASCII.GetBytes($"{i}\n"));
            await client.CloseWriteAsync();
        });
        var next = 0;
        while (true)
        {
            using var cancel = new CancellationTokenSource();
            var reading = server.Lines.ReadLineAsync(cancel.Token).AsTask();
            if ((next & 1) == 0)
                await cancel.CancelAsync();
            try
            {
                if (await reading is not { } line)
                    break;
                Assert.Equal($"{next++}", line);
            }
            catch (OperationCanceledException)
            {
                // Asked again, with the same number expected.
                if (await server.Lines.ReadLineAsync() is not { } line)
                    break;
                Assert.Equal($"{next++}", line);
            }
        }
        await sending;
        Assert.Equal(count, next);
        await client.CloseAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Sending_is_ended_beside_a_read_and_twice_at_once(Ground ground)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (client, server) = await ConnectionPairs.CreateAsync(ground);
            await client.Lines.WriteAsync("question");
            var reading = client.Lines.ReadToEndAsync().AsTask();
            await Task.WhenAll(
                Task.Run(async () => await client.CloseWriteAsync()), Task.Run(async () => await client.CloseWriteAsync()));
            Assert.Equal("question", await server.Lines.ReadToEndAsync());
            await server.Lines.WriteAsync("answer");
            await server.CloseAsync();
            Assert.Equal("answer", await reading);
            await client.CloseAsync();
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_layer_is_closed_while_it_is_read_without_meeting_itself(Ground ground)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (inner, server) = await ConnectionPairs.CreateAsync(ground);
            var client = Connection.Over(inner);
            await client.Lines.WriteAsync("hello");
            var reading = EndsAsync(async () => await client.ReadAsync(new byte[1]));
            var closing = client.CloseAsync().AsTask();
            Assert.IsType<ObjectDisposedException>(await reading);
            Assert.Equal("hello", await server.Lines.ReadToEndAsync());
            await server.CloseAsync();
            await closing;
            Assert.False(inner.CanRead);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_limit_that_passes_as_bytes_come_does_not_end_the_next_read()
    {
        var time = new FakeTimeProvider();
        var (client, server) = Connection.CreatePair(new() { Time = time, IdleTimeout = TimeSpan.FromSeconds(1) });
        for (var round = 0; round < Rounds; round++)
        {
            var reading = EndsAsync(async () => await client.ReadAsync(new byte[1]));
            var passing = Task.Run(() => time.Advance(TimeSpan.FromSeconds(1)));
            await server.WriteAsync(new byte[1]);
            await passing;
            if (await reading is NetException)
                Assert.Equal(1, await client.ReadAsync(new byte[1]));
        }
    }

    /// <summary>What it ended with; null if well.</summary>
    private static async Task<Exception?> EndsAsync(Func<Task> running)
    {
        try
        {
            await running();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static async Task EndsAsync(Task<Exception?> ending) =>
        Assert.True(await ending is null or ObjectDisposedException, $"{await ending}");

    private sealed class CountingStream : MemoryStream
    {
        public long Count { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return default;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Count += count;
            return Task.CompletedTask;
        }
    }

    private static ConnectionOptions Patient { get; } = new() { CloseTimeout = Timeout.InfiniteTimeSpan };

    private const int Rounds = 200;
    private const int HangGuard = 60_000;
}
