namespace Sockeye.Links;

/// <summary>
/// Answers that are held back while the handlers of further requests run. If those take longer than the
/// <see cref="AnswerWatch"/> has patience, it sends what is held.
/// </summary>
internal sealed class HeldAnswers : IDisposable
{
    private readonly DatagramLink _link;
    private readonly Lock _gate = new();
    private DatagramBatch? _batch;
    private int _largestSegment;
    private bool _isOneTakenOut;
    private volatile bool _isWatched;

    public HeldAnswers(DatagramLink link)
    {
        _link = link;
        _largestSegment = link.CutsSegments ? int.MaxValue : 0;
    }

    /// <summary>To be called before a handler runs.</summary>
    public void BeforeOthers()
    {
        if (_batch is null || _isWatched)
            return;
        _isWatched = true;
        AnswerWatch.Add(this);
    }

    /// <summary>False if there is no room.</summary>
    /// <param name="answer">What to send; it is copied, unless it is a part of what was received.</param>
    /// <param name="to">Whom to send it to.</param>
    /// <param name="name">What the kernel calls that one, in the memory of what was received.</param>
    /// <param name="batch">Where the memory is: the same one until everything is sent.</param>
    public bool TryHold(ReadOnlyMemory<byte> answer, DatagramPeer to, ReadOnlySpan<byte> name, DatagramBatch batch)
    {
        lock (_gate)
        {
            if (batch.Settle(answer) is not { } settled || batch.Held.TryAdd(settled, name, _largestSegment) is not { } message)
                return false;
            batch.Receivers[message] = to;
            _batch = batch;
            return true;
        }
    }

    /// <summary>Sends what can be sent at once; false if there is more.</summary>
    public bool TrySend()
    {
        lock (_gate)
            return TrySend(out _);
    }

    /// <summary>Sends the rest: what cannot be sent together goes each by itself, and waits or fails as it would without others.</summary>
    public async ValueTask SendAsync(Action<Address, Exception> failed, CancellationToken cancel)
    {
        while (TakeOut() is { } message)
        {
            var isSent = true;
            foreach (var datagram in message.Datagrams)
                isSent &= await TrySendAsync(datagram, message.To, failed, cancel).ConfigureAwait(false);
            PutDown(message, isSent);
        }
    }

    /// <summary>On the watch's thread: sends what is held. False if nothing was, so that it need not look again.</summary>
    public bool Tick()
    {
        lock (_gate)
        {
            _isWatched = _batch is not null;
            if (_isWatched && !_isOneTakenOut)
                TrySendIfOpen();
            return _isWatched;
        }
    }

    /// <summary>Forgets what is held.</summary>
    public void Dispose()
    {
        lock (_gate)
            _batch = null;
    }

    private bool TrySend(out bool isBadSegment)
    {
        isBadSegment = false;
        if (_batch is null)
            return true;
        if (!_batch.Held.TrySend(_link.Handle, out isBadSegment))
            return false;
        _batch.Forget();
        _batch = null;
        return true;
    }

    /// <summary>Sends until a message cannot be sent, and takes that one out; null if there is none.</summary>
    private Unsent? TakeOut()
    {
        lock (_gate)
        {
            if (TrySend(out var isBadSegment))
                return null;
            _isOneTakenOut = true;
            var to = _batch!.Receivers[_batch.Held.First];
            var (datagrams, segment) = _batch.Held.TakeFirst();
            return new(datagrams, to, isBadSegment && datagrams.Count > 1 ? segment : null);
        }
    }

    private void PutDown(Unsent message, bool isSent)
    {
        lock (_gate)
        {
            _isOneTakenOut = false;
            // Each has gone, but not together: the packets on the way there are smaller, or the network card cannot cut.
            if (isSent && message.BadSegment is { } segment)
                _largestSegment = Math.Min(_largestSegment, segment - 1);
        }
    }

    private async ValueTask<bool> TrySendAsync(
        ReadOnlyMemory<byte> datagram, DatagramPeer to, Action<Address, Exception> failed, CancellationToken cancel)
    {
        try
        {
            await _link.SendToAsync(datagram, to, cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is NetException or OperationCanceledException or ObjectDisposedException)
        {
            failed(to.Address, error);
            return false;
        }
    }

    private void TrySendIfOpen()
    {
        try
        {
            TrySend(out _);
        }
        catch (ObjectDisposedException)
        {
            // The socket was closed; its exchange sees it, too.
        }
    }

    private sealed record Unsent(List<ReadOnlyMemory<byte>> Datagrams, DatagramPeer To, int? BadSegment);
}
