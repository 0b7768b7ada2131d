using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>For whom a speaker waits, how long, and what comes then: the queue of each here holds ten bytes.</summary>
public sealed class AudienceTests
{
    private static readonly byte[] Ten = "0123456789"u8.ToArray();
    private readonly FakeTimeProvider _clock = new();
    private readonly Audience _audience;

    public AudienceTests() => _audience = new(new() { QueueLimit = 10, Time = _clock });

    [Fact(Timeout = HangGuard)]
    public async Task What_is_said_is_heard_by_all_but_the_speaker()
    {
        var (speaker, one, two) = (Sit(), Sit(), Sit());
        Assert.True(Say(speaker, "hello").IsCompletedSuccessfully);
        Assert.Equal(("hello", "hello"), (await HearAsync(one), await HearAsync(two)));
        Assert.Equal(0, speaker.Waiting);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_said_is_kept_although_the_speaker_goes_on_using_its_buffer()
    {
        var (speaker, one) = (Sit(), Sit());
        var buffer = "hello"u8.ToArray();
        await _audience.SayAsync(buffer, speaker, Cancel);
        buffer.AsSpan().Clear();
        Assert.Equal("hello", await HearAsync(one));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_pace_is_that_of_the_fastest_reader()
    {
        var (speaker, slow, fast) = (Sit(), Sit(), Sit());
        await Say(speaker, Ten);
        var next = Say(speaker, "next");
        Assert.False(next.IsCompleted);
        Assert.Equal(0, _clock.ArmedTimers);
        await HearAsync(fast);
        await _clock.TimerArmedAsync(TimeSpan.FromSeconds(2));
        await HearAsync(slow);
        await next;
        Assert.Equal(("next", "next"), (await HearAsync(fast), await HearAsync(slow)));
        Assert.Null(slow.Departure);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_holds_up_the_others_for_too_long_is_dropped_and_they_go_on()
    {
        var (speaker, stuck, fast) = (Sit(), Sit(), Sit());
        var toldOfIt = new TaskCompletionSource();
        _audience.OnDropped(stuck, toldOfIt.SetResult);
        await Say(speaker, Ten);
        await HearAsync(fast);
        var next = Say(speaker, "next");
        await _clock.TimerArmedAsync(TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(next.IsCompleted);
        await _clock.FireAsync(TimeSpan.FromSeconds(0.1));
        await next;
        await toldOfIt.Task;
        Assert.Equal("next", await HearAsync(fast));
        Assert.Equal(2, _audience.Count);
        var error = stuck.Departure!.Error!;
        Assert.Equal((NetErrorKind.LimitExceeded, NetOperation.Write, stuck.Peer), (error.Kind, error.Operation, error.RemoteAddress));
        Assert.EndsWith("dropped: it let 10 bytes wait, and the others for 2 s", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Else a reader could hold up the others for ever by taking a little at a time.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task To_take_a_little_does_not_start_the_count_anew()
    {
        var (speaker, drip, fast) = (Sit(), Sit(), Sit());
        for (var i = 0; i < 10; i++)
        {
            await Say(speaker, "x");
            await HearAsync(fast);
        }
        var next = Say(speaker, "y");
        await _clock.TimerArmedAsync(TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        await HearAsync(drip);
        await next;
        next = Say(speaker, "z");
        await _clock.FireAsync(TimeSpan.FromSeconds(0.5));
        await next;
        Assert.NotNull(drip.Departure);
    }

    [Fact(Timeout = HangGuard)]
    public async Task To_read_half_of_the_queue_starts_the_count_anew()
    {
        var (speaker, slow, fast) = (Sit(), Sit(), Sit());
        await Say(speaker, Ten);
        await HearAsync(fast);
        var next = Say(speaker, Ten);
        await _clock.TimerArmedAsync(TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        await HearAsync(slow);
        await next;
        await HearAsync(fast);
        next = Say(speaker, Ten);
        await _clock.TimerArmedAsync(TimeSpan.FromSeconds(2));
        Assert.Null(slow.Departure);
        Assert.False(next.IsCompleted);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Patience_begins_when_there_is_somebody_to_be_held_up()
    {
        var (speaker, slow) = (Sit(), Sit());
        await Say(speaker, Ten);
        var next = Say(speaker, Ten);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(next.IsCompleted);
        Sit();
        await _clock.TimerArmedAsync(TimeSpan.FromSeconds(2));
        Assert.Null(slow.Departure);
        await _clock.FireAsync(TimeSpan.FromSeconds(2));
        await next;
        Assert.NotNull(slow.Departure);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_leaves_holds_up_nobody()
    {
        var (speaker, slow, fast) = (Sit(), Sit(), Sit());
        await Say(speaker, Ten);
        await HearAsync(fast);
        var next = Say(speaker, "next");
        Assert.False(next.IsCompleted);
        _audience.Remove(slow);
        await next;
        Assert.Equal("next", await HearAsync(fast));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_speaker_may_give_up_and_then_nobody_has_heard_it()
    {
        var (speaker, slow) = (Sit(), Sit());
        await Say(speaker, Ten);
        using var cancel = new CancellationTokenSource();
        var next = _audience.SayAsync("never said"u8.ToArray(), speaker, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await HearAsync(slow);
        Assert.Equal(0, slow.Waiting);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_input_waits_for_somebody_and_a_speaker_does_not()
    {
        var input = _audience.SayAsync("hello"u8.ToArray(), speaker: null, Cancel).AsTask();
        Assert.False(input.IsCompleted);
        var one = Sit();
        await input;
        Assert.Equal("hello", await HearAsync(one));
        await Say(one, "nobody hears this");
        Assert.Equal(0, one.Waiting);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Announcements_wait_for_nobody()
    {
        var (speaker, slow, fast) = (Sit(), Sit(), Sit());
        await Say(speaker, Ten);
        await HearAsync(fast);
        _audience.Announce("news"u8.ToArray());
        Assert.Equal("news", await HearAsync(fast));
        Assert.Equal(10, slow.Waiting);
    }

    private Seat Sit()
    {
        var seat = new Seat(Address.Tcp("192.0.2.1", _audience.Count + 1), hearsPeers: true);
        _audience.Add(seat);
        return seat;
    }

    private Task Say(Seat speaker, byte[] message) => _audience.SayAsync(message, speaker, Cancel).AsTask();

    private Task Say(Seat speaker, string message) => Say(speaker, System.Text.Encoding.UTF8.GetBytes(message));

    private async Task<string> HearAsync(Seat seat) => System.Text.Encoding.UTF8.GetString((await _audience.HearAsync(seat, Cancel))!.Value.Span);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 30_000;
}
