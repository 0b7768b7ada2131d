using System.Collections.Concurrent;
using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

/// <summary>Many requests that are there at once: each is one, whatever the kernel joins, and whoever else is answered.</summary>
public class DatagramBatchTests
{
    private const int HangGuard = 60_000;
    private readonly BlockingCollection<(Address From, string Reason)> _dropped = [];
    private readonly BlockingCollection<(Address At, Exception Error)> _errors = [];

    private DatagramServerOptions Reporting => new()
    {
        RatePerSource = 0,
        OnDropped = (from, reason) => _dropped.Add((from, reason)),
        OnError = (at, error) => _errors.Add((at, error)),
    };

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0", "127.0.0.1")]
    [InlineData("[::1]:0", "::1")]
    [InlineData("*:0", "127.0.0.1")]
    public async Task What_the_kernel_joins_is_handled_and_answered_in_its_parts(string at, string host)
    {
        var seen = new ConcurrentQueue<(Address From, int Length)>();
        await using var server = DatagramServer.Start(at, (request, _) =>
        {
            seen.Enqueue((request.From, request.Bytes.Length));
            return new(request.Bytes);
        }, Reporting);
        using var client = new BareUdp(host, server.LocalAddress.Port);
        var bytes = Payload.Create(60 * 100 + 7);
        client.SendSegments(bytes, 100);
        for (var i = 0; i < 61; i++)
            Assert.Equal(bytes[(i * 100)..Math.Min(bytes.Length, (i + 1) * 100)], client.Receive());
        Assert.Equal(Enumerable.Repeat(100, 60).Append(7), seen.Select(each => each.Length));
        Assert.All(seen, each => Assert.Equal(Address.Udp(host, client.Port), each.From));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Answers_of_all_sizes_keep_their_order_and_their_bounds()
    {
        int[] sizes = [3, 3, 2, 0, 3, 5, 5, 1, 0, 0, 1400, 1400, 700, 1400, 9000, 9000, 9000, 40_000, 1];
        await using var crowd = await Crowd.GatherAsync((request, _) => new(request.Bytes), Reporting);
        using var client = new BareUdp(crowd.Server);
        var sent = sizes.Select((size, i) => Payload.Create(size, i)).ToList();
        foreach (var request in sent)
            client.Send(request);
        crowd.LetIn();
        foreach (var request in sent)
            Assert.Equal(request, client.Receive());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Each_of_many_senders_gets_its_own_answers_in_order()
    {
        await using var crowd = await Crowd.GatherAsync((request, _) => new(Encoding.UTF8.GetBytes($"{request.Text} of {request.From.Port}")), Reporting);
        var clients = Enumerable.Range(0, 30).Select(_ => new BareUdp(crowd.Server)).ToList();
        for (var i = 0; i < 5; i++)
            clients.ForEach(client => client.Send(Encoding.UTF8.GetBytes($"{i}")));
        crowd.LetIn();
        foreach (var client in clients)
        {
            for (var i = 0; i < 5; i++)
                Assert.Equal($"{i} of {client.Port}", client.ReceiveText());
            client.Dispose();
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_may_answer_out_of_the_same_memory_each_time()
    {
        var answer = new byte[1];
        await using var crowd = await Crowd.GatherAsync((request, _) =>
        {
            answer[0] = (byte)(request.Bytes.Span[0] + 1);
            return new(answer);
        }, Reporting);
        using var client = new BareUdp(crowd.Server);
        for (byte i = 0; i < 40; i++)
            client.Send([i]);
        crowd.LetIn();
        for (byte i = 0; i < 40; i++)
            Assert.Equal([(byte)(i + 1)], client.Receive());
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_slow_handler_does_not_hold_back_the_answers_before_it(bool blocks)
    {
        using var release = new ManualResetEventSlim();
        var released = new TaskCompletionSource();
        await using var crowd = await Crowd.GatherAsync(async (request, _) =>
        {
            if (request.Text == "slow" && blocks)
                release.Wait();
            else if (request.Text == "slow")
                await released.Task;
            return request.Bytes;
        }, Reporting);
        using var quick = new BareUdp(crowd.Server);
        using var slow = new BareUdp(crowd.Server);
        quick.Send("quick"u8);
        slow.Send("slow"u8);
        quick.Send("late"u8);
        crowd.LetIn();
        Assert.Equal("quick", quick.ReceiveText());
        release.Set();
        released.SetResult();
        Assert.Equal("slow", slow.ReceiveText());
        Assert.Equal("late", quick.ReceiveText());
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_answer_that_cannot_be_sent_is_reported_and_those_around_it_are_sent()
    {
        await using var crowd = await Crowd.GatherAsync(
            (request, _) => new(request.Text == "much" ? new byte[65_508] : request.Bytes), Reporting);
        using var client = new BareUdp(crowd.Server);
        foreach (var text in new[] { "one", "two", "much", "three" })
            client.Send(Encoding.UTF8.GetBytes(text));
        crowd.LetIn();
        foreach (var text in new[] { "one", "two", "three" })
            Assert.Equal(text, client.ReceiveText());
        var (at, error) = _errors.Take();
        Assert.Equal(client.Port, at.Port);
        Assert.Equal((NetErrorKind.MessageTooLarge, NetOperation.Write), (((NetException)error).Kind, ((NetException)error).Operation));
        Assert.Contains("at most 65,507", error.Message);
        Assert.Empty(_errors);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_that_throws_costs_the_others_nothing()
    {
        await using var crowd = await Crowd.GatherAsync((request, _) =>
            request.Text == "bad" ? throw new FormatException("bad request") : new(request.Bytes), Reporting);
        using var client = new BareUdp(crowd.Server);
        foreach (var text in new[] { "one", "bad", "two" })
            client.Send(Encoding.UTF8.GetBytes(text));
        crowd.LetIn();
        foreach (var text in new[] { "one", "two" })
            Assert.Equal(text, client.ReceiveText());
        Assert.IsType<FormatException>(_errors.Take().Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_rate_counts_what_the_kernel_joined_in_its_parts()
    {
        var options = Reporting with { RatePerSource = 1, Burst = 3, Socket = new() { Time = new FakeTimeProvider() } };
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes), options);
        using var client = new BareUdp(server);
        client.SendSegments("0123456789"u8.ToArray(), 1);
        for (var i = 0; i < 7; i++)
            Assert.Equal((client.Port, "more than 1 requests a second, after a burst of 3"), (_dropped.Take() is var (from, reason) ? from.Port : 0, reason));
        foreach (var text in new[] { "0", "1", "2" })
            Assert.Equal(text, client.ReceiveText());
        Assert.Empty(_dropped);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Whoever_is_denied_is_told_of_for_each_datagram_and_not_served()
    {
        var refused = new BlockingCollection<Address>();
        var access = new AccessList { Deny = AddressSet.Parse("127.0.0.66") };
        var options = Reporting with { Socket = new() { Access = access, OnRefused = (from, _) => refused.Add(from) } };
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes), options);
        using var denied = new BareUdp(server, "127.0.0.66");
        using var allowed = new BareUdp(server);
        denied.SendSegments("abc"u8.ToArray(), 1);
        allowed.SendSegments("xyz"u8.ToArray(), 1);
        foreach (var text in new[] { "x", "y", "z" })
            Assert.Equal(text, allowed.ReceiveText());
        Assert.Equal(Enumerable.Repeat(Address.Udp("127.0.0.66", denied.Port), 3), refused);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_longer_than_wanted_is_cut_in_each_part_and_says_so()
    {
        var seen = new BlockingCollection<(string, bool)>();
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) =>
        {
            seen.Add((request.Text, request.Truncated));
            return default;
        }, Reporting with { Socket = new() { MaxDatagram = 3 } });
        using var client = new BareUdp(server);
        client.SendSegments("abcdefgh"u8.ToArray(), 5);
        Assert.Equal(("abc", true), seen.Take());
        Assert.Equal(("fgh", false), seen.Take());
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_left_when_the_server_stops_is_not_handled()
    {
        var handled = 0;
        var reached = new TaskCompletionSource();
        await using var crowd = await Crowd.GatherAsync(async (_, cancel) =>
        {
            handled++;
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return null;
        }, Reporting);
        using var client = new BareUdp(crowd.Server);
        for (var i = 0; i < 3; i++)
            client.Send("x"u8);
        crowd.LetIn();
        await reached.Task;
        await crowd.Server.StopAsync();
        Assert.Equal(1, handled);
        Assert.Empty(_errors);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_answer_that_comes_after_the_end_reaches_nobody()
    {
        var time = new FakeTimeProvider();
        var handling = new TaskCompletionSource();
        var never = new TaskCompletionSource<ReadOnlyMemory<byte>?>();
        var server = DatagramServer.Start("127.0.0.1:0", async (_, _) =>
        {
            handling.SetResult();
            return await never.Task;
        }, Reporting with { Socket = new() { Time = time } });
        using var left = new BareUdp(server);
        left.Send("hello"u8);
        await handling.Task;
        var stop = server.StopAsync();
        await time.FireAsync(TimeSpan.FromSeconds(1));
        await stop;
        never.SetResult("late"u8.ToArray());

        await using var next = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes));
        using var client = new BareUdp(next);
        client.Send("mine"u8);
        Assert.Equal("mine", client.ReceiveText());
    }

    /// <summary>A server whose first request keeps it until the others are there, too.</summary>
    private sealed class Crowd(DatagramServer server, TaskCompletionSource letIn) : IAsyncDisposable
    {
        public DatagramServer Server => server;

        public static async Task<Crowd> GatherAsync(DatagramHandler handler, DatagramServerOptions options)
        {
            var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var letIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var server = DatagramServer.Start("127.0.0.1:0", (request, cancel) =>
                isBusy.Task.IsCompleted ? handler(request, cancel) : KeepAsync(cancel), options);
            using var first = new BareUdp(server);
            first.Send("first"u8);
            await isBusy.Task;
            return new Crowd(server, letIn);

            async ValueTask<ReadOnlyMemory<byte>?> KeepAsync(CancellationToken cancel)
            {
                isBusy.SetResult();
                await letIn.Task.WaitAsync(cancel);
                return null;
            }
        }

        public void LetIn() => letIn.SetResult();

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
