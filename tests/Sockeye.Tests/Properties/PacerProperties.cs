using FsCheck;
using FsCheck.Fluent;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>A rate is kept to whatever is written and however late timers fire, and no time is wasted beyond that.</summary>
public class PacerProperties
{
    [Fact]
    public void There_is_never_more_than_the_rate_allows_and_a_tenth_of_a_second_and_one_write() =>
        Prop.ForAll(Rates(), Writes(), (rate, writes) => Kept(rate, writes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_writes_as_soon_as_it_may_has_the_whole_rate() =>
        Prop.ForAll(Rates(), Writes(), (rate, writes) => Used(rate, writes)).QuickCheckThrowOnFailure();

    private static bool Kept(long rate, (int Size, int Late)[] writes)
    {
        var clock = new FakeTimeProvider();
        var pacer = new Pacer(rate, TimeSpan.Zero, clock);
        var start = clock.GetTimestamp();
        var total = 0m;
        foreach (var (size, late) in writes)
        {
            clock.Advance(pacer.Left + TimeSpan.FromMicroseconds(late));
            total += size;
            pacer.NoteWritten(size, completes: true);
            var allowed = rate * (decimal)(clock.GetElapsedTime(start) + Pacer.Slack).TotalSeconds;
            if (total > allowed + size)
                return false;
        }
        return true;
    }

    private static bool Used(long rate, (int Size, int Late)[] writes)
    {
        var clock = new FakeTimeProvider();
        var pacer = new Pacer(rate, TimeSpan.Zero, clock);
        var start = clock.GetTimestamp();
        var due = 0m;
        foreach (var (size, _) in writes)
        {
            clock.Advance(pacer.Left);
            if (pacer.Left != TimeSpan.Zero || (decimal)clock.GetElapsedTime(start).TotalSeconds > due + 0.002m)
                return false;
            pacer.NoteWritten(size, completes: true);
            due += (decimal)size / rate;
        }
        return true;
    }

    private static Arbitrary<long> Rates() => Gen.Choose(0, 30).Select(power => 1L << power).ToArbitrary();

    private static Arbitrary<(int Size, int Late)[]> Writes() => Gen
        .ArrayOf(Gen.Choose(0, 17).Select(power => 1 << power).Zip(Gen.Choose(0, 200_000)))
        .ToArbitrary();
}
