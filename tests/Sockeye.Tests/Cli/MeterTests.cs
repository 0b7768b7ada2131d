using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tests.Support;
using Sockeye.Tool.Progress;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>What is said of progress, on a clock that moves only when told.</summary>
public partial class MeterTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void It_says_how_far_how_fast_and_how_long_the_rest_takes()
    {
        var meter = new Meter(10 << 20, _clock);
        Assert.Equal("0 bytes of 10 MiB (0 %)", meter.SoFar);
        meter.Add(2 << 20);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2 MiB of 10 MiB (20 %), 1 MiB/s, 8 s left", meter.SoFar);
        meter.Add(8 << 20);
        Assert.Equal("10 MiB of 10 MiB (100 %), 5 MiB/s", meter.SoFar);
        Assert.Equal("10 MiB in 2.00 s, 5 MiB/s", meter.InAll);
    }

    [Fact]
    public void A_size_that_nobody_knows_or_that_was_wrong_is_not_said()
    {
        Assert.Equal("3 bytes, 3 bytes/s", Meter.Describe(3, null, TimeSpan.FromSeconds(1)));
        Assert.Equal("3 bytes, 3 bytes/s", Meter.Describe(3, 2, TimeSpan.FromSeconds(1)));
        Assert.Equal("3 bytes, 3 bytes/s", Meter.Describe(3, 0, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(119, "119 s left")]
    [InlineData(120, "2 min left")]
    [InlineData(3601, "61 min left")]
    [InlineData(7201, "3 h left")]
    public void The_time_left_is_said_in_a_unit_that_fits(int bytesLeft, string said) =>
        Assert.EndsWith(said, Meter.Describe(1, 1 + bytesLeft, TimeSpan.FromSeconds(1)), StringComparison.Ordinal);

    [Fact]
    public void No_guess_is_made_before_anything_has_moved_or_where_it_would_take_for_ever()
    {
        Assert.Equal("0 bytes of 5 bytes (0 %), 0 bytes/s", Meter.Describe(0, 5, TimeSpan.FromSeconds(9)));
        Assert.DoesNotContain("left", Meter.Describe(1, long.MaxValue, TimeSpan.FromHours(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_happens_it_is_sensible_and_never_over_100_per_cent() => Prop.ForAll(
        Moments.ToArbitrary(),
        moment =>
        {
            var said = Meter.Describe(moment.Count, moment.Size, moment.Elapsed);
            Assert.Matches(Sensible(), said);
            if (PerCent().Match(said) is { Success: true } percent)
                Assert.InRange(int.Parse(percent.Groups[1].Value), 0, moment.Count < moment.Size ? 99 : 100);
            Assert.Matches(SensibleWhole(), Meter.DescribeWhole(moment.Count, moment.Elapsed));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_line_comes_late_and_is_gone_at_the_end()
    {
        var shown = new List<string>();
        var text = "a";
        var line = new ProgressLine(() => text, _clock, shown.Add);
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Empty(shown);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        text = "b";
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        line.Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["a", "b", ""], shown);
    }

    private static readonly Gen<long> Sizes = Gen.OneOf(
        Gen.Choose(0, 1000).Select(size => (long)size), Gen.Choose(0, int.MaxValue).Select(size => (long)size << 20), Gen.Constant(long.MaxValue));

    private static readonly Gen<(long Count, long? Size, TimeSpan Elapsed)> Moments =
        from count in Sizes
        from size in Sizes
        from hasSize in Gen.Elements(true, false)
        from ticks in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, int.MaxValue))
        from scale in Gen.Elements(1, 10_000)
        select (count, hasSize ? size : (long?)null, TimeSpan.FromTicks((long)ticks * scale));

    private const string Amount = @"\d+(\.\d+)? (bytes?|[KMG]iB)";

    [GeneratedRegex($@"^{Amount}( of {Amount} \(\d+ %\))?(, {Amount}/s(, \d+ (s|min|h) left)?)?$")]
    private static partial Regex Sensible();

    [GeneratedRegex($@"^{Amount} in [\d.]+ m?s(, {Amount}/s)?$")]
    private static partial Regex SensibleWhole();

    [GeneratedRegex(@"\((\d+) %\)")]
    private static partial Regex PerCent();
}
