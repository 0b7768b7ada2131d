using Sockeye.Measuring;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;
using static Sockeye.Tests.Measuring.Loads;

namespace Sockeye.Tests.Measuring;

/// <summary>A set rate: who would have come while a server stalls is counted, with the time that he would have waited
/// (coordinated omission).</summary>
public class OpenLoopTests
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly LoadOptions OneHundredASecond = Endless with { Rate = 100 };

    private readonly FakeTimeProvider _clock = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _answered;

    [Fact(Timeout = HangGuard)]
    public async Task A_stall_of_a_second_is_charged_with_all_who_would_have_waited()
    {
        await using var server = StartStalled();
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, OneHundredASecond with { Connections = 1, Time = _clock }, over.Token);
        await _asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(1));
        _released.SetResult();
        await _clock.TimerArmedAsync(Between);    // all are answered: the next is due in 10 ms
        await over.CancelAsync();
        var outcome = await running;

        // The first waited for 1 s, the one that was due 10 ms later 0.99 s, and so on to the one that is due now.
        Assert.Equal((101, TimeSpan.Zero, TimeSpan.FromSeconds(1)), (outcome.Requests, outcome.Latency.Min, outcome.Latency.Max));
        Assert.Equal(TimeSpan.FromMilliseconds(500), outcome.Latency.Mean);
        Assert.Equal(500, outcome.Latency.Percentile(50).TotalMilliseconds, tolerance: 5);
        Assert.Equal(980, outcome.Latency.Percentile(98).TotalMilliseconds, tolerance: 10);
        Assert.Equal((0, 0), (outcome.Unsent, outcome.Unfinished));
    }

    /// <summary>The same stall seen by a closed loop: one request was slow, so what.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task A_closed_loop_notices_one_slow_request_of_the_same_stall()
    {
        await using var server = StartStalled();
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, Endless with { Connections = 1, Time = _clock }, over.Token);
        await _asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(1));
        _released.SetResult();
        while (Interlocked.Read(ref _answered) < 200)
            await Task.Yield();
        await over.CancelAsync();
        var outcome = await running;
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.Zero), (outcome.Latency.Max, outcome.Latency.Percentile(99)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_was_due_and_could_not_be_sent_is_told()
    {
        await using var server = StartStalled();
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, OneHundredASecond with { Connections = 2, Time = _clock }, over.Token);
        await _clock.TimerArmedAsync(Between);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await over.CancelAsync();
        await _clock.FireAsync(TimeSpan.FromMilliseconds(250));    // the last wait for those under way
        var outcome = await running;
        Assert.Equal((0, 2, 99), (outcome.Requests, outcome.Unfinished, outcome.Unsent));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_is_answered_before_the_next_is_due_does_not_wait()
    {
        await using var server = StartStalled();
        _released.SetResult();
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, OneHundredASecond with { Connections = 1, Time = _clock }, over.Token);
        for (var i = 0; i < 8; i++)
            await _clock.FireAsync(Between);
        await _clock.TimerArmedAsync(Between);
        await over.CancelAsync();
        var outcome = await running;
        Assert.Equal((9, TimeSpan.Zero, 0), (outcome.Requests, outcome.Latency.Max, outcome.Unsent));
    }

    [Fact(Timeout = HangGuard)]
    public async Task While_nobody_is_there_requests_queue_and_then_their_wait_counts()
    {
        var port = PeerPort.Choose();
        var first = Server.Start($"127.0.0.1:{port}", AnswerAsync, new() { DrainTimeout = TimeSpan.Zero });
        using var over = new CancellationTokenSource();
        _released.SetResult();
        var running = LoadGenerator.RunAsync(first.LocalAddress, OneHundredASecond with { Connections = 1, Time = _clock }, over.Token);
        await _clock.TimerArmedAsync(Between);
        await first.DisposeAsync();
        _clock.Advance(Between);
        for (var i = 0; i < 9; i++)
            await _clock.FireAsync(Pause);    // refused: that is how long it is before the next try
        await _clock.TimerArmedAsync(Pause);
        await using var second = Server.Start($"127.0.0.1:{port}", AnswerAsync);
        _clock.Advance(Pause);
        await _clock.TimerArmedAsync(Between);
        await over.CancelAsync();
        var outcome = await running;

        // Of the 102 that were due by now, the second met the end of the first server; the third then waited for longest.
        Assert.Equal((101, TimeSpan.FromMilliseconds(990)), (outcome.Requests, outcome.Latency.Max));
        Assert.NotEmpty(outcome.Errors);
    }

    [Fact(Timeout = HangGuard)]
    public async Task On_the_systems_clock_there_are_as_many_as_the_rate_says_and_no_more()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var options = new LoadOptions { Rate = 2000, WarmUp = TimeSpan.Zero, Duration = TimeSpan.FromSeconds(1) };
        var outcome = await LoadGenerator.RunAsync(server.LocalAddress, options);
        Assert.InRange(outcome.Requests, 1, 2001);
        Assert.Equal(2001, outcome.Requests + outcome.Unsent + outcome.Unfinished + outcome.Errors.Sum(error => error.Count));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_was_due_by_the_end_and_is_answered_soon_after_it_counts()
    {
        await using var server = StartStalled();
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, OneHundredASecond with { Connections = 2, Time = _clock }, over.Token);
        await _clock.TimerArmedAsync(Between);
        await _asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await over.CancelAsync();
        await _clock.TimerArmedAsync(TimeSpan.FromMilliseconds(250));    // it has ended, and waits for those under way
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        _released.SetResult();
        var outcome = await running;
        Assert.Equal((2, 0, 99), (outcome.Requests, outcome.Unfinished, outcome.Unsent));
        Assert.Equal(TimeSpan.FromMilliseconds(1050), outcome.Latency.Max);
        Assert.Equal((2, TimeSpan.FromSeconds(1)), (outcome.Intervals.Sum(interval => interval.Requests), outcome.Elapsed));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_was_due_by_the_end_and_fails_soon_after_it_counts()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancel);
            _asked.TrySetResult();
            await _released.Task.WaitAsync(cancel);
        });
        using var over = new CancellationTokenSource();
        var running = LoadGenerator.RunAsync(server.LocalAddress, OneHundredASecond with { Connections = 1, Time = _clock }, over.Token);
        await _asked.Task;
        await over.CancelAsync();
        await _clock.TimerArmedAsync(TimeSpan.FromMilliseconds(250));
        _released.SetResult();
        var outcome = await running;
        Assert.Equal((0, 0, 0), (outcome.Requests, outcome.Unfinished, outcome.Unsent));
        Assert.Equal(1, Assert.Single(outcome.Errors).Count);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Of_a_warm_up_that_is_cut_short_nothing_counts()
    {
        await using var server = StartStalled();
        using var over = new CancellationTokenSource();
        var options = OneHundredASecond with { Connections = 1, WarmUp = TimeSpan.FromSeconds(10), Time = _clock };
        var running = LoadGenerator.RunAsync(server.LocalAddress, options, over.Token);
        await _asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await over.CancelAsync();
        await _clock.FireAsync(TimeSpan.FromMilliseconds(250));
        var outcome = await running;
        Assert.Equal((0, 0, 0), (outcome.Requests, outcome.Unfinished, outcome.Unsent));
        Assert.Equal((TimeSpan.Zero, 0), (outcome.Elapsed, outcome.Errors.Count));
    }

    /// <summary>Takes what is sent, and answers none of it before it is released.</summary>
    private Server StartStalled() => Server.Start("127.0.0.1:0", AnswerAsync);

    private async Task AnswerAsync(Connection peer, CancellationToken cancel)
    {
        var message = new byte[Endless.MessageSize];
        while (await peer.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancel) == message.Length)
        {
            _asked.TrySetResult();
            await _released.Task.WaitAsync(cancel);
            await peer.WriteAsync(message, cancel);
            Interlocked.Increment(ref _answered);
        }
    }
}
