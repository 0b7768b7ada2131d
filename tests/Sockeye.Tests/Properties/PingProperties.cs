using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tool.Knocking;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>What <c>sock ping</c> makes of its times.</summary>
public class PingProperties
{
    [Fact]
    public void A_percentile_is_the_shortest_time_that_so_many_do_not_exceed() =>
        Prop.ForAll(Times(), Gen.Choose(1, 100).ToArbitrary(), (times, percent) =>
        {
            var sorted = Statistics.Sorted(times.Select(time => (TimeSpan?)time));
            var found = Statistics.Percentile(sorted, percent);
            return sorted.Count(time => time <= found) * 100 >= percent * sorted.Count
                && sorted.Count(time => time < found) * 100 < percent * sorted.Count;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_time_is_below_the_least_or_above_the_most() =>
        Prop.ForAll(Times(), times =>
        {
            var sorted = Statistics.Sorted(times.Select(time => (TimeSpan?)time));
            return Statistics.Percentile(sorted, 0) == times.Min() && Statistics.Percentile(sorted, 100) == times.Max();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Longer_times_have_bars_that_are_no_lower() =>
        Prop.ForAll(Times(), times =>
        {
            var bars = Sparkline.Of([.. times.Order().Select(time => (TimeSpan?)time)]);
            return bars.Length == times.Length && bars.SequenceEqual(bars.Order()) && bars[0] == '▁'
                && (bars[^1] == '█' || times.Min() == times.Max());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_lost_is_a_cross() => Assert.Equal("▁×█", Sparkline.Of([TimeSpan.FromTicks(1), null, TimeSpan.FromTicks(9)]));

    private static Arbitrary<TimeSpan[]> Times() =>
        Gen.NonEmptyListOf(Gen.Choose(0, 50).Select(ticks => TimeSpan.FromTicks(ticks))).Select(times => times.ToArray()).ToArbitrary();
}
