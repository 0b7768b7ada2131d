using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>What a server keeps of the connections it has served: nothing.</summary>
[Collection(Alone.Name)]
public class ServerLeakTests
{
    [Fact(Timeout = 120_000), Trait("Speed", "Slow")]
    public async Task Ten_thousand_served_callers_leave_nothing_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are counted in /proc");
        const int Callers = 10_000, AtOnce = 20;
        var reports = new Reports();
        var before = Descriptors();
        var server = Server.Start("127.0.0.1:0", GreetAsync, reports.On(new()));
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => CallManyTimes(server.LocalAddress, Callers / AtOnce))));
        Assert.Equal(0, await server.StopAsync());
        Assert.Equal((Callers, 1), (reports.Count, reports.MostForOne));
        Assert.Equal(0, server.ConnectionCount);
        for (var i = 0; i < Callers; i++)
            Assert.Null(await reports.NextAsync());
        Assert.InRange(Descriptors(), 0, before + 20); // the runtime opens a few of its own
    }

    private static async Task GreetAsync(Connection peer, CancellationToken cancel)
    {
        await peer.Lines.WriteLineAsync("welcome", cancel);
        await peer.Lines.ReadLineAsync(cancel);
    }

    private static void CallManyTimes(Address address, int times)
    {
        var greeting = new byte[8];
        for (var i = 0; i < times; i++)
        {
            using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            caller.Connect(address.IP!, address.Port);
            for (var received = 0; received < greeting.Length;)
                received += caller.Receive(greeting.AsSpan(received));
        }
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    [Fact(Timeout = 120_000)]
    public Task Descriptors_really_used_up_are_waited_out() => OwnProcess.WithFewDescriptorsAsync(256, UseUpDescriptorsAsync);

    private static async Task UseUpDescriptorsAsync()
    {
        var told = new TaskCompletionSource<NetException>();
        await using var server = Server.Start("127.0.0.1:0", GreetAsync, new() { OnAcceptError = told.SetResult });
        CallManyTimes(server.LocalAddress, 1); // loads what can no longer be loaded without descriptors
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var hoard = OwnProcess.UseUpDescriptors();
        caller.Connect(server.LocalAddress.IP!, server.LocalAddress.Port);
        var error = await told.Task;
        foreach (var file in hoard)
            file.Dispose();
        Assert.Equal((NetErrorKind.ResourceExhausted, NetOperation.Accept), (error.Kind, error.Operation));
        var greeting = new byte[8];
        Assert.NotEqual(0, await caller.ReceiveAsync(greeting));
    }
}
