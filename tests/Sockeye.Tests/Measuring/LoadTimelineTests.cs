using FsCheck;
using FsCheck.Fluent;
using Sockeye.Measuring;
using Xunit;

namespace Sockeye.Tests.Measuring;

/// <summary>However long a load goes on, its timeline is whole, and short.</summary>
public class LoadTimelineTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Nothing_is_lost_and_intervals_follow_each_other() => Prop.ForAll(
        Gen.Choose(0, 2000).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (count, rest) =>
        {
            var timeline = new LoadTimeline();
            for (var i = 0; i < count; i++)
                timeline.Add(Interval(i * Usual, Usual));
            timeline.AddRest(Interval(count * Usual, TimeSpan.FromMilliseconds(rest)), Usual / 2);
            var intervals = timeline.Intervals;
            var sum = count + (count > 0 || rest > 0 ? 1 : 0);
            return intervals.Count <= LoadTimeline.Most
                && intervals.Count > Math.Min(count, LoadTimeline.Most / 2) - 1
                && intervals.Sum(interval => interval.Requests) == sum
                && (intervals.Sum(interval => interval.Errors), intervals.Sum(interval => interval.BytesSent), intervals.Sum(interval => interval.BytesReceived)) == (sum, 2 * sum, 3 * sum)
                && intervals.Zip(intervals.Skip(1)).All(pair => pair.First.Start + pair.First.Duration == pair.Second.Start)
                && intervals.SkipLast(1).Select(interval => interval.Duration).Distinct().Count() <= 1;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_handed_out_does_not_change_any_more()
    {
        var timeline = new LoadTimeline();
        for (var i = 0; i < LoadTimeline.Most; i++)
            timeline.Add(Interval(i * Usual, Usual));
        var handedOut = timeline.Intervals[0];
        timeline.Add(Interval(LoadTimeline.Most * Usual, Usual));
        Assert.Equal((1, 2), (handedOut.Requests, timeline.Intervals[0].Requests));
    }

    private static LoadInterval Interval(TimeSpan start, TimeSpan duration)
    {
        var latency = new Histogram();
        latency.Record(TimeSpan.FromMilliseconds(1));
        return new() { Start = start, Duration = duration, Latency = latency, Errors = 1, BytesSent = 2, BytesReceived = 3 };
    }
}
