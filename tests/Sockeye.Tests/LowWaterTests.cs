using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Sockeye.Platform;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>A wait for much: it must save wake-ups where a flow is bulk, and must never hold up one that is not.</summary>
[SupportedOSPlatform("linux")]
public sealed class LowWaterTests : IDisposable
{
    private readonly Socket _socket;
    private readonly Socket _peer;

    public LowWaterTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such mark");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _socket.Connect(listener.LocalEndPoint!);
        _peer = listener.Accept();
        // As every socket that is waited for so: a read that blocks would wait for the mark as well.
        _socket.Blocking = false;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _peer.Dispose();
    }

    [Fact(Timeout = HangGuard)]
    public void A_peer_that_says_little_is_heard_and_then_not_waited_for_again()
    {
        using var wait = new DescriptorWait(waitsForMuch: true);
        _peer.Send("little"u8);
        ForMuch(wait);
        Assert.False(IsRaised);
        Assert.Equal(6, _socket.Receive(new byte[100]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Where_nothing_comes_the_next_wait_is_for_a_single_byte()
    {
        var silences = 0;
        using var wait = new DescriptorWait(() => silences++, waitsForMuch: true);
        ForMuch(wait);
        Assert.Equal(0, silences);
        var waiting = Task.Run(() => ForMuch(wait));
        await _peer.SendAsync("x"u8.ToArray());
        await waiting;
        Assert.False(IsRaised);
        Assert.Equal(1, _socket.Available);
        Assert.Equal(1, silences);
    }

    [Fact(Timeout = HangGuard)]
    public void What_is_left_over_behind_much_does_not_end_it()
    {
        using var wait = new DescriptorWait(waitsForMuch: true);
        _peer.Shutdown(SocketShutdown.Send);    // an end counts as much, here and below
        ForMuch(wait);
        wait.NoteRead(1);
        Assert.True(IsRaised);
    }

    [Fact(Timeout = HangGuard)]
    public void A_flow_that_swells_again_is_waited_for_again()
    {
        using var wait = new DescriptorWait(waitsForMuch: true);
        ForMuch(wait);
        wait.NoteRead(1);
        _peer.Send("x"u8);
        for (var large = 0; large < 4; large++)
        {
            ForMuch(wait);
            Assert.False(IsRaised);
            wait.NoteRead(64 * 1024);
        }
        _peer.Shutdown(SocketShutdown.Send);
        ForMuch(wait);
        Assert.True(IsRaised);
    }

    [Fact(Timeout = HangGuard)]
    public async Task It_can_be_cancelled_and_leaves_the_socket_as_it_was()
    {
        _peer.Shutdown(SocketShutdown.Send);
        using (var wait = new DescriptorWait(waitsForMuch: true))
        {
            ForMuch(wait);
            Assert.True(IsRaised);
            using var cancelled = new CancellationTokenSource();
            await cancelled.CancelAsync();
            Assert.Throws<OperationCanceledException>(() => wait.ForMuch(_socket.SafeHandle, cancelled.Token));
        }
        Assert.False(IsRaised);
    }

    [Fact(Timeout = HangGuard)]
    public void A_socket_that_is_closed_meanwhile_does_no_harm()
    {
        _peer.Shutdown(SocketShutdown.Send);
        var wait = new DescriptorWait(waitsForMuch: true);
        ForMuch(wait);
        _socket.Dispose();
        wait.Dispose();
    }

    /// <summary>Each part comes only once the one before it has been taken whole.</summary>
    [Theory(Timeout = HangGuard)]
    [InlineData(SocketEngine.ReadinessLoop)]
    [InlineData(SocketEngine.Stock)]
    public async Task A_copy_waits_for_much_and_holds_up_nobody_who_waits_for_an_answer(SocketEngine engine)
    {
        var connection = Connection.FromSocket(_socket, Transport.Tcp, null, ConnectionOptions.Default, ReadinessLoops.ForAccepting(engine));
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var handle = new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        await using var output = new DescriptorStream(handle, FileAccess.Write, "the pipe");
        var moved = new MovedBytes();
        var options = new SessionOptions { OnChunk = _ => { } };
        var copying = moved.Begin(() => Session.RunAsync(End.Of(null, output), End.Of(connection), options, CancellationToken.None));
        while (!await PassAsync(pipe, 2_000_000))
        {
        }
        foreach (var size in (int[])[100 * 1024, 1, 2_000_000, 70_000])
            await PassAsync(pipe, size);
        // So little at a time is left to a plain read, which has to find the socket as it was.
        for (var word = 0; word < 20; word++)
            await PassAsync(pipe, 10);
        Assert.False(IsRaised);
        _peer.Shutdown(SocketShutdown.Send);
        await copying;
        Assert.Equal(0, moved.BySplice);
    }

    /// <summary>True if the mark was seen raised meanwhile.</summary>
    private async Task<bool> PassAsync(Stream output, int size)
    {
        var sent = Payload.Create(size);
        var sending = Task.Run(() => _peer.Send(sent));
        var received = new byte[size];
        var wasRaised = false;
        for (var count = 0; count < size;)
        {
            count += await output.ReadAsync(received.AsMemory(count));
            wasRaised |= IsRaised;
        }
        await sending;
        Assert.Equal(sent, received);
        return wasRaised;
    }

    private void ForMuch(DescriptorWait wait) => wait.ForMuch(_socket.SafeHandle, CancellationToken.None);

    private bool IsRaised => (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater)! > 1;

    private const int HangGuard = 60_000;
}
