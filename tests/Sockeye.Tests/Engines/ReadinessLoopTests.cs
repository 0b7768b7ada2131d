using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Engines;

/// <summary>What is the loop's own: where code runs, what it is told and what it must not miss. All else about connections
/// and servers is tested on both engines by the tests of these.</summary>
public class ReadinessLoopTests
{
    private const int HangGuard = 60_000;

    [Fact(Timeout = HangGuard)]
    public async Task Code_goes_on_on_the_loop_and_what_it_dials_stays_there()
    {
        OnLoop.Require();
        await using var far = Server.Start(OnLoop.AnyPort, OnLoop.EchoLinesAsync, OnLoop.Serve);
        var (before, after) = await Task.Run(async () =>
        {
            while (ReadinessLoop.Current is null)
                await OnLoop.EnterAsync().ConfigureAwait(false);
            var before = ReadinessLoop.Current;
            await using var onward = await Connection.ConnectAsync(far.LocalAddress, OnLoop.Connect).ConfigureAwait(false);
            do
            {
                await onward.Lines.WriteLineAsync("hello").ConfigureAwait(false);
                await onward.Lines.ReadLineAsync().ConfigureAwait(false);
            }
            while (ReadinessLoop.Current is null);
            return (before, ReadinessLoop.Current);
        });
        Assert.Same(before, after);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handler_begins_on_the_loop_also_where_its_connection_has_been_told_of_before()
    {
        OnLoop.Require();
        var began = new TaskCompletionSource<ReadinessLoop?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = Listener.Listen(OnLoop.AnyPort, OnLoop.Serve.Listen);
        await using var client = await Connection.ConnectAsync(listener.LocalAddress);
        var caller = await listener.AcceptBareAsync(ConnectionOptions.Default, CancellationToken.None);
        await client.WriteAsync("x"u8.ToArray());
        await caller.ReadAsync(Memory<byte>.Empty);
        var callers = new Queue<Connection>([caller]);
        await using var server = Server.Start(
            listener,
            async cancel => callers.TryDequeue(out var next) ? next : await listener.AcceptBareAsync(ConnectionOptions.Default, cancel),
            (_, _) =>
            {
                began.SetResult(ReadinessLoop.Current);
                return Task.CompletedTask;
            },
            OnLoop.Serve);
        Assert.NotNull(await began.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Connections_are_spread_over_all_loops()
    {
        OnLoop.Require();
        var loops = new ConcurrentDictionary<ReadinessLoop, bool>();
        await using var server = Server.Start(OnLoop.AnyPort, async (peer, cancel) =>
        {
            while (await peer.Lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
            {
                if (ReadinessLoop.Current is { } loop)
                    loops[loop] = true;
                await peer.Lines.WriteLineAsync(line, cancel).ConfigureAwait(false);
            }
        }, OnLoop.Serve);
        var clients = await OnLoop.CallAsync(server);
        while (loops.Count < ReadinessLoops.All().Length)
        {
            clients = [.. clients, .. await OnLoop.CallAsync(server)];    // other tests take turns, too
            await OnLoop.AssertAnswersAsync(clients);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_lies_behind_urgent_data_is_read_although_the_read_before_it_is_short()
    {
        OnLoop.Require();
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.TcpOnLoop);
        await using var _ = connection;
        peer.Send("before"u8);
        peer.Send("!"u8, SocketFlags.OutOfBand);
        peer.Send("behind"u8);
        peer.Shutdown(SocketShutdown.Send);
        var all = new MemoryStream();
        await connection.CopyToAsync(all);
        Assert.Equal("beforebehind", Encoding.ASCII.GetString(all.ToArray()));
    }

    [Theory(Timeout = HangGuard), InlineData(Ground.TcpOnLoop), InlineData(Ground.UnixOnLoop)]
    public async Task An_end_that_came_with_the_last_bytes_is_not_waited_for(Ground ground)
    {
        OnLoop.Require();
        for (var i = 0; i < 100; i++)
        {
            var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(ground);
            await using var _ = connection;
            var reading = connection.ReadAsync(new byte[100]).AsTask();
            peer.Send("bye"u8);
            peer.Shutdown(SocketShutdown.Both);
            Assert.Equal(3, await reading);
            Assert.Equal(0, await connection.ReadAsync(new byte[100]));
            peer.Dispose();
        }
    }

    [Theory(Timeout = HangGuard), InlineData(Ground.TcpOnLoop), InlineData(Ground.UnixOnLoop)]
    public async Task A_reset_ends_a_read_and_a_write_that_wait(Ground ground)
    {
        OnLoop.Require();
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(ground);
        var reading = connection.ReadAsync(new byte[100]).AsTask();
        var writing = connection.WriteAsync(new byte[64 * 1024 * 1024]).AsTask();
        Assert.False(writing.IsCompleted);
        peer.Close(0);
        await Assert.ThrowsAsync<NetException>(() => writing);
        await Task.WhenAny(reading);
        connection.Abort();
    }

    [Theory(Timeout = HangGuard), InlineData(false), InlineData(true)]
    public async Task What_the_kernel_has_told_ends_one_wait_and_none_after_bytes_were_moved(bool wasMoved)
    {
        OnLoop.Require();
        var (socket, peer) = await ConnectionPairs.SocketsAsync(Ground.UnixOnLoop);
        using var _ = socket;
        using var attached = ReadinessLoops.ForAccepting(SocketEngine.ReadinessLoop)!.Attach(socket);
        attached.Receiving.NoteReady();
        if (wasMoved)
            attached.Receiving.Doubt();
        else
            Assert.Equal(0, attached.Receiving.TryMove([]));
        Assert.Null(attached.Receiving.TryMove([]));
        var waiting = attached.Receiving.MoveAsync(Memory<byte>.Empty, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        peer.Send("x"u8);
        await waiting;
        peer.Dispose();
    }

    [Theory(Timeout = HangGuard), InlineData(false), InlineData(true)]
    public async Task What_is_posted_runs_though_the_kernel_is_not_to_tell_of_the_socket(bool isMuted)
    {
        OnLoop.Require();
        var (socket, peer) = await ConnectionPairs.SocketsAsync(Ground.UnixOnLoop);
        using var _ = socket;
        using var attached = ReadinessLoops.ForAccepting(SocketEngine.ReadinessLoop)!.Attach(socket);
        var posted = new Noted();
        attached.Post(posted);
        await posted.HasRun.Task;
        if (isMuted)
        {
            attached.Receiving.Mute();
            attached.Sending.Mute();
        }
        posted = new();
        attached.Post(posted);
        await posted.HasRun.Task;
        peer.Dispose();
    }

    private sealed class Noted : IThreadPoolWorkItem
    {
        public TaskCompletionSource HasRun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Execute() => HasRun.SetResult();
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_end_is_never_waited_for_again()
    {
        OnLoop.Require();
        var (socket, peer) = await ConnectionPairs.SocketsAsync(Ground.UnixOnLoop);
        using var _ = socket;
        using var attached = ReadinessLoops.ForAccepting(SocketEngine.ReadinessLoop)!.Attach(socket);
        peer.Send("x"u8);
        peer.Dispose();
        var end = new byte[10];
        while (await attached.Receiving.MoveAsync(end, CancellationToken.None) > 0)
        {
        }
        // That it has ended may be told only now.
        while (attached.Receiving.TryMove([]) is null)
            await attached.Receiving.MoveAsync(Memory<byte>.Empty, CancellationToken.None);
        Assert.Equal(0, attached.Receiving.TryMove([]));
        Assert.Equal(0, attached.Receiving.TryMove([]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_always_finds_something_to_do_lets_the_others_of_its_loop_come_in_between()
    {
        OnLoop.Require();
        await using var server = Server.Start(OnLoop.AnyPort, async (peer, cancel) =>
        {
            if (await peer.Lines.ReadLineAsync(cancel) != "flood")
            {
                await peer.Lines.WriteLineAsync("still there?", cancel);
                return;
            }
            while (true)
                await peer.WriteAsync(new byte[1000], cancel);
        }, OnLoop.Serve with { DrainTimeout = TimeSpan.Zero });
        var floods = await OnLoop.CallAsync(server);
        var taken = floods.Select(flood => TakeAsync(flood)).ToList();
        await OnLoop.AssertAnswersAsync(await OnLoop.CallAsync(server));
        Array.ForEach(floods, flood => flood.Abort());
        await Task.WhenAll(taken).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task TakeAsync(Connection flood)
    {
        await flood.Lines.WriteLineAsync("flood");
        var buffer = new byte[100_000];
        while (await flood.ReadAsync(buffer) > 0)
        {
        }
    }

    [Fact]
    public void Only_who_asks_for_the_loop_gets_it_and_only_on_Linux()
    {
        Assert.Null(ReadinessLoops.ForDialling(SocketEngine.Stock));
        Assert.Null(ReadinessLoops.ForAccepting(SocketEngine.Stock));
        Assert.Equal(OperatingSystem.IsLinux(), ReadinessLoops.ForDialling(SocketEngine.ReadinessLoop) is not null);
        Assert.Equal(OperatingSystem.IsLinux(), ReadinessLoops.ForAccepting(SocketEngine.ReadinessLoop) is not null);
    }
}
