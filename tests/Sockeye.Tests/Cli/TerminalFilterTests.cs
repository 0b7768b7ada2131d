using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tool.Sessions;
using Xunit;

namespace Sockeye.Tests.Cli;

public class TerminalFilterTests
{
    [Theory]
    [InlineData("plain text\twith a tab\n", "plain text\twith a tab\n")]
    [InlineData("lines\r\nof the net\r\n", "lines\r\nof the net\r\n")]
    [InlineData("\x1b[31mred\x1b[0m\n", "^[[31mred^[[0m\n")]
    [InlineData("\a\b\0\x7f\n", "^G^H^@^?\n")]
    [InlineData("over\rwrite\n", "over^Mwrite\n")]
    [InlineData("caf\u00e9 你好 🌸 e\u0301 👨‍👩‍👧\n", "caf\u00e9 你好 🌸 e\u0301 👨‍👩‍👧\n")]
    [InlineData("\u009b31m\n", "<U+009B>31m\n")]
    [InlineData("\u202egnp.exe\u2066\u200f\n", "<U+202E>gnp.exe<U+2066><U+200F>\n")]
    [InlineData("no line end", "no line end\n")]
    [InlineData("\r", "^M\n")]
    public void Controls_are_shown_and_text_passes(string sent, string shown) => Assert.Equal(shown, Show(Encoding.UTF8.GetBytes(sent)));

    [Fact]
    public void Bytes_that_are_no_UTF8_are_shown_as_such() => Assert.Equal("\\xff\\xfea\\xc3\n", Show([0xff, 0xfe, (byte)'a', 0xc3]));

    [Fact]
    public void However_the_bytes_are_cut_the_same_is_shown() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<byte[]>(),
        (text, bytes) =>
        {
            byte[] all = [.. Encoding.UTF8.GetBytes(text ?? ""), .. bytes, .. "\r\n🌸"u8];
            return Show(all) == Show(false, [.. all.Select(value => new[] { value })]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_that_commands_a_terminal_ever_passes() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => Show(bytes).All(c => c is '\n' or '\t' or '\r' || !char.IsControl(c))).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_datagram_has_its_line_and_an_empty_one_is_told() =>
        Assert.Equal("one\ntwo\n(empty datagram)\n\\xc3\n", Show(true, "one"u8.ToArray(), "two\n"u8.ToArray(), [], [0xc3]));

    private static string Show(byte[] bytes) => Show(false, bytes);

    private static string Show(bool showsDatagrams, params byte[][] reads)
    {
        var terminal = new MemoryStream();
        var filter = new TerminalFilter(terminal, showsDatagrams);
        foreach (var read in reads)
            filter.Write(read, 0, read.Length);
        filter.FinishAsync().AsTask().GetAwaiter().GetResult();
        return Encoding.UTF8.GetString(terminal.ToArray());
    }
}
