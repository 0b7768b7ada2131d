using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class DurationTests
{
    [Theory]
    [InlineData("10", 10_000)]
    [InlineData("1.5", 1_500)]
    [InlineData("0", 0)]
    [InlineData("500ms", 500)]
    [InlineData("0.5ms", 0.5)]
    [InlineData("2s", 2_000)]
    [InlineData("1m", 60_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1000h", 3_600_000_000)]
    [InlineData("none", -1)]
    public void Times_are_read_as_people_type_them(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 s")]
    [InlineData("1,5")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("1d")]
    [InlineData("1ss")]
    [InlineData("1sm")]
    [InlineData("1M")]
    [InlineData("None")]
    [InlineData("infinite")]
    [InlineData("1001h")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("0.000000001")]
    [InlineData("１")]
    public void Anything_else_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void What_is_shown_can_be_typed() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Two().Select(pair => TimeSpan.FromTicks((long)pair.Item1 * (pair.Item2 % 16000 + 1))).ToArbitrary(), duration =>
            Duration.TryParse(Duration.Format(duration), out var read) && read == duration).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_makes_it_fail() =>
        Prop.ForAll<string>(text => Duration.TryParse(text ?? "", out var read) || read == Timeout.InfiniteTimeSpan || read >= TimeSpan.Zero)
            .QuickCheckThrowOnFailure();
}
