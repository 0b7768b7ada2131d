using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class QotdTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_quote_is_the_same_by_stream_and_by_datagram()
    {
        var clock = new FakeTimeProvider();
        await using var server = Server.Start("127.0.0.1:0", Qotd.ServeWith(clock: clock));
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", Qotd.AnswerWith(clock: clock));
        var quote = await Qotd.QueryAsync(server.LocalAddress);
        Assert.NotEmpty(quote);
        Assert.Equal(quote, await Qotd.QueryAsync(datagrams.LocalAddress));
    }

    [Fact]
    public async Task Each_day_has_its_quote_and_they_come_round()
    {
        var clock = new FakeTimeProvider();
        var answer = Qotd.AnswerWith(["one", "two", "three"], clock);
        var days = new List<string>();
        for (var day = 0; day < 4; day++, clock.Advance(TimeSpan.FromHours(12)))
        {
            var morning = await TextAsync(answer);
            clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(1));
            Assert.Equal(morning, await TextAsync(answer));
            clock.Advance(TimeSpan.FromTicks(1));
            days.Add(morning);
        }
        Assert.Equal(3, days.Distinct().Count());
        Assert.Equal(days[0], days[3]);
    }

    [Fact]
    public async Task The_built_in_quotes_keep_to_the_rules()
    {
        var clock = new FakeTimeProvider();
        var answer = Qotd.AnswerWith(clock: clock);
        for (var day = 0; day < 50; day++, clock.Advance(TimeSpan.FromDays(1)))
        {
            var text = await TextAsync(answer);
            Assert.True(text.Length < 512);
            Assert.EndsWith("\r\n", text);
            Assert.All(text, character => Assert.True(character is >= ' ' and <= '~' or '\r' or '\n'));
        }
    }

    [Fact]
    public async Task Line_ends_become_CR_LF() =>
        Assert.Equal("one\r\ntwo\r\n", await TextAsync(Qotd.AnswerWith(["one\ntwo"])));

    [Fact]
    public void A_quote_is_taken_if_it_is_short_and_printable_and_refused_otherwise() =>
        Prop.ForAll<NonNull<string>>(quote =>
        {
            var text = quote.Get.ReplaceLineEndings("\r\n");
            var fits = text.Length <= 509 && text.All(character => character is >= ' ' and <= '~' or '\r' or '\n');
            return fits == (Record.Exception(() => Qotd.ServeWith([quote.Get])) is not ArgumentException);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(509, true)]
    [InlineData(510, false)]
    public void The_limit_is_512_characters_with_the_line_end(int length, bool fits) =>
        Assert.Equal(fits, Record.Exception(() => Qotd.AnswerWith([new string('x', length)])) is null);

    [Fact]
    public void There_has_to_be_a_quote() => Assert.Throws<ArgumentException>(() => Qotd.ServeWith([]));

    private static async Task<string> TextAsync(DatagramHandler answer) =>
        Encoding.ASCII.GetString((await answer(default, default))!.Value.Span);
}
