using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

public class RateLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_burst_passes_and_the_next_one_does_not()
    {
        var limiter = new RateLimiter(rate: 10, burst: 3, _time);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => limiter.TryTake(Source("192.0.2.1"))));
    }

    [Fact]
    public void A_token_comes_back_after_its_share_of_a_second()
    {
        var limiter = new RateLimiter(rate: 10, burst: 1, _time);
        Assert.True(limiter.TryTake(Source("192.0.2.1")));
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(limiter.TryTake(Source("192.0.2.1")));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(limiter.TryTake(Source("192.0.2.1")));
    }

    [Fact]
    public void A_bucket_holds_no_more_than_the_burst_however_long_it_rests()
    {
        var limiter = new RateLimiter(rate: 10, burst: 2, _time);
        limiter.TryTake(Source("192.0.2.1"));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limiter.TryTake(Source("192.0.2.1"))));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void An_IPv4_source_is_an_address_and_an_IPv6_source_a_network_of_64_bits(string one, string other, bool share)
    {
        var limiter = new RateLimiter(rate: 1, burst: 1, _time);
        Assert.True(limiter.TryTake(Source(one)));
        Assert.Equal(!share, limiter.TryTake(Source(other)));
    }

    [Fact]
    public void A_source_is_the_same_at_every_port()
    {
        var limiter = new RateLimiter(rate: 1, burst: 1, _time);
        Assert.True(limiter.TryTake(Address.Udp("192.0.2.1", 1000)));
        Assert.False(limiter.TryTake(Address.Udp("192.0.2.1", 2000)));
    }

    [Fact]
    public void A_Unix_source_is_its_name()
    {
        var limiter = new RateLimiter(rate: 1, burst: 1, _time);
        Assert.True(limiter.TryTake(Address.UnixDatagram("@one")));
        Assert.True(limiter.TryTake(Address.UnixDatagram("@two")));
        Assert.False(limiter.TryTake(Address.UnixDatagram("@one")));
    }

    [Fact]
    public void Rate_0_lets_everything_through_and_remembers_nobody()
    {
        var limiter = new RateLimiter(rate: 0, burst: 1, _time);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(limiter.TryTake(Source("192.0.2.1"))));
        Assert.Equal(0, limiter.SourceCount);
    }

    [Fact]
    public void Memory_is_bounded_however_many_sources_come()
    {
        var limiter = new RateLimiter(rate: 1, burst: 1, _time);
        for (uint n = 0; n < 100_000; n++)
            limiter.TryTake(Numbered(n));
        Assert.InRange(limiter.SourceCount, RateLimiter.GenerationSize, 2 * RateLimiter.GenerationSize);
    }

    [Fact]
    public void A_source_that_keeps_coming_is_not_forgotten_for_a_flood_of_others()
    {
        var limiter = new RateLimiter(rate: 1, burst: 1, _time);
        Assert.True(limiter.TryTake(Source("192.0.2.1")));
        for (uint n = 0; n < 100_000; n++)
        {
            limiter.TryTake(Numbered(n));
            if (n % (RateLimiter.GenerationSize / 2) == 0)
                Assert.False(limiter.TryTake(Source("192.0.2.1")));
        }
    }

    /// <summary>What a token bucket promises, for any times of arrival.</summary>
    [Fact]
    public void In_any_stretch_of_time_no_more_passes_than_a_burst_and_the_rate() => Prop.ForAll(
        Arrivals, Gen.Choose(1, 50).ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (gaps, rate, burst) =>
        {
            var passed = Passed(gaps, rate, burst);
            for (var from = 0; from < passed.Count; from++)
            {
                for (var to = from; to < passed.Count; to++)
                {
                    var allowed = burst + rate * (passed[to] - passed[from]).TotalSeconds;
                    Assert.True(to - from + 1 <= allowed + 1e-6, $"{to - from + 1} passed where {allowed} may");
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_keeps_to_the_rate_is_never_refused() => Prop.ForAll(
        Gen.Choose(1, 100).ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (rate, burst) =>
        {
            var gap = TimeSpan.FromSeconds(1.0 / rate) + TimeSpan.FromTicks(1);
            Assert.Equal(200, Passed(Enumerable.Repeat(gap, 200), rate, burst).Count);
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<TimeSpan[]> Arrivals =>
        Gen.Choose(0, 500).Select(ms => TimeSpan.FromMilliseconds(ms)).ArrayOf().ToArbitrary();

    /// <summary>When, from the start, something of one source passed.</summary>
    private static List<TimeSpan> Passed(IEnumerable<TimeSpan> gaps, int rate, int burst)
    {
        var time = new FakeTimeProvider();
        var limiter = new RateLimiter(rate, burst, time);
        var elapsed = TimeSpan.Zero;
        var passed = new List<TimeSpan>();
        foreach (var gap in gaps)
        {
            time.Advance(gap);
            elapsed += gap;
            if (limiter.TryTake(Source("192.0.2.1")))
                passed.Add(elapsed);
        }
        return passed;
    }

    private static Address Source(string host) => Address.Udp(host, 40000);

    private static Address Numbered(uint n) =>
        Address.From(new IPEndPoint(new IPAddress([10, (byte)(n >> 16), (byte)(n >> 8), (byte)n]), 40000), Transport.Udp);
}
