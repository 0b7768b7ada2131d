using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>Limits and cancellation, while the source is silent and while the sink is full: whatever moves the bytes, they end it alike.</summary>
public sealed class CopyLimitTests : IDisposable
{
    private readonly Scratch _scratch = new();

    /// <summary>Where the source can be silent.</summary>
    public static TheoryData<Place, Place, Means> Live => Ways.Where((from, _) => from != Place.File);

    /// <summary>Input of a person or a program, which need never end.</summary>
    public static TheoryData<Place, Place, Means> FromPipe => Ways.Where((from, _) => from == Place.Pipe);

    /// <summary>Where the sink can be full.</summary>
    public static TheoryData<Place, Place, Means> ToReader => Ways.Where((_, to) => to != Place.File);

    public void Dispose() => _scratch.Dispose();

    [Theory(Timeout = HangGuard), MemberData(nameof(Live))]
    public async Task A_silent_source_is_too_long_idle(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means, new() { IdleTimeout = TimeSpan.FromSeconds(5) });
        var taking = course.TakeAllAsync();
        await course.FeedUntilAtWorkAsync();
        var outcome = await course.EndInTimeAsync();
        var error = AssertTimedOut(NetOperation.Read, outcome);
        Assert.Equal($"no byte came or went for 5 s {course.AmountsOf(outcome)})", error.Reason);
        Assert.Equal((course.Carried, 0), (course.CountOf(outcome), outcome.BytesUnsent));
        course.AssertMeansAtWork();
        await taking;
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToReader))]
    public async Task A_full_sink_is_too_long_idle(Place from, Place to, Means means)
    {
        await using var course = await StartFloodedAsync(from, to, means, new() { IdleTimeout = TimeSpan.FromSeconds(5) });
        var outcome = await course.EndInTimeAsync();
        var error = AssertTimedOut(to.IsSocket() ? NetOperation.Write : NetOperation.Read, outcome);
        var said = to.IsSocket() ? "the peer took nothing for 5 s " : "no byte came or went for 5 s ";
        Assert.Equal(said + course.AmountsOf(outcome) + UnsentOf(outcome), error.Reason);
        AssertCut(course, to, means, outcome);
        await AssertBrokenOffAsync(course, to);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Live))]
    public async Task A_silent_source_does_not_outlast_the_longest_duration(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means, new() { MaxDuration = TimeSpan.FromSeconds(8) });
        var taking = course.TakeAllAsync();
        await course.FeedUntilAtWorkAsync();
        await course.Clock.FireAsync(TimeSpan.FromSeconds(8));
        var outcome = await course.EndInTimeAsync();
        var error = AssertTimedOut(NetOperation.Read, outcome);
        Assert.Equal($"the session did not end within 8 s {course.AmountsOf(outcome)})", error.Reason);
        course.AssertMeansAtWork();
        await taking;
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToReader))]
    public async Task A_full_sink_does_not_outlast_the_longest_duration(Place from, Place to, Means means)
    {
        await using var course = await StartFloodedAsync(from, to, means, new() { MaxDuration = TimeSpan.FromSeconds(8) });
        await course.Clock.FireAsync(TimeSpan.FromSeconds(8));
        var outcome = await course.EndInTimeAsync();
        var error = AssertTimedOut(NetOperation.Read, outcome);
        Assert.Equal($"the session did not end within 8 s {course.AmountsOf(outcome)}{UnsentOf(outcome)}", error.Reason);
        AssertCut(course, to, means, outcome);
        await AssertBrokenOffAsync(course, to);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Live))]
    public async Task Cancelling_takes_nothing_from_a_silent_source(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means);
        var taking = course.TakeAllAsync();
        await course.FeedUntilAtWorkAsync();
        await course.CancelAsync();
        var outcome = await course.Outcome;    // without a clock that runs ahead: there is a limit to saying goodbye
        Assert.Equal((SessionEnding.Cancelled, null), (outcome.Ending, outcome.Error));
        Assert.Equal((course.Carried, 0), (course.CountOf(outcome), outcome.BytesUnsent));
        course.AssertMeansAtWork();
        await taking;
        if (from != Place.Pipe)
            return;
        await course.Feed.WriteAsync("left to whoever reads next"u8.ToArray());
        await course.EndFeedAsync();
        Assert.Equal("left to whoever reads next", await new StreamReader(course.Source).ReadToEndAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(ToReader))]
    public async Task Cancelling_does_not_wait_for_a_full_sink(Place from, Place to, Means means)
    {
        await using var course = await StartFloodedAsync(from, to, means, new());
        await course.CancelAsync();
        var outcome = await course.EndInTimeAsync();
        Assert.Equal((SessionEnding.Cancelled, null), (outcome.Ending, outcome.Error));
        AssertCut(course, to, means, outcome);
        await AssertBrokenOffAsync(course, to);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(FromPipe))]
    public async Task A_silent_source_does_not_outlast_the_peer_for_long(Place from, Place to, Means means)
    {
        await using var course = await CopyCourse.StartAsync(from, to, means);
        var taking = course.TakeAllAsync();
        await course.FeedUntilAtWorkAsync();
        await course.EndTakenAsync();
        var outcome = await course.EndInTimeAsync();
        await taking;
        Assert.Equal((SessionEnding.PeerEnded, null), (outcome.Ending, outcome.Error));
        Assert.Equal((course.Carried, 0), (outcome.BytesSent, outcome.BytesUnsent));
        course.AssertMeansAtWork();
    }

    /// <summary>Until the sink is full, with more to come.</summary>
    private async Task<CopyCourse> StartFloodedAsync(Place from, Place to, Means means, SessionOptions options)
    {
        var path = _scratch.File("endless");
        await using (var endless = File.Create(path))
            endless.SetLength(100_000_000);
        var course = await CopyCourse.StartAsync(from, to, means, options, path);
        await course.FloodAsync();
        return course;
    }

    private static NetException AssertTimedOut(NetOperation operation, SessionOutcome outcome)
    {
        Assert.Equal(SessionEnding.Failed, outcome.Ending);
        var error = Assert.IsType<NetException>(outcome.Error);
        Assert.Equal((NetErrorKind.TimedOut, operation), (error.Kind, error.Operation));
        return error;
    }

    private static string UnsentOf(SessionOutcome outcome) =>
        outcome.BytesUnsent == 0 ? ")" : $", {outcome.BytesUnsent:N0} bytes of the input not sent)";

    /// <summary>Of a file nothing was taken that had not gone; of all else, what was on its way is told.</summary>
    private static void AssertCut(CopyCourse course, Place to, Means means, SessionOutcome outcome)
    {
        Assert.Equal(course.Carried, course.CountOf(outcome));
        Assert.Equal(to.IsSocket() && means != Means.SendFile, outcome.BytesUnsent > 0);
        course.AssertMeansAtWork();
    }

    /// <summary>A peer cannot take what it got for all there was.</summary>
    private static async Task AssertBrokenOffAsync(CopyCourse course, Place to)
    {
        if (to.IsTcp())
            await Assert.ThrowsAsync<IOException>(() => course.Taken.CopyToAsync(Stream.Null));
    }

    private const int HangGuard = 60_000;
}
