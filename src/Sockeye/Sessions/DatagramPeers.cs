namespace Sockeye.Sessions;

/// <summary>The senders that are being talked with: found by their address, counted, and waited for in the end.</summary>
internal sealed class DatagramPeers(DatagramSocket socket, DatagramPeerHandler handler, DatagramSessionOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Address, DatagramPeer> _present = [];
    private readonly TaskCompletionSource _allLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _handlers;
    private bool _closed;

    /// <summary>Gives a datagram to its sender's session, a new one if there is none.</summary>
    public void Take(Datagram datagram, CancellationToken cancel)
    {
        string? reason;
        lock (_lock)
            reason = TryTake(datagram, cancel);
        if (reason is not null)
            Callbacks.Tell(options.OnDropped, datagram.From, reason);
    }

    /// <summary>Takes no more; ends with the last handler.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            SignalIfAllLeft();
        }
        return _allLeft.Task;
    }

    /// <summary>Why it is dropped, if it is.</summary>
    private string? TryTake(Datagram datagram, CancellationToken cancel)
    {
        if (!_present.TryGetValue(datagram.From, out var peer))
        {
            if (_handlers == options.MaxSessions)
                return $"{Texts.Count(options.MaxSessions, "sender")} at once is the limit";
            peer = Begin(datagram.From, cancel);
        }
        return peer.TryTake(datagram) ? null : $"{Texts.Bytes(options.QueueLimit)} of its datagrams wait already";
    }

    private DatagramPeer Begin(Address from, CancellationToken cancel)
    {
        var peer = new DatagramPeer(socket, from, options, Forget);
        _present.Add(from, peer);
        _handlers++;
        _ = Task.Run(() => HandleAsync(peer, cancel), CancellationToken.None);
        return peer;
    }

    private async Task HandleAsync(DatagramPeer peer, CancellationToken cancel)
    {
        try
        {
            await handler(peer, cancel).ConfigureAwait(false);
        }
        catch
        {
            // The others are served on; there is nobody left to tell.
        }
        Forget(peer);
        lock (_lock)
        {
            _handlers--;
            SignalIfAllLeft();
        }
    }

    /// <summary>From now on, what its sender sends begins another session.</summary>
    private void Forget(DatagramPeer peer)
    {
        lock (_lock)
        {
            if (_present.GetValueOrDefault(peer.RemoteAddress) == peer)
                _present.Remove(peer.RemoteAddress);
        }
    }

    private void SignalIfAllLeft()
    {
        if (_closed && _handlers == 0)
            _allLeft.TrySetResult();
    }
}
