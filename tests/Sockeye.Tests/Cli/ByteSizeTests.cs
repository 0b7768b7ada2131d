using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("64k", 65536)]
    [InlineData("64K", 65536)]
    [InlineData("1.5m", 1572864)]
    [InlineData("2g", 2147483648)]
    public void Sizes_are_read_as_people_type_them(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1 k")]
    [InlineData("1kb")]
    [InlineData("1t")]
    [InlineData("0.3")]
    [InlineData("9999999999g")]
    [InlineData("99999999999999999999999999999999")]
    public void Anything_else_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Fact]
    public void Every_number_of_bytes_can_be_typed() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), bytes =>
            ByteSize.TryParse(bytes.ToString(), out var plain) && plain == bytes
            && ByteSize.TryParse($"{bytes}k", out var kilo) && kilo == bytes * 1024L).QuickCheckThrowOnFailure();
}
