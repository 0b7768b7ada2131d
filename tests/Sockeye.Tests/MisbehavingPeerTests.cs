using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>What the two ends of the library make of peers that break the rules on purpose.</summary>
public class MisbehavingPeerTests
{
    private const int HangGuard = 30_000;
    private const string AnyPort = "127.0.0.1:0";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);
    private readonly FakeTimeProvider _time = new();
    private readonly Reports _reports = new();

    [Fact(Timeout = HangGuard)]
    public async Task A_silent_server_runs_into_the_idle_limit_and_closing_into_its_own()
    {
        await using var server = new MisbehavingServer(Misbehave.Silently);
        var connection = await ConnectAsync(server, _time);
        var reading = connection.Lines.ReadLineAsync().AsTask();
        await _time.FireAsync(Idle);
        await ThrowsAsync(NetErrorKind.TimedOut, NetOperation.Read, () => reading);
        var closing = connection.CloseAsync().AsTask();
        await _time.FireAsync(CloseLimit);
        await closing;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_slow_server_is_understood_byte_by_byte()
    {
        await using var server = new MisbehavingServer(Misbehave.Slowly("first\r\nzweite Zeile: äöü\nthe last one"u8.ToArray()));
        var connection = await ConnectAsync(server);
        var lines = new List<string>();
        await foreach (var line in connection.Lines.ReadAllAsync())
            lines.Add(line);
        await connection.CloseAsync();
        Assert.Equal(["first", "zweite Zeile: äöü", "the last one"], lines);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_resets_is_named_and_what_came_before_is_kept()
    {
        var taken = new TaskCompletionSource();
        await using var server = new MisbehavingServer(Misbehave.ByResetAfterSending("kept\nhalf"u8.ToArray(), taken.Task));
        var connection = await ConnectAsync(server);
        Assert.Equal("kept", await connection.Lines.ReadLineAsync());
        taken.SetResult();
        await ThrowsAsync(NetErrorKind.Reset, NetOperation.Read, () => connection.Lines.ReadLineAsync().AsTask());
        await connection.DisposeAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_resets_while_we_write_fails_the_writing()
    {
        await using var server = new MisbehavingServer(Misbehave.ByResetAfterReading(100_000));
        var connection = await ConnectAsync(server);
        var error = await Assert.ThrowsAsync<NetException>(async () =>
        {
            while (true)
                await connection.WriteAsync(new byte[10_000]);
        });
        Assert.Equal(NetOperation.Write, error.Operation);
        Assert.True(error.Kind is NetErrorKind.Reset or NetErrorKind.ClosedForWriting, error.Message);
        Assert.Equal(error.Kind, (await Assert.ThrowsAsync<NetException>(() => connection.CloseAsync().AsTask())).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_flooding_server_is_stopped_at_the_line_limit_and_does_not_hold_up_closing()
    {
        await using var server = new MisbehavingServer(Misbehave.ByFlood());
        var connection = await ConnectAsync(server);
        await ThrowsAsync(NetErrorKind.LimitExceeded, NetOperation.Read, () => connection.Lines.ReadLineAsync().AsTask());
        Assert.InRange(connection.BytesReceived, 1, 256 * 1024);
        await connection.CloseAsync(); // ends at CloseDrainLimit, at the latest at CloseTimeout
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_ends_first_still_gets_everything()
    {
        var received = new TaskCompletionSource<long>();
        await using var server = new MisbehavingServer(Misbehave.ByHalfClose(received));
        var connection = await ConnectAsync(server);
        Assert.Null(await connection.Lines.ReadLineAsync());
        for (var i = 0; i < 60; i++)
            await connection.WriteAsync(new byte[100_000]);
        await connection.CloseAsync();
        Assert.Equal(6_000_000, await received.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_delivers_less_than_promised_closed_early()
    {
        await using var server = new MisbehavingServer(Misbehave.ByClosingEarly("half"u8.ToArray()));
        var connection = await ConnectAsync(server);
        await ThrowsAsync(NetErrorKind.ClosedEarly, NetOperation.Read, async () => await connection.Lines.ReadExactlyAsync(8));
        await connection.CloseAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_never_reads_runs_into_the_idle_limit_and_is_not_said_to_have_it_all()
    {
        await using var server = new MisbehavingServer(Misbehave.ByNeverReading("hello\n"u8.ToArray()));
        var connection = await ConnectAsync(server, _time);
        Assert.Equal("hello", await connection.Lines.ReadLineAsync());
        var writing = WriteForEverAsync(connection, CancellationToken.None);
        await PassTimeAsync(writing);
        await ThrowsAsync(NetErrorKind.TimedOut, NetOperation.Write, () => writing);
        await Assert.ThrowsAsync<NetException>(() => connection.CloseAsync().AsTask());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_slow_caller_is_answered()
    {
        await using var server = Server.Start(AnyPort, AnswerAsync, Options);
        await MisbehavingCaller.CallAsync(server.LocalAddress, Misbehave.Slowly("one byte at a time\n"u8.ToArray()));
        Assert.Null(await _reports.NextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_resetting_caller_is_reported_as_that()
    {
        await using var server = Server.Start(AnyPort, WriteForEverAsync, Options);
        await MisbehavingCaller.CallAsync(server.LocalAddress, Misbehave.ByResetAfterReading(1000));
        var error = Assert.IsType<NetException>(await _reports.NextAsync());
        Assert.True(error.Kind is NetErrorKind.Reset or NetErrorKind.ClosedForWriting, error.Message);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_flooding_caller_is_closed_at_the_line_limit()
    {
        await using var server = Server.Start(AnyPort, AnswerAsync, Options);
        await MisbehavingCaller.CallAsync(server.LocalAddress, Misbehave.ByFlood());
        Assert.Equal(NetErrorKind.LimitExceeded, Assert.IsType<NetException>(await _reports.NextAsync()).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_that_half_closes_at_once_gets_its_whole_answer()
    {
        var received = new TaskCompletionSource<long>();
        await using var server = Server.Start(AnyPort, (peer, cancel) => peer.WriteAsync(new byte[3_000_000], cancel).AsTask(), Options);
        await MisbehavingCaller.CallAsync(server.LocalAddress, Misbehave.ByHalfClose(received));
        Assert.Equal(3_000_000, await received.Task);
        Assert.Null(await _reports.NextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_that_closes_in_the_middle_of_a_line_has_said_that_much()
    {
        var lines = new TaskCompletionSource<string?>();
        await using var server = Server.Start(
            AnyPort, async (peer, cancel) => lines.SetResult(await peer.Lines.ReadLineAsync(cancel)), Options);
        await MisbehavingCaller.CallAsync(server.LocalAddress, Misbehave.ByClosingEarly("half a li"u8.ToArray()));
        Assert.Equal("half a li", await lines.Task);
        Assert.Null(await _reports.NextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_that_never_reads_is_dropped_at_the_idle_limit()
    {
        using var over = new CancellationTokenSource();
        await using var server = Server.Start(AnyPort, WriteForEverAsync, Options with { Time = _time });
        var calling = MisbehavingCaller.CallAsync(server.LocalAddress, Misbehave.ByNeverReading(default), over.Token);
        var report = _reports.NextAsync();
        await PassTimeAsync(report);
        var error = Assert.IsType<NetException>(await report);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Write), (error.Kind, error.Operation));
        await over.CancelAsync();
        await calling;
    }

    [Fact(Timeout = HangGuard)]
    public async Task All_of_them_together_keep_a_good_caller_from_nothing()
    {
        using var over = new CancellationTokenSource();
        var server = Server.Start(AnyPort, AnswerAsync, _reports.On(new() { DrainTimeout = TimeSpan.Zero }));
        Misbehaviour[] all =
        [
            Misbehave.Silently,
            Misbehave.Slowly("slow\n"u8.ToArray()),
            Misbehave.ByResetAfterReading(1),
            Misbehave.ByFlood(),
            Misbehave.ByFlood((byte)'\n'),
            Misbehave.ByHalfClose(new()),
            Misbehave.ByClosingEarly("early"u8.ToArray()),
            Misbehave.ByNeverReading("never\n"u8.ToArray()),
        ];
        var bad = Enumerable.Range(0, 10).SelectMany(_ => all)
            .Select(misbehaviour => MisbehavingCaller.CallAsync(server.LocalAddress, misbehaviour, over.Token)).ToArray();
        for (var i = 0; i < 20; i++)
        {
            await using var good = await Connection.ConnectAsync(server.LocalAddress);
            await good.Lines.WriteLineAsync($"question {i}");
            Assert.Equal($"you said question {i}", await good.Lines.ReadLineAsync());
        }
        await server.StopAsync();
        await over.CancelAsync();
        await Task.WhenAll(bad);
        Assert.Equal((0, 1), (server.ConnectionCount, _reports.MostForOne));
    }

    private ServerOptions Options => _reports.On(new() { IdleTimeout = Idle });

    private static ValueTask<Connection> ConnectAsync(MisbehavingServer server, TimeProvider? time = null) => Connection.ConnectAsync(
        server.Address,
        new ConnectOptions { Connection = new() { Time = time ?? TimeProvider.System, IdleTimeout = Idle, CloseTimeout = CloseLimit } });

    private static async Task AnswerAsync(Connection peer, CancellationToken cancel)
    {
        while (await peer.Lines.ReadLineAsync(cancel) is { } line)
            await peer.Lines.WriteLineAsync($"you said {line}", cancel);
    }

    private static async Task WriteForEverAsync(Connection peer, CancellationToken cancel)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('x', 100_000));
        while (true)
            await peer.WriteAsync(bytes, cancel);
    }

    private static async Task ThrowsAsync(NetErrorKind kind, NetOperation operation, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<NetException>(call);
        Assert.Equal((kind, operation), (error.Kind, error.Operation));
    }

    /// <summary>Lets the clock run while the task is pending: which write will wait, nobody can know beforehand.</summary>
    private async Task PassTimeAsync(Task pending)
    {
        while (!pending.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(pending, Task.Delay(1));
        }
    }
}
