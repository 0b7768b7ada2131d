using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sockeye.Tests;

public class BackoffTests
{
    [Fact]
    public void Without_jitter_pauses_double_up_to_the_longest()
    {
        var backoff = new Backoff { First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(10), Jitter = 0 };
        Assert.Equal([1, 2, 4, 8, 10, 10], Enumerable.Range(1, 6).Select(failures => backoff.DelayAfter(failures).TotalSeconds));
    }

    [Fact]
    public void A_seed_makes_them_repeat_and_chance_tells_them_apart()
    {
        static TimeSpan[] Pauses(int seed)
        {
            var backoff = new Backoff { Random = new Random(seed) };
            return [.. Enumerable.Range(1, 20).Select(backoff.DelayAfter)];
        }
        Assert.Equal(Pauses(1), Pauses(1));
        Assert.NotEqual(Pauses(1), Pauses(2));
    }

    [Fact]
    public void Any_pause_is_near_its_double_and_never_longer_than_the_longest() => Prop.ForAll(
        Plans.ToArbitrary(),
        plan =>
        {
            var (firstMs, longestMs, jitter, failures, seed) = plan;
            var backoff = new Backoff
            {
                First = TimeSpan.FromMilliseconds(firstMs),
                Longest = TimeSpan.FromMilliseconds(longestMs),
                Jitter = jitter,
                Random = new Random(seed),
            };
            var pause = backoff.DelayAfter(failures);
            var even = (backoff with { Jitter = 0 }).DelayAfter(failures);
            Assert.InRange(pause, TimeSpan.Zero, backoff.Longest);
            Assert.InRange(pause.TotalMilliseconds, even.TotalMilliseconds * (1 - jitter) - 1, even.TotalMilliseconds * (1 + jitter) + 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Chance_moves_a_pause_both_ways_and_over_its_whole_range()
    {
        var backoff = new Backoff { Random = new Random(7) };
        var pauses = Enumerable.Range(0, 1000).Select(_ => backoff.DelayAfter(1).TotalSeconds).ToArray();
        Assert.InRange(pauses.Min(), 0.75, 0.76);
        Assert.InRange(pauses.Max(), 1.24, 1.25);
    }

    [Fact]
    public void What_is_no_pause_no_part_and_no_failure_is_refused()
    {
        Assert.All([TimeSpan.FromTicks(-1), Timeout.InfiniteTimeSpan, TimeSpan.MaxValue], wrong =>
        {
            Assert.Throws<ArgumentOutOfRangeException>("First", () => new Backoff { First = wrong });
            Assert.Throws<ArgumentOutOfRangeException>("Longest", () => new Backoff { Longest = wrong });
        });
        Assert.All([-0.1, 1.1, double.NaN], wrong => Assert.Throws<ArgumentOutOfRangeException>("Jitter", () => new Backoff { Jitter = wrong }));
        Assert.Throws<ArgumentOutOfRangeException>("failures", () => new Backoff().DelayAfter(0));
    }

    private static readonly Gen<(int First, int Longest, double Jitter, int Failures, int Seed)> Plans =
        from first in Gen.Choose(0, 100_000)
        from longest in Gen.Choose(0, 1_000_000)
        from jitter in Gen.Choose(0, 100)
        from failures in Gen.OneOf(Gen.Choose(1, 40), Gen.Constant(int.MaxValue))
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (first, longest, jitter / 100.0, failures, seed);
}
