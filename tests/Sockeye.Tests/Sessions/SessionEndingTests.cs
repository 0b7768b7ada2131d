using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>How a session ends, rule by rule, over TCP, Unix sockets and memory alike.</summary>
public class SessionEndingTests
{
    public static TheoryData<Ground> Grounds => new(ConnectionPairs.All);

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task The_end_of_input_reaches_a_peer_that_answers_only_then(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.User.Lines.WriteAsync("question");
        await session.User.CloseWriteAsync();
        Assert.Equal("question", await session.Peer.Lines.ReadToEndAsync());
        await session.Peer.Lines.WriteAsync("answer");
        await session.Peer.CloseAsync();
        var outcome = await session.Outcome;
        Assert.Equal("answer", await session.PrintedAsync());
        Assert.Equal((SessionEnding.BothEnded, null), (outcome.Ending, outcome.Error));
        Assert.Equal((8, 6, 0), (outcome.BytesSent, outcome.BytesReceived, outcome.BytesUnsent));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task An_answer_long_after_the_end_of_input_is_kept(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.User.CloseWriteAsync();
        Assert.Equal("", await session.Peer.Lines.ReadToEndAsync());
        session.Clock.Advance(TimeSpan.FromSeconds(1.2));
        await session.Peer.Lines.WriteAsync("late");
        await session.Peer.CloseAsync();
        var outcome = await session.Outcome;
        Assert.Equal("late", await session.PrintedAsync());
        Assert.Equal(SessionEnding.BothEnded, outcome.Ending);
        Assert.Equal(TimeSpan.FromSeconds(1.2), outcome.FirstReceived);
        Assert.Equal(TimeSpan.Zero, outcome.LocalEnded);
        Assert.Equal(TimeSpan.FromSeconds(1.2), outcome.PeerEnded);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_peer_that_half_closes_at_once_gets_all_of_six_megabytes(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.Peer.CloseWriteAsync();
        var sent = Payload(6_000_000);
        var typing = Task.Run(async () =>
        {
            await session.User.WriteAsync(sent);
            await session.User.CloseWriteAsync();
        });
        var received = new MemoryStream();
        await session.Peer.CopyToAsync(received);
        await session.Peer.CloseAsync();
        await typing;
        Assert.Equal(sent, received.ToArray());
        var outcome = await session.Outcome;
        Assert.Equal((SessionEnding.BothEnded, 6_000_000), (outcome.Ending, outcome.BytesSent));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task After_the_peer_has_ended_silent_input_ends_the_session(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.Peer.Lines.WriteAsync("bye");
        await session.Peer.CloseWriteAsync();
        await session.Clock.FireAsync(TimeSpan.FromSeconds(1));
        var outcome = await session.Outcome;
        Assert.Equal("bye", await session.PrintedAsync());
        Assert.Equal((SessionEnding.PeerEnded, null), (outcome.Ending, outcome.Error));
        Assert.Equal(TimeSpan.FromSeconds(1), outcome.Duration);
        Assert.Equal("", await session.Peer.Lines.ReadToEndAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task After_the_peer_has_ended_each_byte_of_input_starts_the_wait_anew(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.Peer.CloseWriteAsync();
        await session.Clock.TimerArmedAsync(TimeSpan.FromSeconds(1));
        session.Clock.Advance(TimeSpan.FromSeconds(0.9));
        await session.User.Lines.WriteLineAsync("still here");
        await session.User.Lines.FlushAsync();
        Assert.Equal("still here", await session.Peer.Lines.ReadLineAsync());
        // Once, or twice: the clock may have moved before the pump has noted that it waits again.
        while (await Task.WhenAny(session.Outcome, session.Clock.FireAsync(TimeSpan.FromSeconds(1))) != session.Outcome)
        {
        }
        var outcome = await session.Outcome;
        Assert.Equal(SessionEnding.PeerEnded, outcome.Ending);
        Assert.InRange(outcome.Duration, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.9));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task With_no_wait_the_session_ends_with_its_peer(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { PeerEndedWait = TimeSpan.Zero });
        await session.Peer.CloseAsync();
        var outcome = await session.Outcome;
        Assert.Equal((SessionEnding.PeerEnded, TimeSpan.Zero), (outcome.Ending, outcome.Duration));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task With_no_wait_input_that_is_being_sent_is_sent(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { PeerEndedWait = TimeSpan.Zero });
        var sent = Payload(6_000_000);
        var typing = session.User.WriteAsync(sent).AsTask();
        await session.Peer.ReadExactlyAsync(new byte[1]);
        await session.Peer.CloseWriteAsync();
        var received = new MemoryStream();
        await session.Peer.CopyToAsync(received);
        await session.Peer.CloseAsync();
        var outcome = await session.Outcome;
        Assert.Equal((SessionEnding.PeerEnded, 0), (outcome.Ending, outcome.BytesUnsent));
        Assert.Equal(outcome.BytesSent, received.Length + 1);
        session.User.Abort();
        await Record.ExceptionAsync(() => typing);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task The_wait_after_the_end_of_input_ends_the_session_well(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { LocalEndedWait = TimeSpan.FromSeconds(3) });
        await session.User.Lines.WriteAsync("request");
        await session.User.CloseWriteAsync();
        await session.Peer.Lines.WriteAsync("part");
        await session.Peer.Lines.FlushAsync();
        Assert.Equal("request", await session.Peer.Lines.ReadToEndAsync());
        await session.SomethingPrintedAsync();
        await session.Clock.FireAsync(TimeSpan.FromSeconds(3));
        var outcome = await session.Outcome;
        Assert.Equal((SessionEnding.LocalEnded, null), (outcome.Ending, outcome.Error));
        Assert.Equal("part", await session.PrintedAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Without_half_close_the_peer_sees_no_end_until_it_ends_itself(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { HalfClose = false });
        await session.User.Lines.WriteLineAsync("request");
        await session.User.CloseWriteAsync();
        Assert.Equal("request", await session.Peer.Lines.ReadLineAsync());
        var end = session.Peer.Lines.ReadLineAsync().AsTask();
        await session.Peer.Lines.WriteAsync("answer");
        await session.Peer.Lines.FlushAsync();
        Assert.False(end.IsCompleted);
        await session.Peer.CloseWriteAsync();
        Assert.Null(await end);
        Assert.Equal(SessionEnding.BothEnded, (await session.Outcome).Ending);
        Assert.Equal("answer", await session.PrintedAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Empty_input_can_leave_the_sending_side_open(Ground ground)
    {
        var ended = new List<SessionDirection>();
        var session = await RunningSession.StartAsync(ground, new()
        {
            KeepOpenOnEmptyInput = true,
            LocalEndedWait = TimeSpan.FromSeconds(2),
            OnEnded = ended.Add,
        });
        await session.User.CloseWriteAsync();
        var end = session.Peer.Lines.ReadLineAsync().AsTask();
        session.Clock.Advance(TimeSpan.FromSeconds(10));
        await session.Peer.Lines.WriteAsync("all of it");
        await session.Peer.CloseWriteAsync();
        Assert.Null(await end);
        Assert.Equal(SessionEnding.BothEnded, (await session.Outcome).Ending);
        Assert.Equal("all of it", await session.PrintedAsync());
        Assert.Equal([SessionDirection.Received], ended);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Input_that_is_not_empty_half_closes_all_the_same(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground, new() { KeepOpenOnEmptyInput = true });
        await session.User.Lines.WriteAsync("x");
        await session.User.CloseWriteAsync();
        Assert.Equal("x", await session.Peer.Lines.ReadToEndAsync());
        await session.Peer.CloseAsync();
        Assert.Equal(SessionEnding.BothEnded, (await session.Outcome).Ending);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task Cancelling_ends_it_and_the_peer_sees_an_end(Ground ground)
    {
        var session = await RunningSession.StartAsync(ground);
        await session.User.Lines.WriteLineAsync("typed");
        await session.User.Lines.FlushAsync();
        Assert.Equal("typed", await session.Peer.Lines.ReadLineAsync());
        await session.CancelAsync();
        Assert.Null(await session.Peer.Lines.ReadLineAsync());
        await session.Peer.CloseAsync();
        var outcome = await session.Outcome;
        Assert.Equal((SessionEnding.Cancelled, null), (outcome.Ending, outcome.Error));
        Assert.Equal(6, outcome.BytesSent);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_relay_hands_each_end_on_and_carries_what_follows(Ground ground)
    {
        var (client, near) = await ConnectionPairs.CreateAsync(ground);
        var (far, server) = await ConnectionPairs.CreateAsync(ground);
        var relay = Session.RunAsync(End.Of(near), End.Of(far), new() { PeerEndedWait = Timeout.InfiniteTimeSpan });
        await server.Lines.WriteAsync("greeting");
        await server.CloseWriteAsync();
        Assert.Equal("greeting", await client.Lines.ReadToEndAsync());
        await client.Lines.WriteAsync("request");
        await client.CloseWriteAsync();
        Assert.Equal("request", await server.Lines.ReadToEndAsync());
        await client.CloseAsync();
        await server.CloseAsync();
        Assert.Equal(SessionEnding.BothEnded, (await relay).Ending);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Input_that_cannot_be_cancelled_is_abandoned()
    {
        var (ours, peer) = Connection.CreatePair();
        var never = new NeverEndingInput();
        var running = Session.RunAsync(End.Of(never, null), End.Of(ours), new() { PeerEndedWait = TimeSpan.Zero });
        await peer.CloseAsync();
        Assert.Equal(SessionEnding.PeerEnded, (await running).Ending);
        Assert.True(never.IsStillReading);
    }

    [Fact(Timeout = HangGuard)]
    public async Task No_input_at_all_is_input_that_has_ended()
    {
        var (ours, peer) = Connection.CreatePair();
        var output = new MemoryStream();
        var running = Session.RunAsync(End.Of(null, output), End.Of(ours));
        Assert.Equal("", await peer.Lines.ReadToEndAsync());
        await peer.Lines.WriteAsync("data");
        await peer.CloseAsync();
        Assert.Equal(SessionEnding.BothEnded, (await running).Ending);
        Assert.Equal("data"u8.ToArray(), output.ToArray());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Observers_see_every_chunk_with_its_offset()
    {
        var chunks = new List<(SessionDirection, string, long)>();
        var session = await RunningSession.StartAsync(Ground.Pair, new()
        {
            OnChunk = chunk =>
            {
                lock (chunks)
                    chunks.Add((chunk.Direction, System.Text.Encoding.UTF8.GetString(chunk.Bytes.Span), chunk.Offset));
            },
        });
        await session.User.Lines.WriteAsync("one");
        await session.User.Lines.FlushAsync();
        await session.Peer.ReadExactlyAsync(new byte[3]);
        await session.User.Lines.WriteAsync("two");
        await session.User.CloseWriteAsync();
        await session.Peer.ReadExactlyAsync(new byte[3]);
        await session.Peer.Lines.WriteAsync("three");
        await session.Peer.CloseAsync();
        await session.Outcome;
        Assert.Equal([(SessionDirection.Sent, "one", 0), (SessionDirection.Sent, "two", 3), (SessionDirection.Received, "three", 0)], chunks);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_input_gives_after_a_session_is_the_next_ones_first()
    {
        var input = new StubbornInput();
        var local = End.Of(input, Stream.Null);
        var options = new SessionOptions { PeerEndedWait = TimeSpan.Zero };
        var (first, firstPeer) = Connection.CreatePair();
        var session = Session.RunAsync(local, End.Of(first), options);
        await input.Reading;
        await firstPeer.CloseAsync();
        Assert.Equal(SessionEnding.PeerEnded, (await session).Ending);

        input.Give("kept");
        var (second, secondPeer) = Connection.CreatePair();
        session = Session.RunAsync(local, End.Of(second), options);
        var bytes = new byte[4];
        await secondPeer.ReadExactlyAsync(bytes);
        Assert.Equal("kept"u8.ToArray(), bytes);
        await secondPeer.CloseAsync();
        await session;
    }

    private static byte[] Payload(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Standard input as some systems have it: a read blocks whatever its token says.</summary>
    private sealed class NeverEndingInput : MemoryStream
    {
        private readonly TaskCompletionSource<int> _never = new();

        public bool IsStillReading { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsStillReading = true;
            return new(_never.Task);
        }
    }

    /// <summary>Gives one text, to whichever read is pending: a token does not end it.</summary>
    private sealed class StubbornInput : MemoryStream
    {
        private readonly TaskCompletionSource _reading = new();
        private readonly TaskCompletionSource<string> _given = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _isTaken;

        public Task Reading => _reading.Task;

        public void Give(string text) => _given.SetResult(text);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isTaken)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            _isTaken = true;
            _reading.SetResult();
            return System.Text.Encoding.UTF8.GetBytes(await _given.Task, buffer.Span);
        }
    }

    private const int HangGuard = 30_000;
}
