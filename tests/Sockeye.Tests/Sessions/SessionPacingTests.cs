using System.Text;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>Sessions that go slower than they could.</summary>
public class SessionPacingTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Lines_go_one_by_one_and_the_end_goes_with_the_last()
    {
        var session = await RunningSession.StartAsync(Ground.Pair, new() { SendDelay = Second });
        await session.User.Lines.WriteAsync("one\ntwo\nand a rest");
        await session.User.CloseWriteAsync();
        Assert.Equal("one\n", await NextAsync(session.Peer));
        await session.Clock.FireAsync(Second);
        Assert.Equal("two\n", await NextAsync(session.Peer));
        await session.Clock.FireAsync(Second);
        Assert.Equal("and a rest", await session.Peer.Lines.ReadToEndAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_line_that_is_typed_in_pieces_is_one_line()
    {
        var session = await RunningSession.StartAsync(Ground.Pair, new() { SendDelay = Second, Crlf = true });
        await session.User.WriteAsync("o"u8.ToArray());
        Assert.Equal("o", await NextAsync(session.Peer));
        await session.User.WriteAsync("ne\ntwo\n"u8.ToArray());
        Assert.Equal("ne\r\n", await NextAsync(session.Peer));
        await session.Clock.FireAsync(Second);
        Assert.Equal("two\r\n", await NextAsync(session.Peer));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Our_own_wait_is_no_silence()
    {
        var session = await RunningSession.StartAsync(Ground.Pair, new() { SendDelay = 10 * Second, IdleTimeout = 3 * Second });
        await session.User.Lines.WriteAsync("one\ntwo\n");
        await session.User.Lines.FlushAsync();
        Assert.Equal("one\n", await NextAsync(session.Peer));
        await session.Clock.TimerArmedAsync(10 * Second);
        session.Clock.Advance(9 * Second);
        session.Clock.Advance(Second);
        Assert.Equal("two\n", await NextAsync(session.Peer));
        var outcome = await session.EndInTimeAsync();
        Assert.Equal(NetErrorKind.TimedOut, Assert.IsType<NetException>(outcome.Error).Kind);
        Assert.True(outcome.Duration >= 13 * Second, $"{outcome.Duration}");
    }

    [Fact(Timeout = HangGuard)]
    public async Task Cancelled_in_a_wait_it_says_what_was_not_sent()
    {
        var session = await RunningSession.StartAsync(Ground.Pair, new() { SendDelay = Second });
        await session.User.Lines.WriteAsync("one\ntwo\nthree\n");
        await session.User.Lines.FlushAsync();
        await session.Clock.TimerArmedAsync(Second);
        await session.CancelAsync();
        var outcome = await session.Outcome;
        Assert.Equal((SessionEnding.Cancelled, 4, 10), (outcome.Ending, outcome.BytesSent, outcome.BytesUnsent));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_that_wait_when_the_replies_have_come_are_not_sent()
    {
        var clock = new FakeTimeProvider();
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var socket = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var input = new MemoryStream("one\ntwo\nthree\n"u8.ToArray());
        var options = new SessionOptions { Time = clock, SendDelay = Second, Framing = Framing.Line, Replies = 1 };
        var running = Session.RunAsync(End.Of(input, null), End.Of(socket), options);
        await clock.TimerArmedAsync(Second);
        await server.SendToAsync("reply"u8.ToArray(), (await server.ReceiveAsync()).From);
        var outcome = await running;
        Assert.Equal((SessionEnding.RepliesCame, 1, 10), (outcome.Ending, outcome.MessagesSent, outcome.BytesUnsent));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_rate_holds_for_what_is_sent_and_for_what_comes()
    {
        var session = await RunningSession.StartAsync(Ground.Pair, new() { BytesPerSecond = 10 });
        await session.User.Lines.WriteAsync("twenty bytes to send");
        await session.User.CloseWriteAsync();
        await session.Peer.Lines.WriteAsync("ten to get");
        await session.Peer.CloseWriteAsync();
        var outcome = await session.EndInTimeAsync();
        Assert.Equal((20, 10, SessionEnding.BothEnded), (outcome.BytesSent, outcome.BytesReceived, outcome.Ending));
        Assert.True(outcome.PeerEnded >= 0.9 * Second - Pacer.Slack, $"{outcome.PeerEnded}");
        Assert.True(outcome.LocalEnded >= 1.9 * Second - Pacer.Slack, $"{outcome.LocalEnded}");
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_came_in_time_is_not_lost_in_a_wait()
    {
        var session = await RunningSession.StartAsync(Ground.Pair, new() { BytesPerSecond = 1, LocalEndedWait = Second / 2 });
        await session.User.CloseWriteAsync();
        Assert.Equal("", await session.Peer.Lines.ReadToEndAsync());
        await session.Peer.Lines.WriteAsync("ab");
        await session.Peer.Lines.FlushAsync();
        await session.Clock.TimerArmedAsync(Second);
        session.Clock.Advance(Second / 2);
        Assert.Equal(SessionEnding.LocalEnded, (await session.Outcome).Ending);
        Assert.Equal("ab", await session.PrintedAsync());
    }

    private static async Task<string> NextAsync(Connection peer)
    {
        var buffer = new byte[100];
        return Encoding.UTF8.GetString(buffer, 0, await peer.ReadAsync(buffer));
    }

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private const int HangGuard = 60_000;
}
