using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tests.Support;

/// <summary>What a peer does with its bare socket; when it returns, the socket is closed. The token ends the test.</summary>
internal delegate Task Misbehaviour(Socket socket, CancellationToken over);

/// <summary>Ways to misbehave, for <see cref="MisbehavingServer"/> and <see cref="MisbehavingCaller"/> alike.</summary>
internal static class Misbehave
{
    /// <summary>Says nothing, reads nothing and never ends.</summary>
    public static readonly Misbehaviour Silently = (_, over) => Task.Delay(Timeout.Infinite, over);

    /// <summary>Sends these bytes one at a time, each in a packet of its own, then ends and waits for the other's end.</summary>
    public static Misbehaviour Slowly(ReadOnlyMemory<byte> bytes) => async (socket, over) =>
    {
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
        for (var i = 0; i < bytes.Length; i++)
        {
            await socket.SendAsync(bytes.Slice(i, 1), over);
            await Task.Yield();
        }
        socket.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(socket, over);
    };

    /// <summary>Reads this many bytes, then resets the connection (a Unix socket: closes it with bytes unread).</summary>
    public static Misbehaviour ByResetAfterReading(int count) => async (socket, over) =>
    {
        await ReadAsync(socket, count, over);
        socket.LingerState = new LingerOption(true, 0);
    };

    /// <summary>Sends these bytes, waits until the other has them all, then resets the connection.</summary>
    public static Misbehaviour ByResetAfterSending(ReadOnlyMemory<byte> bytes, Task taken) => async (socket, over) =>
    {
        await socket.SendAsync(bytes, over);
        await taken.WaitAsync(over);
        socket.LingerState = new LingerOption(true, 0);
    };

    /// <summary>Sends the same byte as fast as it can, until the other has enough; reads nothing.</summary>
    public static Misbehaviour ByFlood(byte with = (byte)'x') => async (socket, over) =>
    {
        var bytes = new byte[64 * 1024];
        bytes.AsSpan().Fill(with);
        while (true)
            await socket.SendAsync(bytes, over);
    };

    /// <summary>Ends its sending direction at once, then takes everything to the other's end and tells how much that was.</summary>
    public static Misbehaviour ByHalfClose(TaskCompletionSource<long> received) => async (socket, over) =>
    {
        socket.Shutdown(SocketShutdown.Send);
        received.TrySetResult(await ReadToEndAsync(socket, over));
    };

    /// <summary>Sends these bytes and goes, whatever it had promised and whatever was sent to it.</summary>
    public static Misbehaviour ByClosingEarly(ReadOnlyMemory<byte> bytes) => async (socket, over) =>
        await socket.SendAsync(bytes, over);

    /// <summary>Sends these bytes, then neither reads nor ends.</summary>
    public static Misbehaviour ByNeverReading(ReadOnlyMemory<byte> bytes) => async (socket, over) =>
    {
        socket.ReceiveBufferSize = 4096;
        await socket.SendAsync(bytes, over);
        await Task.Delay(Timeout.Infinite, over);
    };

    private static async Task ReadAsync(Socket socket, int count, CancellationToken over)
    {
        var buffer = new byte[count];
        for (var read = 0; read < count;)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(read), over);
            if (got == 0)
                return;
            read += got;
        }
    }

    private static async Task<long> ReadToEndAsync(Socket socket, CancellationToken over)
    {
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (await socket.ReceiveAsync(buffer, over) is > 0 and var got)
            total += got;
        return total;
    }
}

/// <summary>A bare server that does the same to each caller.</summary>
internal sealed class MisbehavingServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _over = new();
    private readonly Task _serving;

    public MisbehavingServer(Misbehaviour misbehaviour)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = Address.From(_listener.LocalEndPoint, Transport.Tcp);
        _serving = ServeAsync(misbehaviour);
    }

    public Address Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _serving;
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task ServeAsync(Misbehaviour misbehaviour)
    {
        var peers = new List<Task>();
        try
        {
            while (true)
                peers.Add(MisbehavingCaller.RunAsync(await _listener.AcceptAsync(_over.Token), misbehaviour, _over.Token));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(peers);
        }
    }
}

/// <summary>A bare caller of somebody's server.</summary>
internal static class MisbehavingCaller
{
    /// <summary>Calls and misbehaves; ends when it has gone, was cut off, or the test is over.</summary>
    public static async Task CallAsync(Address address, Misbehaviour misbehaviour, CancellationToken over = default)
    {
        var socket = address.IsUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(address.IP!.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.IsUnix ? new UnixDomainSocketEndPoint(address.Path!) : new IPEndPoint(address.IP!, address.Port), over);
        await RunAsync(socket, misbehaviour, over);
    }

    internal static async Task RunAsync(Socket socket, Misbehaviour misbehaviour, CancellationToken over)
    {
        using (socket)
        {
            try
            {
                await misbehaviour(socket, over);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                // Cut off, or over.
            }
        }
    }
}
