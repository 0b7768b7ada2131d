using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Sessions;
using Xunit;

namespace Sockeye.Tests.Sessions;

public class FramerTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\n\nb", "a||b")]
    [InlineData("\n", "")]
    [InlineData("a\rb\n", "a\rb")]
    public void A_message_a_line_without_its_end(string input, string messages) =>
        Assert.Equal(messages.Split('|'), Cut(new() { Framing = Framing.Line }, input));

    [Theory]
    [InlineData("a\nb\r\nc", "a\r\n|b\r\n|c\r\n")]
    [InlineData("\n", "\r\n")]
    public void A_message_a_line_with_CR_LF_where_that_is_asked_for(string input, string messages) =>
        Assert.Equal(messages.Split('|'), Cut(new() { Framing = Framing.Line, Crlf = true }, input));

    [Fact]
    public void A_message_up_to_each_NUL() =>
        Assert.Equal(["a\n", "", "b"], Cut(new() { Framing = Framing.Nul }, "a\n\0\0b"));

    [Fact]
    public void A_message_a_block_and_the_last_may_be_shorter() =>
        Assert.Equal(["abc", "def", "g"], Cut(new() { Framing = Framing.Block, FrameSize = 3 }, "abcdefg"));

    [Fact]
    public void A_block_that_is_just_full_is_not_followed_by_an_empty_one() =>
        Assert.Equal(["abc"], Cut(new() { Framing = Framing.Block, FrameSize = 3 }, "abc"));

    [Theory]
    [InlineData("")]
    [InlineData("all\nof it")]
    public void All_of_the_input_as_one_message(string input) =>
        Assert.Equal([input], Cut(new() { Framing = Framing.Whole }, input));

    [Theory]
    [InlineData(Framing.Line)]
    [InlineData(Framing.Nul)]
    [InlineData(Framing.Block)]
    public void Empty_input_makes_no_message(Framing framing) =>
        Assert.Empty(Cut(new() { Framing = framing }, ""));

    [Fact]
    public void A_message_that_no_datagram_can_hold_is_refused_before_memory_is_full()
    {
        var framer = new Framer(new() { Framing = Framing.Line });
        var error = Assert.Throws<NetException>(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                framer.Add(new byte[100_000]);
                framer.TryTake(out _);
            }
        });
        Assert.Equal(NetErrorKind.MessageTooLarge, error.Kind);
    }

    [Fact]
    public void Bytes_of_an_unfinished_message_are_counted()
    {
        var framer = new Framer(new() { Framing = Framing.Line });
        framer.Add("one\ntwo"u8.ToArray());
        while (framer.TryTake(out _))
        {
        }
        Assert.Equal(3, framer.PendingCount);
        Assert.True(framer.TryTakeLast(out _));
        Assert.Equal(0, framer.PendingCount);
    }

    [Fact]
    public void However_reads_cut_the_input_the_messages_are_the_same() => Prop.ForAll(
        ArbMap.Default.ArbFor<int[]>(), ArbMap.Default.ArbFor<byte>(),
        (symbols, seed) =>
        {
            var input = string.Concat(symbols.Select(symbol => "ab\n\r\0"[Math.Abs(symbol % 5)]));
            var options = new SessionOptions { Framing = (Framing)(1 + (seed % 4)), Crlf = seed > 127, FrameSize = 1 + (seed % 7) };
            return Cut(options, input).SequenceEqual(CutByteByByte(options, input));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a\nb\n", "a\r\nb\r\n")]
    [InlineData("a\r\nb", "a\r\nb")]
    [InlineData("\n\n\r\n\r\r\n", "\r\n\r\n\r\n\r\r\n")]
    [InlineData("", "")]
    public void Each_LF_gets_its_CR_however_the_input_is_cut(string input, string expected)
    {
        var atOnce = new CrlfFilter();
        Assert.Equal(expected, Text(atOnce.Convert(Bytes(input))));
        var byByte = new CrlfFilter();
        Assert.Equal(expected, string.Concat(input.Select(c => Text(byByte.Convert(Bytes(c.ToString()))))));
    }

    private static List<string> Cut(SessionOptions options, string input) => Cut(options, [input]);

    private static List<string> CutByteByByte(SessionOptions options, string input) => Cut(options, input.Select(c => c.ToString()));

    private static List<string> Cut(SessionOptions options, IEnumerable<string> reads)
    {
        var framer = new Framer(options);
        var messages = new List<string>();
        foreach (var read in reads)
        {
            framer.Add(Bytes(read));
            while (framer.TryTake(out var message))
                messages.Add(Text(message));
        }
        if (framer.TryTakeLast(out var last))
            messages.Add(Text(last));
        return messages;
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
