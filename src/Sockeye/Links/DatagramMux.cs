namespace Sockeye.Links;

/// <summary>Receives from several links as from one, in turn where more than one has something.</summary>
/// <remarks>A receive that did not win stays pending until the next call, so nothing it gets is lost.</remarks>
internal sealed class DatagramMux(IReadOnlyList<DatagramLink> links)
{
    private readonly Task<Datagram>?[] _pending = new Task<Datagram>?[links.Count];
    private int _receiving;
    private int _first;

    /// <summary>Waits for the next datagram from any link. One call at a time.</summary>
    public async ValueTask<Datagram> ReceiveAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _receiving, 1) != 0)
            throw new InvalidOperationException("Another receive is pending on this socket.");
        try
        {
            for (var i = 0; i < links.Count; i++)
                _pending[i] ??= links[i].ReceiveAsync(CancellationToken.None).AsTask();
            await Task.WhenAny(_pending!).WaitAsync(cancel).ConfigureAwait(false);
            return await TakeCompleted().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _receiving, 0);
        }
    }

    /// <summary>The links are being disposed: nobody will look at what that does to the pending receives.</summary>
    public void Abandon()
    {
        foreach (var receive in _pending)
            _ = receive?.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
    }

    private Task<Datagram> TakeCompleted()
    {
        var index = _first;
        while (!_pending[index]!.IsCompleted)
            index = (index + 1) % links.Count;
        var completed = _pending[index]!;
        _pending[index] = null;
        _first = (index + 1) % links.Count;
        return completed;
    }
}
