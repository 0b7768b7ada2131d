using Sockeye.Measuring;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Measuring;

/// <summary>A rate is kept to however late timers fire, and no time is wasted beyond that.</summary>
public class PaceTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 3)]
    [InlineData(200, 1)]
    [InlineData(200, 30)]
    [InlineData(200, 500)]
    [InlineData(100_000, 2)]
    public void No_more_begin_than_the_rate_allows_and_for_the_slack_and_one(int rate, int late)
    {
        var clock = new FakeTimeProvider();
        var (pace, start) = (new Pace(rate, clock), clock.GetTimestamp());
        for (var begun = 0; begun < 1000; begun++)
        {
            if (pace.Left > TimeSpan.Zero)
                clock.Advance(pace.Left + TimeSpan.FromMilliseconds(late));
            Assert.True(begun <= rate * (clock.GetElapsedTime(start) + Pace.Slack).TotalSeconds);
            pace.Take();
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(200)]
    [InlineData(5000)]
    public void Who_begins_as_soon_as_it_may_has_the_whole_rate(int rate)
    {
        var clock = new FakeTimeProvider();
        var (pace, start) = (new Pace(rate, clock), clock.GetTimestamp());
        for (var begun = 0; begun <= rate; begun++)
        {
            clock.Advance(pace.Left);
            pace.Take();
        }
        Assert.InRange(clock.GetElapsedTime(start), TimeSpan.FromSeconds(0.999), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Without_a_rate_nobody_waits()
    {
        var clock = new FakeTimeProvider();
        var pace = new Pace(0, clock);
        for (var begun = 0; begun < 1000; begun++)
            pace.Take();
        Assert.Equal(TimeSpan.Zero, pace.Left);
    }
}
