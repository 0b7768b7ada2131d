using System.Net.Sockets;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>Limits, breaks and full disks: what is lost is said, what is not lost arrives.</summary>
public class SessionFailureTests
{
    public static TheoryData<Ground> Grounds => new(ConnectionPairs.All);

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Silence_is_counted_from_the_last_byte_either_way(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { IdleTimeout = TimeSpan.FromSeconds(5) });
        await session.Clock.TimerArmedAsync(TimeSpan.FromSeconds(5));
        session.Clock.Advance(TimeSpan.FromSeconds(4));
        await session.Peer.Lines.WriteAsync("hello");
        await session.Peer.Lines.FlushAsync();
        await session.SomethingPrintedAsync();
        session.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(session.Outcome.IsCompleted);
        var ending = session.EndInTimeAsync();
        await session.Peer.Lines.ReadToEndAsync();
        await session.Peer.CloseAsync();
        var outcome = await ending;
        Assert.Equal("no byte came or went for 5 s (0 bytes sent, 5 received)", AssertFailed(NetErrorKind.TimedOut, outcome).Reason);
        Assert.True(outcome.Duration >= TimeSpan.FromSeconds(9));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_peer_that_takes_nothing_times_out_and_what_did_not_go_is_counted(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { IdleTimeout = TimeSpan.FromSeconds(5) });
        var typing = session.User.WriteAsync(new byte[100_000_000]).AsTask();
        var outcome = await session.EndInTimeAsync();
        var error = AssertFailed(NetErrorKind.TimedOut, outcome);
        Assert.Equal(NetOperation.Write, error.Operation);
        Assert.StartsWith("the peer took nothing for 5 s (", error.Reason, StringComparison.Ordinal);
        Assert.EndsWith($", {outcome.BytesUnsent:N0} bytes of the input not sent)", error.Reason, StringComparison.Ordinal);
        Assert.NotEqual(0, outcome.BytesUnsent);
        session.User.Abort();
        await Assert.ThrowsAnyAsync<Exception>(() => typing);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task The_longest_duration_ends_even_a_lively_session(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { MaxDuration = TimeSpan.FromSeconds(8) });
        await session.Peer.Lines.WriteAsync("begun");
        await session.Peer.Lines.FlushAsync();
        await session.SomethingPrintedAsync();
        await session.Clock.FireAsync(TimeSpan.FromSeconds(8));
        await session.Peer.Lines.ReadToEndAsync();
        await session.Peer.CloseAsync();
        Assert.Equal("the session did not end within 8 s (0 bytes sent, 5 received)", AssertFailed(NetErrorKind.TimedOut, await session.Outcome).Reason);
        Assert.Equal("begun", await session.PrintedAsync());
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(Ground.Tcp)]
    [InlineData(Ground.Pair)]
    public async Task A_reset_fails_the_session_with_what_had_gone_each_way(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.User.Lines.WriteAsync("up");
        await session.User.Lines.FlushAsync();
        await session.Peer.ReadExactlyAsync(new byte[2]);
        await session.Peer.Lines.WriteAsync("down");
        await session.Peer.Lines.FlushAsync();
        await session.SomethingPrintedAsync();
        session.Peer.Abort();
        var outcome = await session.Outcome;
        Assert.EndsWith("(2 bytes sent, 4 received)", AssertFailed(NetErrorKind.Reset, outcome).Message, StringComparison.Ordinal);
        Assert.Equal((2, 4), (outcome.BytesSent, outcome.BytesReceived));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_peer_that_went_away_fails_later_input(Ground ground)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new SessionOptions { PeerEndedWait = Timeout.InfiniteTimeSpan, OnEnded = _ => ended.SetResult() };
        var session = await RunningSession.StartAsync(ground, options);
        await session.Peer.CloseWriteAsync();
        await ended.Task;
        await session.Peer.CloseAsync(longestDrain: TimeSpan.Zero, CancellationToken.None);    // our end will not come
        while (!session.Outcome.IsCompleted)
        {
            try
            {
                await session.User.WriteAsync(new byte[1000]);
            }
            catch (NetException)
            {
                break;
            }
            await Task.WhenAny(session.Outcome, Task.Delay(1));
        }
        var outcome = await session.Outcome;
        Assert.Equal(NetBlame.Broken, Assert.IsType<NetException>(outcome.Error).Blame);
        Assert.NotEqual(0, outcome.BytesUnsent);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_a_peer_says_after_it_stopped_reading_is_still_printed()
    {
        var (user, console) = Connection.CreatePair();
        var (ours, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Unix);
        var clock = new FakeTimeProvider();
        peer.Shutdown(SocketShutdown.Receive);
        var running = Session.RunAsync(End.Of(console, console), End.Of(ours), new() { Time = clock });
        await user.WriteAsync("request"u8.ToArray());
        await clock.TimerArmedAsync(TimeSpan.FromSeconds(1));
        peer.Send("too large"u8);
        var printed = new byte[9];
        await user.ReadExactlyAsync(printed);
        Assert.Equal("too large"u8.ToArray(), printed);
        while (await Task.WhenAny(running, Task.Delay(10)) != running)
            clock.Advance(TimeSpan.FromSeconds(0.25));
        AssertFailed(NetErrorKind.ClosedForWriting, await running);
        Assert.Equal(7, (await running).BytesUnsent);
        peer.Dispose();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_close_that_fails_fails_the_session()
    {
        var (user, console) = Connection.CreatePair();
        var clock = new FakeTimeProvider();
        var (ours, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp, new() { Time = clock });
        var options = new SessionOptions { Time = clock, LocalEndedWait = TimeSpan.FromSeconds(1) };
        var running = Session.RunAsync(End.Of(console, console), End.Of(ours), options);
        await user.WriteAsync("lost"u8.ToArray());
        await user.CloseWriteAsync();
        await clock.FireAsync(TimeSpan.FromSeconds(1));
        peer.Dispose();
        AssertFailed(NetErrorKind.Reset, await running);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_output_without_a_reader_ends_the_session_quietly()
    {
        var (ours, peer) = Connection.CreatePair();
        var output = new FailingOutput(new IOException("Broken pipe", hresult: 32));
        var running = Session.RunAsync(End.Of(new MemoryStream(), output), End.Of(ours));
        await peer.WriteAsync(new byte[1]);
        await peer.Lines.ReadToEndAsync();
        await peer.CloseAsync();
        var outcome = await running;
        Assert.Equal((SessionEnding.OutputClosed, null, 0), (outcome.Ending, outcome.Error, outcome.BytesReceived));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_full_disk_fails_the_session()
    {
        var (ours, peer) = Connection.CreatePair();
        var full = new IOException("No space left on device", hresult: 28);
        var running = Session.RunAsync(End.Of(new MemoryStream(), new FailingOutput(full)), End.Of(ours));
        await peer.WriteAsync(new byte[1]);
        await peer.Lines.ReadToEndAsync();
        await peer.CloseAsync();
        var outcome = await running;
        Assert.Equal((SessionEnding.Failed, full), (outcome.Ending, outcome.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_was_read_before_a_good_end_is_written_after_it()
    {
        var (ours, peer) = Connection.CreatePair(new() { CloseTimeout = TimeSpan.FromMilliseconds(200) });
        var clock = new FakeTimeProvider();
        var output = new GatedOutput();
        var options = new SessionOptions { Time = clock, LocalEndedWait = TimeSpan.FromSeconds(1) };
        var running = Session.RunAsync(End.Of(null, output), End.Of(ours), options);
        await peer.WriteAsync("in time"u8.ToArray());
        await output.Entered;
        await clock.FireAsync(TimeSpan.FromSeconds(1));
        output.Open();
        var outcome = await running;
        Assert.Equal((SessionEnding.LocalEnded, 7), (outcome.Ending, outcome.BytesReceived));
        Assert.Equal("in time"u8.ToArray(), output.ToArray());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Cancelling_does_not_wait_for_an_output_that_is_stuck()
    {
        var (ours, peer) = Connection.CreatePair();
        using var cancel = new CancellationTokenSource();
        var output = new GatedOutput();
        var running = Session.RunAsync(End.Of(new MemoryStream(), output), End.Of(ours), new() { HalfClose = false }, cancel.Token);
        await peer.WriteAsync("stuck"u8.ToArray());
        await output.Entered;
        await cancel.CancelAsync();
        await peer.Lines.ReadToEndAsync();
        await peer.CloseAsync();
        Assert.Equal(SessionEnding.Cancelled, (await running).Ending);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_slow_output_holds_the_peer_up()
    {
        var (ours, peer) = Connection.CreatePair();
        var output = new GatedOutput();
        var chunks = 0;
        var running = Session.RunAsync(End.Of(null, output), End.Of(ours), new() { OnChunk = _ => Interlocked.Increment(ref chunks) });
        var sending = Task.Run(async () =>
        {
            await peer.WriteAsync(new byte[5_000_000]);
            await peer.CloseAsync();
        });
        await output.Entered;
        Assert.Equal(1, chunks);
        Assert.True(peer.BytesSent < 1_000_000);
        output.Open();
        await sending;
        Assert.Equal(5_000_000, (await running).BytesReceived);
        Assert.Equal(5_000_000, output.Length);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(Ground.Tcp)]
    [InlineData(Ground.Pair)]
    public async Task A_relay_hands_a_break_on_as_a_break(Ground ground)
    {
        var (client, near) = await ConnectionPairs.CreateAsync(ground);
        var (far, server) = await ConnectionPairs.CreateAsync(ground);
        var relay = Session.RunAsync(End.Of(near), End.Of(far));
        await server.Lines.WriteAsync("half of the");
        await server.Lines.FlushAsync();
        await client.ReadExactlyAsync(new byte[11]);
        server.Abort();
        AssertFailed(NetErrorKind.Reset, await relay);
        var error = await Assert.ThrowsAsync<NetException>(async () => _ = await client.ReadAsync(new byte[1]));
        Assert.Equal(NetErrorKind.Reset, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_observer_that_throws_fails_the_session_with_its_error()
    {
        var wrong = new InvalidDataException("from the observer");
        var session = await RunningSession.StartAsync(Ground.Pair, new() { OnChunk = _ => throw wrong });
        await session.Peer.Lines.WriteAsync("x");
        await session.Peer.Lines.FlushAsync();
        var outcome = await session.EndInTimeAsync();
        Assert.Equal((SessionEnding.Failed, wrong), (outcome.Ending, outcome.Error));
    }

    [Fact]
    public async Task Options_that_mean_nothing_are_refused()
    {
        Func<SessionOptions>[] wrong =
        [
            () => new() { IdleTimeout = TimeSpan.Zero },
            () => new() { MaxDuration = TimeSpan.FromSeconds(-5) },
            () => new() { MaxDuration = TimeSpan.MaxValue },
            () => new() { LocalEndedWait = TimeSpan.FromSeconds(-5) },
            () => new() { PeerEndedWait = TimeSpan.FromSeconds(-5) },
            () => new() { FrameSize = 0 },
            () => new() { Replies = -1 },
        ];
        Assert.All(wrong, make => Assert.Throws<ArgumentOutOfRangeException>(make));
        await Assert.ThrowsAsync<ArgumentException>(
            () => Session.RunAsync(End.Of(null, null), End.Of(null, null), new() { Replies = 1 }));
    }

    private static NetException AssertFailed(NetErrorKind kind, SessionOutcome outcome)
    {
        Assert.Equal(SessionEnding.Failed, outcome.Ending);
        var error = Assert.IsType<NetException>(outcome.Error);
        Assert.Equal(kind, error.Kind);
        return error;
    }

    private sealed class FailingOutput(IOException error) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw error;
    }

    /// <summary>An output that takes nothing until it is opened, and does not listen to tokens.</summary>
    private sealed class GatedOutput : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void Open() => _open.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _entered.TrySetResult();
            await _open.Task;
            Write(buffer.Span);
        }
    }

    private const int HangGuard = 30_000;
}
