namespace Sockeye.Sessions;

/// <summary>An end that is a connected datagram socket: every chunk is a datagram, and nobody can say that it was the last.</summary>
internal sealed class DatagramEnd(DatagramSocket socket) : End
{
    internal override NetException Error(NetErrorKind kind, NetOperation operation, string reason) =>
        new(kind, operation, reason, socket.RemoteAddress);

    internal override bool KeepsMessages => true;

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        var datagram = await socket.ReceiveAsync(cancel).ConfigureAwait(false);
        return new(datagram.Bytes, Truncated: datagram.Truncated);
    }

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => socket.SendAsync(bytes, cancel);
}

/// <summary>An end that is a bound datagram socket and the sender of a first datagram (or, if so wished, of the last one).</summary>
internal sealed class ServingDatagramEnd : End
{
    private readonly DatagramSocket _socket;
    private readonly bool _fromAnyone;
    private Chunk? _first;
    private volatile Address _peer;

    public ServingDatagramEnd(DatagramSocket socket, Datagram first, bool fromAnyone)
    {
        _socket = socket;
        _fromAnyone = fromAnyone;
        // Copied: a datagram's bytes are valid only until the next receive.
        _first = new(first.Bytes.ToArray(), Truncated: first.Truncated);
        _peer = first.From;
    }

    internal override NetException Error(NetErrorKind kind, NetOperation operation, string reason) =>
        new(kind, operation, reason, _peer);

    internal override bool KeepsMessages => true;

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        if (_first is { } first)
        {
            _first = null;
            return first;
        }
        Datagram datagram;
        do
            datagram = await _socket.ReceiveAsync(cancel).ConfigureAwait(false);
        while (!_fromAnyone && !datagram.From.Equals(_peer));
        _peer = datagram.From;
        return new(datagram.Bytes, Truncated: datagram.Truncated);
    }

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => _socket.SendToAsync(bytes, _peer, cancel);
}
