using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Sockeye.Tool.Sessions;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>When it is tried again, on a clock that moves only when told.</summary>
public class RedialTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _said = [];

    [Fact(Timeout = HangGuard)]
    public async Task Pauses_grow_while_nobody_is_there()
    {
        var tries = 0;
        var running = Redial(retries: 3).RunAsync(_ => ++tries < 4 ? throw Refused : new ValueTask<Nobody>(new Nobody()), Talk, CancellationToken.None);
        foreach (var seconds in (int[])[1, 2, 4])
            await _clock.FireAsync(TimeSpan.FromSeconds(seconds));
        await running;
        Assert.Equal(4, tries);
        Assert.Equal(["1.00 s (1 of 3)", "2.00 s (2 of 3)", "4.00 s (3 of 3)"], _said.Select(line => line.Split("trying again in ")[1]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task After_the_last_try_its_error_is_thrown()
    {
        var running = Redial(retries: 1).RunAsync<Nobody>(_ => throw Refused, Talk, CancellationToken.None);
        await _clock.FireAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(NetErrorKind.Refused, (await Assert.ThrowsAsync<NetException>(() => running)).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_connection_that_lasted_begins_the_pauses_anew_and_one_that_did_not_goes_on()
    {
        TimeSpan[] lasts = [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(5), TimeSpan.Zero];
        var connections = 0;
        var running = Redial(retries: 9).RunAsync(_ => new ValueTask<Nobody>(new Nobody()), async (_, _) =>
        {
            if (connections == lasts.Length)
                return;
            await Task.Delay(lasts[connections++], _clock);
            throw new DroppedException(new SessionOutcome { Ending = SessionEnding.PeerEnded }, null);
        }, CancellationToken.None);
        foreach (var seconds in (int[])[1, 2, 300, 1, 2])
            await _clock.FireAsync(TimeSpan.FromSeconds(seconds));
        await running;
        Assert.Equal(lasts.Length, connections);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Bytes_that_may_have_got_lost_are_said()
    {
        var connections = 0;
        var running = Redial(retries: 1).RunAsync(_ => new ValueTask<Nobody>(new Nobody()), (_, _) => connections++ == 0
            ? throw new DroppedException(new SessionOutcome { Ending = SessionEnding.Failed, BytesUnsent = 5 }, Refused)
            : Task.CompletedTask, CancellationToken.None);
        await _clock.FireAsync(TimeSpan.FromSeconds(1));
        await running;
        Assert.Equal("5 bytes of input may not have arrived, and will not be sent again.", _said[^1]);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_time_for_all_of_it_ends_a_pause()
    {
        var running = Redial(retries: 9, TimeSpan.FromMilliseconds(1500)).RunAsync<Nobody>(_ => throw Refused, Talk, CancellationToken.None);
        await _clock.FireAsync(TimeSpan.FromSeconds(1));
        await _clock.FireAsync(TimeSpan.FromSeconds(0.5));
        Assert.IsType<TimeoutException>((await Assert.ThrowsAsync<AdvisedException>(() => running)).Error);
    }

    private Redial Redial(int retries, TimeSpan? maxTime = null) => new(
        new()
        {
            Retries = retries,
            RetriesOnceConnected = retries,
            Backoff = new() { Jitter = 0 },
            MaxTime = maxTime ?? Timeout.InfiniteTimeSpan,
            Sentence = error => error.Message,
        },
        new(new() { Rules = new(), Capture = new(null, null, false) }, say: _said.Add),
        _clock);

    private static Task Talk(Nobody peer, CancellationToken cancel) => Task.CompletedTask;

    private static NetException Refused => new(NetErrorKind.Refused, NetOperation.Connect, "connection refused");

    private sealed class Nobody : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }

    private const int HangGuard = 60_000;
}
