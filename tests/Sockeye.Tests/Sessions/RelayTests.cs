using System.Security.Cryptography;
using Sockeye.Protocols;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary><see cref="Relay"/>: what one side says, ends or breaks off, the other one sees, on both engines.</summary>
public class RelayTests
{
    public static TheoryData<SocketEngine> Engines => [SocketEngine.Stock, SocketEngine.ReadinessLoop];

    [Theory(Timeout = HangGuard), MemberData(nameof(Engines))]
    public async Task Words_go_there_and_back(SocketEngine engine)
    {
        await using var target = Server.Start(AnyPort, Echo.ServeAsync);
        await using var relay = Start(engine, target.LocalAddress);
        await using var client = await Connection.ConnectAsync(relay.LocalAddress, cancel: Cancel);
        await client.Lines.WriteLineAsync("hello", Cancel);
        Assert.Equal("hello", await client.Lines.ReadLineAsync(Cancel));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Engines))]
    public async Task Much_arrives_unchanged_both_ways_at_once(SocketEngine engine)
    {
        await using var target = Server.Start(AnyPort, Echo.ServeAsync);
        await using var relay = Start(engine, target.LocalAddress);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async seed =>
        {
            var sent = new byte[8_000_000];
            new Random(seed).NextBytes(sent);
            await using var client = await Connection.ConnectAsync(relay.LocalAddress, cancel: Cancel);
            var receiving = SHA256.HashDataAsync(client, Cancel).AsTask();
            await client.WriteAsync(sent, Cancel);
            await client.CloseWriteAsync(Cancel);
            Assert.Equal(SHA256.HashData(sent), await receiving);
        }));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Engines))]
    public async Task An_end_passes_and_the_other_direction_goes_on(SocketEngine engine)
    {
        await using var target = Server.Start(AnyPort, async (peer, cancel) =>
        {
            var all = await peer.Lines.ReadToEndAsync(cancel: cancel);
            await peer.Lines.WriteAsync($"{all.Length} came", cancel);
        });
        await using var relay = Start(engine, target.LocalAddress);
        await using var client = await Connection.ConnectAsync(relay.LocalAddress, cancel: Cancel);
        await client.WriteAsync(new byte[1000], Cancel);
        await client.CloseWriteAsync(Cancel);
        Assert.Equal("1000 came", await client.Lines.ReadToEndAsync(cancel: Cancel));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Engines))]
    public async Task A_side_that_breaks_off_breaks_the_other_off(SocketEngine engine)
    {
        await using var target = Server.Start(AnyPort, async (peer, cancel) =>
        {
            await peer.ReadExactlyAsync(new byte[1], cancel);
            peer.Abort();
        });
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = Start(engine, target.LocalAddress, (_, error) => ended.TrySetResult(error));
        await using var client = await Connection.ConnectAsync(relay.LocalAddress, cancel: Cancel);
        await client.WriteAsync(new byte[1], Cancel);
        var error = await Assert.ThrowsAsync<NetException>(async () => await client.ReadAsync(new byte[1], Cancel));
        Assert.Equal(NetErrorKind.Reset, error.Kind);
        Assert.Equal(NetErrorKind.Reset, Assert.IsType<NetException>(await ended.Task).Kind);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Engines))]
    public async Task A_caller_for_whom_nobody_is_reached_is_reset_and_that_is_told(SocketEngine engine)
    {
        var nobody = Address.Tcp("127.0.0.1", PeerPort.Choose());
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = Start(engine, nobody, (_, error) => ended.TrySetResult(error));
        var error = await Assert.ThrowsAsync<NetException>(async () =>
        {
            await using var client = await Connection.ConnectAsync(relay.LocalAddress, cancel: Cancel);
            await client.ReadAsync(new byte[1], Cancel);
        });
        Assert.Equal(NetErrorKind.Reset, error.Kind);
        Assert.Equal((NetErrorKind.Refused, NetOperation.Connect), Assert.IsType<NetException>(await ended.Task) is { } told ? (told.Kind, told.Operation) : default);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_a_conversation_came_to_is_told()
    {
        await using var target = Server.Start(AnyPort, Echo.ServeAsync);
        var finished = new TaskCompletionSource<SessionOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connected = new TaskCompletionSource<Address>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = Server.Start(AnyPort, Relay.To(target.LocalAddress, new()
        {
            OnConnected = (_, onward) => connected.SetResult(onward.RemoteAddress),
            OnFinished = (_, _, outcome) => finished.SetResult(outcome),
        }));
        await using (var client = await Connection.ConnectAsync(relay.LocalAddress, cancel: Cancel))
        {
            await client.WriteAsync("hello"u8.ToArray(), Cancel);
            await client.ReadExactlyAsync(new byte[5], Cancel);
        }
        var outcome = await finished.Task;
        Assert.Equal(target.LocalAddress, await connected.Task);
        Assert.Equal((SessionEnding.BothEnded, 5, 5), (outcome.Ending, outcome.BytesSent, outcome.BytesReceived));
    }

    private static Server Start(SocketEngine engine, Address target, Action<Connection, Exception?>? onDisconnected = null) => Server.Start(
        AnyPort,
        Relay.To(target, new() { Connect = new() { Engine = engine } }),
        new() { Listen = new() { Engine = engine }, OnDisconnected = onDisconnected });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const string AnyPort = "127.0.0.1:0";
    private const int HangGuard = 120_000;
}
