using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>A socket on the runtime's own engine.</summary>
internal sealed class StockLink(Socket socket, Transport transport) : SocketLink(socket, transport)
{
    private TimeSpan _readLimit = Timeout.InfiniteTimeSpan;
    private TimeSpan _writeLimit = Timeout.InfiniteTimeSpan;
    private bool _hasWaited;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        _hasWaited = buffer.IsEmpty;
        return Socket.ReceiveAsync(buffer, SocketFlags.None, cancel);
    }

    /// <summary>Bytes are there, most likely, when somebody has waited for them without a buffer: the engine need not be asked again.</summary>
    public override int? TryRead(Span<byte> buffer)
    {
        if (!_hasWaited || buffer.IsEmpty || !OperatingSystem.IsLinux())
            return null;
        _hasWaited = false;
        return SocketCalls.TryReceive(Socket.SafeHandle, buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var sending = Socket.SendAsync(bytes, SocketFlags.None, cancel);
        return sending.IsCompletedSuccessfully && sending.Result == bytes.Length ? default : FinishAsync();

        async ValueTask FinishAsync()
        {
            for (var sent = await sending.ConfigureAwait(false); sent < bytes.Length;)
                sent += await Socket.SendAsync(bytes[sent..], SocketFlags.None, cancel).ConfigureAwait(false);
        }
    }

    public override int TryWrite(ReadOnlySpan<byte> bytes) =>
        OperatingSystem.IsLinux() ? SocketCalls.TrySend(Socket.SafeHandle, bytes) ?? 0 : 0;

    public override int? Read(Span<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        if (limit != _readLimit)
            Socket.ReceiveTimeout = Milliseconds(_readLimit = limit);
        var count = Socket.Receive(buffer, SocketFlags.None, out var error);
        return HasPassed(limit, error) ? null : count;
    }

    public override int Write(ReadOnlySpan<byte> bytes, TimeSpan limit, CancellationToken cancel)
    {
        if (limit != _writeLimit)
            Socket.SendTimeout = Milliseconds(_writeLimit = limit);
        var sent = 0;
        do
        {
            sent += Socket.Send(bytes[sent..], SocketFlags.None, out var error);
            if (HasPassed(limit, error))
                break;
        }
        while (sent < bytes.Length);
        return sent;
    }

    private static bool HasPassed(TimeSpan limit, SocketError error) => error switch
    {
        SocketError.Success => false,
        SocketError.TimedOut or SocketError.WouldBlock when limit != Timeout.InfiniteTimeSpan => true,
        _ => throw new SocketException((int)error),
    };

    /// <summary>A socket's own limits are whole milliseconds, and 0 there means none.</summary>
    private static int Milliseconds(TimeSpan limit) =>
        limit == Timeout.InfiniteTimeSpan ? 0 : (int)Math.Clamp(limit.TotalMilliseconds, 1, int.MaxValue);
}
