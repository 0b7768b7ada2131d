using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Engines;

/// <summary>Code that blocks on a loop's thread: another thread goes on with the others of that loop.</summary>
public class BlockingOnLoopTests
{
    private const int HangGuard = 60_000;

    [Fact(Timeout = HangGuard)]
    public async Task Handlers_that_block_for_ever_keep_nobody_from_being_served()
    {
        OnLoop.Require();
        using var release = new ManualResetEventSlim();
        await using var server = Server.Start(OnLoop.AnyPort, Answering(_ => release.Wait()), OnLoop.Serve);
        var waiting = await OnLoop.CallAsync(server);
        var blocked = await OnLoop.CallAsync(server);
        foreach (var client in blocked)
            await AskAsync(client, "block");
        await OnLoop.AssertAnswersAsync(waiting);
        await OnLoop.AssertAnswersAsync(await OnLoop.CallAsync(server));
        release.Set();
        foreach (var client in blocked)
            Assert.Equal("done", await client.Lines.ReadLineAsync());
    }

    [Fact(Timeout = HangGuard)]
    public Task Where_no_thread_can_be_had_a_blocked_loop_waits_for_one() => OwnProcess.WithFewDescriptorsAsync(256, BlockWithoutDescriptorsAsync);

    private static async Task BlockWithoutDescriptorsAsync()
    {
        OnLoop.Require();
        using var release = new ManualResetEventSlim();
        await using var server = Server.Start(OnLoop.AnyPort, Answering(_ => release.Wait()), OnLoop.Serve);
        var waiting = await OnLoop.CallAsync(server);
        await OnLoop.AssertAnswersAsync(waiting);    // loads what can no longer be loaded without descriptors
        var blocked = await OnLoop.CallAsync(server);
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
        {
            if (thrown.Exception is OutOfMemoryException)
                refused.TrySetResult();
        };
        var hoard = OwnProcess.UseUpDescriptors();
        foreach (var client in blocked)
            await AskAsync(client, "block");
        await refused.Task;
        foreach (var file in hoard)
            file.Dispose();
        await OnLoop.AssertAnswersAsync(waiting);
        release.Set();
        foreach (var client in blocked)
            Assert.Equal("done", await client.Lines.ReadLineAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Handlers_that_block_before_they_await_anything_keep_nobody_from_being_accepted()
    {
        OnLoop.Require();
        using var release = new ManualResetEventSlim();
        var places = new SemaphoreSlim(ReadinessLoops.All().Length * 3);
        await using var server = Server.Start(OnLoop.AnyPort, (peer, cancel) =>
        {
            if (places.Wait(0, CancellationToken.None))
                release.Wait(CancellationToken.None);
            return OnLoop.EchoLinesAsync(peer, cancel);
        }, OnLoop.Serve);
        var blocked = await OnLoop.CallAsync(server);
        while (places.CurrentCount > 0)
            await Task.Yield();
        await OnLoop.AssertAnswersAsync(await OnLoop.CallAsync(server));
        release.Set();
        await OnLoop.AssertAnswersAsync(blocked);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Blocking_members_of_a_connection_wait_on_the_loop_without_waiting_for_it()
    {
        OnLoop.Require();
        await using var server = Server.Start(OnLoop.AnyPort, Answering(peer => Assert.Equal('!', peer.ReadByte())), OnLoop.Serve);
        var clients = await OnLoop.CallAsync(server);
        foreach (var client in clients)
            await AskAsync(client, "block");
        await OnLoop.AssertAnswersAsync(await OnLoop.CallAsync(server));
        foreach (var client in clients)
        {
            await client.WriteAsync("!"u8.ToArray());
            Assert.Equal("done", await client.Lines.ReadLineAsync());
        }
        await OnLoop.AssertAnswersAsync(clients);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Disposing_on_the_loop_waits_for_the_peer_without_waiting_for_the_loop()
    {
        OnLoop.Require();
        await using var server = Server.Start(OnLoop.AnyPort, Answering(peer => peer.Dispose()), OnLoop.Serve);
        var clients = await OnLoop.CallAsync(server);
        foreach (var client in clients)
        {
            await AskAsync(client, "block");
            Assert.Null(await client.Lines.ReadLineAsync());
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_task_of_the_same_loop_can_be_waited_for()
    {
        OnLoop.Require();
        await using var far = Server.Start(OnLoop.AnyPort, OnLoop.EchoLinesAsync, OnLoop.Serve);
        await using var server = Server.Start(OnLoop.AnyPort, Answering(Inner), OnLoop.Serve);
        await OnLoop.AssertAnswersAsync(await OnLoop.CallAsync(server));
        var client = await Connection.ConnectAsync(server.LocalAddress);
        await AskAsync(client, "block");
        Assert.Equal("done", await client.Lines.ReadLineAsync());

        void Inner(Connection peer)
        {
            Assert.NotNull(ReadinessLoop.Current);
            var onward = Connection.ConnectAsync(far.LocalAddress, OnLoop.Connect).AsTask().GetAwaiter().GetResult();
            onward.Lines.WriteLineAsync("inner").AsTask().GetAwaiter().GetResult();
            Assert.Equal("inner", onward.Lines.ReadLineAsync().AsTask().GetAwaiter().GetResult());
            onward.Abort();
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Threads_that_blocked_end_when_they_come_back()
    {
        OnLoop.Require();
        var back = new TaskCompletionSource<Thread>();
        await using var server = Server.Start(OnLoop.AnyPort, Answering(_ =>
        {
            var mine = LoopTurn.Current;
            LoopTurn.StepAside();
            Assert.Null(LoopTurn.Current);
            Assert.NotSame(mine, mine!.Loop.Turn);
            back.SetResult(Thread.CurrentThread);
        }), OnLoop.Serve);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await AskAsync(client, "block");
        Assert.Equal("done", await client.Lines.ReadLineAsync());
        (await back.Task).Join();
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_event_that_reaches_a_thread_whose_turn_is_over_is_not_lost()
    {
        OnLoop.Require();
        await using var server = Server.Start(OnLoop.AnyPort, OnLoop.EchoLinesAsync, OnLoop.Serve);
        var clients = await OnLoop.CallAsync(server);
        for (var i = 0; i < 50; i++)
        {
            await OnLoop.AssertAnswersAsync(clients);
            foreach (var loop in ReadinessLoops.All())
                loop.HandOver(loop.Turn);    // its thread waits for events now, mostly
        }
    }

    /// <summary>Echoes lines, and does this when it is told to block.</summary>
    private static ConnectionHandler Answering(Action<Connection> block) => async (peer, cancel) =>
    {
        while (await peer.Lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
        {
            if (line == "block")
            {
                while (ReadinessLoop.Current is null)
                    await OnLoop.EnterAsync().ConfigureAwait(false);
                block(peer);
                line = "done";
            }
            await peer.Lines.WriteLineAsync(line, cancel).ConfigureAwait(false);
        }
    };

    private static async Task AskAsync(Connection client, string line)
    {
        await client.Lines.WriteLineAsync(line);
        await client.Lines.FlushAsync();
    }
}
