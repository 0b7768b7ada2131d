using System.Text;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>What one says goes to all the others, whatever some of them do.</summary>
public sealed class BrokerTests
{
    [Fact(Timeout = HangGuard)]
    public async Task What_one_says_goes_to_all_the_others_in_one_order()
    {
        await using var table = new Table();
        var peers = await table.SeatAsync(4);
        await Task.WhenAll(peers.Select(async (peer, i) =>
        {
            for (var n = 0; n < 100; n++)
            {
                await peer.Lines.WriteLineAsync($"{i} {n}", Cancel);
                await peer.Lines.FlushAsync(Cancel);
            }
        }));
        var heard = await Task.WhenAll(peers.Select((peer, i) => ReadLinesAsync(peer, 300)));
        for (var one = 0; one < peers.Length; one++)
        {
            for (var other = one + 1; other < peers.Length; other++)
                Assert.Equal(HeardByBoth(heard[one], one, other), HeardByBoth(heard[other], one, other));
        }

        static IEnumerable<string> HeardByBoth(string[] lines, int one, int other) =>
            lines.Where(line => line[0] != '0' + one && line[0] != '0' + other);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_comes_later_hears_what_is_said_later_and_who_has_gone_is_not_missed()
    {
        await using var table = new Table();
        var (one, two) = (await table.SeatAsync(), await table.SeatAsync());
        await SayAsync(one, "first");
        Assert.Equal("first", await two.Lines.ReadLineAsync(Cancel));
        var three = await table.SeatAsync();
        await SayAsync(one, "second");
        Assert.Equal("second", await three.Lines.ReadLineAsync(Cancel));
        Assert.Equal("second", await two.Lines.ReadLineAsync(Cancel));
        await two.CloseAsync(Cancel);
        await table.Clock.FireAsync(TimeSpan.FromSeconds(1));
        await table.Outcomes[1];
        Assert.Equal(2, table.Broker.Count);
        await SayAsync(one, "third");
        Assert.Equal("third", await three.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task One_alone_speaks_to_nobody_and_is_not_held_up()
    {
        await using var table = new Table();
        var one = await table.SeatAsync();
        await one.WriteAsync(new byte[10_000_000], Cancel);
        await one.CloseAsync(Cancel);
        await table.Clock.FireAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((SessionEnding.PeerEnded, 10_000_000), ((await table.Outcomes[0]).Ending, (await table.Outcomes[0]).BytesReceived));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Two_alone_hold_each_other_up_and_lose_nothing()
    {
        await using var table = new Table(new() { QueueLimit = 1000, Patience = TimeSpan.Zero });
        var (one, two) = (await table.SeatAsync(), await table.SeatAsync());
        var payload = Payload.Create(20_000_000);
        var writing = one.WriteAsync(payload, Cancel).AsTask();
        var received = new byte[payload.Length];
        for (var count = 0; count < received.Length;)
            count += await two.ReadAsync(received.AsMemory(count, Math.Min(100_000, received.Length - count)), Cancel);
        await writing;
        Assert.Equal(Payload.Sha256(payload), Payload.Sha256(received));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_that_does_not_read_is_dropped_with_the_reason_and_the_others_miss_nothing()
    {
        await using var table = new Table(new() { QueueLimit = 100_000 });
        var (speaker, reader, stuck) = (await table.SeatAsync(), await table.SeatAsync(), await table.SeatAsync());
        var payload = Payload.Create(20_000_000);
        var speaking = speaker.WriteAsync(payload, Cancel).AsTask();
        Assert.Equal(Payload.Sha256(payload), Payload.Sha256(await ReadAsync(reader, payload.Length)));
        await speaking;
        var outcome = await table.Outcomes[2];
        var error = Assert.IsType<NetException>(outcome.Error);
        Assert.Equal((SessionEnding.Failed, NetErrorKind.LimitExceeded, stuck.LocalAddress), (outcome.Ending, error.Kind, error.RemoteAddress));
        Assert.Matches(@"dropped: it let \d[\d,]+ bytes wait, and the others for 2 s", error.Message);
        await Assert.ThrowsAsync<NetException>(async () => await ReadAsync(stuck, payload.Length));
    }

    /// <summary>Real sockets, a server, and readers of every kind; who is good hears all, in order, whatever the rest do. No more
    /// is said at once than may wait for one: so nobody good is taken for slow on a machine that is.</summary>
    [Fact(Timeout = 4 * HangGuard)]
    public async Task A_thousand_clients_among_them_slow_ones_and_some_that_never_read()
    {
        await using var broker = new Broker(new() { QueueLimit = 64 * 1024 });
        await using var server = Server.Start(
            $"unix:@{Guid.NewGuid()}",
            (peer, stop) => Session.RunAsync(broker.Join(peer.RemoteAddress), End.Of(peer), cancel: stop),
            new() { DrainTimeout = TimeSpan.Zero });
        var clients = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Connection.ConnectAsync(server.LocalAddress, cancel: Cancel).AsTask()));
        while (broker.Count < clients.Length)
            await Task.Delay(1, Cancel);
        var (speaker, stuck, good) = (clients[0], clients[1..51], clients[51..]);
        for (var i = 0; i < Messages; i += AtOnce)
        {
            var hearing = Task.WhenAll(good.Select((client, number) => HearAsync(client, i, dawdles: number % 10 == 0)));
            for (var said = i; said < i + AtOnce; said++)
                await speaker.WriteAsync(Message(said), Cancel);
            await hearing;
        }
        while (broker.Count > good.Length + 1)
            await Task.Delay(1, Cancel);
        foreach (var client in stuck)
            await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(client, Messages * MessageLength));

        static async Task HearAsync(Connection client, int first, bool dawdles)
        {
            if (dawdles)
                await Task.Delay(1, Cancel);
            for (var i = first; i < first + AtOnce; i++)
                Assert.Equal(Message(i), await ReadAsync(client, MessageLength));
        }

        static byte[] Message(int number) => Encoding.ASCII.GetBytes(number.ToString().PadLeft(MessageLength));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_input_is_heard_by_all_and_what_they_say_goes_to_the_output()
    {
        var (operatorsEnd, console) = Connection.CreatePair();
        await using var table = new Table(input: console, output: console);
        var peers = await table.SeatAsync(3);
        await SayAsync(operatorsEnd, "welcome");
        foreach (var peer in peers)
        {
            Assert.Equal("welcome", await peer.Lines.ReadLineAsync(Cancel));
            await SayAsync(peer, "thanks");
            Assert.Equal("thanks", await operatorsEnd.Lines.ReadLineAsync(Cancel));
        }
        await operatorsEnd.CloseWriteAsync(Cancel);
        foreach (var peer in peers)
            Assert.Null(await peer.Lines.ReadLineAsync(Cancel));
        var late = await table.SeatAsync();
        Assert.Null(await late.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Input_waits_until_there_is_somebody_to_hear_it()
    {
        await using var table = new Table(input: new MemoryStream("hello\n"u8.ToArray()), output: Stream.Null);
        var peer = await table.SeatAsync();
        Assert.Equal("hello", await peer.Lines.ReadLineAsync(Cancel));
        Assert.Null(await peer.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Among_peers_the_end_of_the_input_is_nobodys_end()
    {
        await using var table = new Table(input: new MemoryStream("welcome\n"u8.ToArray()));
        var (one, two) = (await table.SeatAsync(), await table.SeatAsync());
        Assert.Equal("welcome", await one.Lines.ReadLineAsync(Cancel));
        await SayAsync(one, "hello");
        string? line;
        while ((line = await two.Lines.ReadLineAsync(Cancel)) == "welcome")
        {
        }
        Assert.Equal("hello", line);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_chat_names_who_speaks_who_comes_and_who_goes()
    {
        var (operatorsEnd, console) = Connection.CreatePair();
        await using var table = new Table(new() { Chat = true }, console);
        var one = await table.SeatAsync(Ground.Tcp);
        Assert.Equal("<announce> 127.0.0.1 is connected as <user1>.", await one.Lines.ReadLineAsync(Cancel));
        Assert.Equal("<announce> already connected: nobody.", await one.Lines.ReadLineAsync(Cancel));
        var two = await table.SeatAsync(Ground.Unix);
        Assert.Equal("<announce> a Unix peer is connected as <user2>.", await one.Lines.ReadLineAsync(Cancel));
        Assert.Equal("<announce> a Unix peer is connected as <user2>.", await two.Lines.ReadLineAsync(Cancel));
        Assert.Equal("<announce> already connected: 127.0.0.1 as <user1>.", await two.Lines.ReadLineAsync(Cancel));
        await one.Lines.WriteAsync("hel", Cancel);
        await one.Lines.FlushAsync(Cancel);
        await one.Lines.WriteAsync("lo\r\n\n\ttab \e[2J \u202e \x9b\n", Cancel);
        await one.Lines.FlushAsync(Cancel);
        Assert.Equal("<user1> hello", await two.Lines.ReadLineAsync(Cancel));
        Assert.Equal("<user1> ", await two.Lines.ReadLineAsync(Cancel));
        Assert.Equal("<user1> \ttab \\u{1B}[2J \\u{202E} \\u{9B}", await two.Lines.ReadLineAsync(Cancel));
        await SayAsync(operatorsEnd, "closing time");
        Assert.Equal("<user0> closing time", await two.Lines.ReadLineAsync(Cancel));
        Assert.Equal("<user0> closing time", await one.Lines.ReadLineAsync(Cancel));
        await one.Lines.WriteAsync("bye, without a line end", Cancel);
        await one.CloseAsync(Cancel);
        Assert.Equal("<user1> bye, without a line end", await two.Lines.ReadLineAsync(Cancel));
        await table.Clock.FireAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("<announce> <user1> is disconnected.", await two.Lines.ReadLineAsync(Cancel));
        var three = await table.SeatAsync(Ground.Tcp);
        Assert.Equal("<announce> 127.0.0.1 is connected as <user3>.", await three.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_line_without_an_end_is_said_in_pieces()
    {
        await using var table = new Table(new() { Chat = true });
        var (one, two) = (await table.SeatAsync(), await table.SeatAsync());
        await one.Lines.WriteAsync(new string('x', 150_000) + "\n", Cancel);
        await one.Lines.FlushAsync(Cancel);
        var lines = new List<string>();
        while (lines.Sum(line => line.Length) < 150_000)
        {
            var line = Encoding.UTF8.GetString((await two.Lines.ReadUntilAsync("\n"u8.ToArray(), 100_000, Cancel)).Span).TrimEnd();
            if (line.StartsWith("<user", StringComparison.Ordinal))
                lines.Add(line[(line.IndexOf('>') + 2)..]);
        }
        Assert.Equal([65_536, 65_536, 18_928], lines.Select(line => line.Length));
    }

    private static async Task SayAsync(Connection peer, string line)
    {
        await peer.Lines.WriteLineAsync(line, Cancel);
        await peer.Lines.FlushAsync(Cancel);
    }

    private static async Task<string[]> ReadLinesAsync(Connection peer, int count)
    {
        var lines = new string[count];
        for (var i = 0; i < count; i++)
            lines[i] = (await peer.Lines.ReadLineAsync(Cancel))!;
        return lines;
    }

    private static async Task<byte[]> ReadAsync(Connection peer, int count)
    {
        var bytes = new byte[count];
        await peer.ReadExactlyAsync(bytes, Cancel);
        return bytes;
    }

    /// <summary>A broker and the sessions at it, whose clock stands still unless moved.</summary>
    private sealed class Table(BrokerOptions? options = null, Stream? input = null, Stream? output = null) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Connection> _peers = [];

        public FakeTimeProvider Clock { get; } = new();

        public List<Task<SessionOutcome>> Outcomes { get; } = [];

        public Broker Broker { get; } = input is null ? new(options) : new(input, options);

        /// <summary>Another peer, whose session is running.</summary>
        public async Task<Connection> SeatAsync(Ground ground = Ground.Tcp)
        {
            var (peer, ours) = await ConnectionPairs.CreateAsync(ground);
            var local = output is null ? Broker.Join(ours.RemoteAddress) : Broker.Join(ours.RemoteAddress, output);
            Outcomes.Add(Session.RunAsync(local, End.Of(ours), new() { Time = Clock }, _stop.Token));
            _peers.Add(peer);
            return peer;
        }

        public async Task<Connection[]> SeatAsync(int count)
        {
            var peers = new Connection[count];
            for (var i = 0; i < count; i++)
                peers[i] = await SeatAsync();
            return peers;
        }

        public async ValueTask DisposeAsync()
        {
            _peers.ForEach(peer => peer.Abort());
            await _stop.CancelAsync();
            await Task.WhenAll(Outcomes);
            await Broker.DisposeAsync();
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int Messages = 100;
    private const int MessageLength = 10_000;
    private const int AtOnce = 5;
    private const int HangGuard = 60_000;
}
