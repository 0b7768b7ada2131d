using System.Net.Sockets;

namespace Sockeye.Links;

/// <summary>One side of a pair in memory: two pipes, crossed.</summary>
internal sealed class MemoryLink : Link
{
    private readonly MemoryPipe _incoming;
    private readonly MemoryPipe _outgoing;

    private MemoryLink(MemoryPipe incoming, MemoryPipe outgoing, Address local, Address remote)
    {
        (_incoming, _outgoing) = (incoming, outgoing);
        (LocalAddress, RemoteAddress) = (local, remote);
    }

    public static (MemoryLink Client, MemoryLink Server) CreatePair()
    {
        var (up, down) = (new MemoryPipe(), new MemoryPipe());
        var (client, server) = (Address.Unix("@pair-client"), Address.Unix("@pair-server"));
        return (new MemoryLink(down, up, client, server), new MemoryLink(up, down, server, client));
    }

    public override Address LocalAddress { get; }

    public override Address RemoteAddress { get; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel) =>
        _incoming.ReadAsync(buffer, cancel);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        _outgoing.WriteAsync(bytes, cancel);

    public override ValueTask CloseWriteAsync(CancellationToken cancel)
    {
        _outgoing.EndWriting();
        return default;
    }

    public override Exception? TakePendingError() =>
        _outgoing.IsReset ? new SocketException((int)SocketError.ConnectionReset) : null;

    public override void Abort()
    {
        _outgoing.Reset();
        _incoming.Reset();
    }

    /// <summary>As a kernel does: unread bytes turn the close into a reset, and later writes of the peer fail.</summary>
    public override ValueTask DisposeAsync()
    {
        if (_incoming.IsEmpty)
        {
            _outgoing.EndWriting();
            _incoming.EndReading();
        }
        else
        {
            Abort();
        }
        return default;
    }
}
