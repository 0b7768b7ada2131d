using FsCheck;
using FsCheck.Fluent;
using Sockeye.Measuring;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>What a histogram tells, beside the sorted list of all that it was given.</summary>
public class HistogramProperties
{
    private static readonly double[] Percents = [0, 0.1, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100];

    [Fact]
    public void A_percentile_is_within_1_per_cent_of_the_time_at_its_rank() => Prop.ForAll(Times(), times =>
    {
        var (latency, sorted) = (Of(times), times.Order().ToArray());
        return Array.TrueForAll(Percents, percent =>
        {
            var exact = sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * (decimal)percent / 100) - 1)];
            return Math.Abs((decimal)(latency.Percentile(percent) - exact).Ticks) <= exact.Ticks * 0.01m;
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Number_shortest_longest_and_mean_are_exact() => Prop.ForAll(Times(), times =>
    {
        var latency = Of(times);
        var mean = times.Aggregate(Int128.Zero, (sum, time) => sum + time.Ticks) / times.Length;
        return (latency.Count, latency.Min, latency.Max, latency.Mean.Ticks) == (times.Length, times.Min(), times.Max(), (long)mean)
            && (latency.Percentile(0), latency.Percentile(100)) == (times.Min(), times.Max());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merged_it_is_what_one_would_be_that_was_given_all() => Prop.ForAll(Times(), Times(), (some, others) =>
    {
        var (merged, other, whole) = (Of(some), Of(others), Of([.. some, .. others]));
        merged.Merge(other);
        return IsSame(merged, whole) && IsSame(other, Of(others));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_time_is_in_the_one_bucket_that_it_belongs_to() => Prop.ForAll(Times(), times =>
    {
        var buckets = Of(times).Buckets.ToArray();
        return buckets.Zip(buckets.Skip(1)).All(pair => pair.First.To < pair.Second.From)
            && Array.TrueForAll(buckets, bucket => bucket.Count == times.LongCount(time => time >= bucket.From && time <= bucket.To))
            && buckets.Sum(bucket => bucket.Count) == times.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cleared_it_is_as_new() => Prop.ForAll(Times(), Times(), (before, after) =>
    {
        var latency = Of(before);
        latency.Clear();
        var isEmpty = IsSame(latency, new());
        Array.ForEach(after, latency.Record);
        return isEmpty && IsSame(latency, Of(after));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Empty_it_says_zero_and_what_cannot_be_is_refused()
    {
        var latency = new Histogram();
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero), (latency.Count, latency.Max, latency.Percentile(99)));
        Assert.Throws<ArgumentOutOfRangeException>(() => latency.Record(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => latency.Percentile(100.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => latency.Percentile(-1));
    }

    private static bool IsSame(Histogram one, Histogram other) =>
        one.Buckets.SequenceEqual(other.Buckets)
        && (one.Count, one.Min, one.Max, one.Mean) == (other.Count, other.Min, other.Max, other.Mean);

    private static Histogram Of(TimeSpan[] times)
    {
        var latency = new Histogram();
        Array.ForEach(times, latency.Record);
        return latency;
    }

    /// <summary>Of every magnitude, the edges of buckets among them.</summary>
    private static Arbitrary<TimeSpan[]> Times() => Gen.NonEmptyListOf(Gen.OneOf(
        Gen.Choose(0, 300).Select(ticks => (long)ticks),
        from power in Gen.Choose(0, 62)
        from offset in Gen.Choose(-1, 1)
        select Math.Max(0, (1L << power) + offset),
        from power in Gen.Choose(0, 32)
        from ticks in Gen.Choose(0, int.MaxValue)
        select (long)ticks << power,
        Gen.Constant(long.MaxValue)).Select(ticks => TimeSpan.FromTicks(ticks))).Select(times => times.ToArray()).ToArbitrary();
}
