using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>Sessions over datagrams: every chunk is one, an empty one too, and only a rule can end them.</summary>
public class DatagramSessionTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Each_line_is_a_datagram_and_an_empty_line_an_empty_one()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var options = new SessionOptions { Framing = Framing.Line, LocalEndedWait = TimeSpan.Zero };
        var outcome = await Session.RunAsync(End.Of(Input("one\n\ntwo\r\nthree"), null), End.Of(client), options);
        Assert.Equal((SessionEnding.LocalEnded, 4, 11), (outcome.Ending, outcome.MessagesSent, outcome.BytesSent));
        foreach (var expected in (string[])["one", "", "two", "three"])
            Assert.Equal(expected, (await server.ReceiveAsync()).Text);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Empty_datagrams_are_received_and_are_no_end()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var sizes = new List<int>();
        var output = new MemoryStream();
        var options = new SessionOptions
        {
            Framing = Framing.Whole,
            Replies = 3,
            OnChunk = chunk =>
            {
                if (chunk.Direction == SessionDirection.Received)
                    sizes.Add(chunk.Bytes.Length);
            },
        };
        var running = Session.RunAsync(End.Of(Input("ask"), output), End.Of(client), options);
        var request = await server.ReceiveAsync();
        await server.SendToAsync(ReadOnlyMemory<byte>.Empty, request.From);
        await server.SendToAsync("x"u8.ToArray(), request.From);
        await server.SendToAsync(ReadOnlyMemory<byte>.Empty, request.From);
        var outcome = await running;
        Assert.Equal((SessionEnding.RepliesCame, 3, 1), (outcome.Ending, outcome.MessagesReceived, outcome.BytesReceived));
        Assert.Equal([0, 1, 0], sizes);
        Assert.NotNull(outcome.FirstReceived);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Fewer_replies_than_asked_for_are_a_timeout()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var clock = new FakeTimeProvider();
        var came = new TaskCompletionSource();
        var options = new SessionOptions
        {
            Replies = 2,
            LocalEndedWait = TimeSpan.FromSeconds(2),
            Time = clock,
            OnChunk = chunk =>
            {
                if (chunk.Direction == SessionDirection.Received)
                    came.TrySetResult();
            },
        };
        var running = Session.RunAsync(End.Of(Input("ask"), null), End.Of(client), options);
        var request = await server.ReceiveAsync();
        await server.SendToAsync("only one"u8.ToArray(), request.From);
        await came.Task;
        await clock.FireAsync(TimeSpan.FromSeconds(2));
        var error = Assert.IsType<NetException>((await running).Error);
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
        Assert.StartsWith("1 of 2 replies came within 2 s", error.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_is_not_there_is_told_as_refused()
    {
        await using var client = await DatagramSocket.ConnectAsync("127.0.0.1", PeerPort.Choose());
        var outcome = await Session.RunAsync(End.Of(Input("anybody?"), null), End.Of(client));
        var error = Assert.IsType<NetException>(outcome.Error);
        Assert.Equal((SessionEnding.Failed, NetErrorKind.Refused), (outcome.Ending, error.Kind));
        Assert.EndsWith("(1 datagram sent, 0 received)", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_datagram_that_was_cut_is_told_as_such()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var client = await DatagramSocket.ConnectAsync(server.LocalAddress, new() { MaxDatagram = 4 });
        var truncated = new List<bool>();
        var options = new SessionOptions { Replies = 2, OnChunk = chunk => truncated.Add(chunk.Truncated) };
        var running = Session.RunAsync(End.Of(Input("ask"), null), End.Of(client), options);
        var request = await server.ReceiveAsync();
        await server.SendToAsync("12345"u8.ToArray(), request.From);
        await server.SendToAsync("1234"u8.ToArray(), request.From);
        Assert.Equal(SessionEnding.RepliesCame, (await running).Ending);
        Assert.Equal([false, true, false], truncated);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_serving_end_talks_with_the_first_sender_only()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var first = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await using var other = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await first.SendAsync("from the first");
        var running = Session.RunAsync(
            End.Of(Input("answer"), null), End.Of(server, await server.ReceiveAsync()), new() { Replies = 2 });
        Assert.Equal("answer", (await first.ReceiveAsync()).Text);
        await other.SendAsync("from another");
        await first.SendAsync("again");
        var outcome = await running;
        Assert.Equal((SessionEnding.RepliesCame, 19), (outcome.Ending, outcome.BytesReceived));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_serving_end_for_anyone_answers_whoever_sent_last()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        await using var first = await DatagramSocket.ConnectAsync(server.LocalAddress);
        await using var other = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var (user, console) = Connection.CreatePair();
        await first.SendAsync("1");
        var running = Session.RunAsync(
            End.Of(console, console), End.Of(server, await server.ReceiveAsync(), fromAnyone: true),
            new() { LocalEndedWait = TimeSpan.Zero });
        var printed = new byte[1];
        await user.ReadExactlyAsync(printed);
        await other.SendAsync("2");
        await user.ReadExactlyAsync(printed);
        Assert.Equal("2"u8.ToArray(), printed);
        await user.WriteAsync("to the other"u8.ToArray());
        Assert.Equal("to the other", (await other.ReceiveAsync()).Text);
        await user.CloseWriteAsync();
        Assert.Equal(SessionEnding.LocalEnded, (await running).Ending);
    }

    [Fact]
    public void An_unconnected_socket_needs_a_first_datagram()
    {
        using var socket = DatagramSocket.Bind("127.0.0.1:0");
        Assert.Throws<ArgumentException>(() => End.Of(socket));
    }

    private static MemoryStream Input(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    private const int HangGuard = 30_000;
}
