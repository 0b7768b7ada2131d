using System.Threading.Channels;

namespace Sockeye.Sessions;

/// <summary>One sender of datagrams as an end for a session: every chunk is a datagram, and silence is its end.</summary>
public sealed class DatagramPeer : End
{
    private readonly DatagramSocket _socket;
    private readonly DatagramSessionOptions _options;
    private readonly Action<DatagramPeer> _left;
    private readonly Channel<Chunk> _queue = Channel.CreateUnbounded<Chunk>(new() { SingleReader = true, SingleWriter = true });
    private long _lastMoved;
    private int _waiting;

    internal DatagramPeer(DatagramSocket socket, Address remote, DatagramSessionOptions options, Action<DatagramPeer> left)
    {
        (_socket, RemoteAddress, _options, _left) = (socket, remote, options, left);
        _lastMoved = options.Time.GetTimestamp();
    }

    /// <summary>Where the datagrams come to.</summary>
    public Address LocalAddress => _socket.LocalAddresses.FirstOrDefault(local => local.IP?.AddressFamily == RemoteAddress.IP?.AddressFamily)
        ?? _socket.LocalAddress;

    /// <summary>Who sends them.</summary>
    public Address RemoteAddress { get; }

    /// <summary>Takes a datagram of this sender; false if too many wait.</summary>
    internal bool TryTake(Datagram datagram)
    {
        if (Volatile.Read(ref _waiting) >= _options.QueueLimit)
            return false;
        Interlocked.Add(ref _waiting, datagram.Bytes.Length);
        NoteMoved();
        // Copied: a datagram's bytes are valid only until the next receive.
        return _queue.Writer.TryWrite(new(datagram.Bytes.ToArray(), Truncated: datagram.Truncated));
    }

    internal override NetException Error(NetErrorKind kind, NetOperation operation, string reason) =>
        new(kind, operation, reason, RemoteAddress) { RemoteAddress = RemoteAddress };

    internal override bool KeepsMessages => true;

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        Chunk chunk;
        while (!_queue.Reader.TryRead(out chunk))
        {
            if (IdleTimeLeft is { } left)
            {
                await SomethingAsync(left, cancel).ConfigureAwait(false);
                continue;
            }
            // First, so that what comes from now on begins another session; what has just come is still this one's.
            _left(this);
            if (!_queue.Reader.TryRead(out chunk))
                return Chunk.End;
            break;
        }
        Interlocked.Add(ref _waiting, -chunk.Bytes.Length);
        return chunk;
    }

    internal override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await _socket.SendToAsync(bytes, RemoteAddress, cancel).ConfigureAwait(false);
        NoteMoved();
    }

    internal override ValueTask CloseAsync(TimeSpan longestDrain, CancellationToken cancel)
    {
        _left(this);
        return default;
    }

    internal override void Abort() => _left(this);

    /// <summary>Waits for a datagram, but no longer than that.</summary>
    private async ValueTask SomethingAsync(TimeSpan longest, CancellationToken cancel)
    {
        using var limit = new TimeLimit(longest, _options.Time, cancel);
        try
        {
            await _queue.Reader.WaitToReadAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            // Silence; what has gone to the peer meanwhile may have given it more time.
        }
    }

    /// <summary>Null when it has passed.</summary>
    private TimeSpan? IdleTimeLeft
    {
        get
        {
            if (_options.IdleTimeout == Timeout.InfiniteTimeSpan)
                return _options.IdleTimeout;
            var left = _options.IdleTimeout - _options.Time.GetElapsedTime(Volatile.Read(ref _lastMoved));
            return left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : null;
        }
    }

    private void NoteMoved() => Volatile.Write(ref _lastMoved, _options.Time.GetTimestamp());
}
