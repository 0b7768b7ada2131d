namespace Sockeye.Sessions;

/// <summary>
/// Those who hear what a <see cref="Broker"/> carries, each with a queue of its own. What is said is put into all queues
/// in one step, so everyone hears the same in the same order; and not before there is room, for which a speaker waits,
/// within limits.
/// </summary>
internal sealed class Audience(BrokerOptions options)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Seat> _seats = [];
    private TaskCompletionSource? _changed;
    private bool _inputHasEnded;
    private Exception? _inputError;

    public int Count
    {
        get
        {
            lock (_lock)
                return _seats.Count;
        }
    }

    public void Add(Seat seat)
    {
        lock (_lock)
        {
            _seats.Add(seat);
            if (_inputHasEnded && !seat.HearsPeers)
                seat.End(_inputError);
            SignalChange();
        }
    }

    public void Remove(Seat seat)
    {
        lock (_lock)
        {
            _seats.Remove(seat);
            SignalChange();
        }
    }

    /// <summary>Says it to all who are to hear it, as soon as there is room.</summary>
    /// <param name="message">What is said; it is copied.</param>
    /// <param name="speaker">Who says it and hears it not; null for the input, which waits until there is somebody to hear it.</param>
    /// <param name="cancel">Gives up; then nobody has heard it.</param>
    public async ValueTask SayAsync(ReadOnlyMemory<byte> message, Seat? speaker, CancellationToken cancel)
    {
        while (true)
        {
            TimeSpan recheck;
            Task changed;
            lock (_lock)
            {
                if (TrySay(message, speaker, out recheck))
                    return;
                changed = WaitForChange();
            }
            await changed.WaitAsync(recheck, options.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Says it at once, to those who hear the others and have room; the rest go without.</summary>
    public void Announce(ReadOnlyMemory<byte> message)
    {
        lock (_lock)
        {
            foreach (var seat in _seats.Where(seat => seat.HearsPeers && !IsFull(seat)))
                seat.Enqueue(message);
        }
    }

    /// <summary>Says it at once, to one.</summary>
    public void Tell(Seat seat, ReadOnlyMemory<byte> message)
    {
        lock (_lock)
            seat.Enqueue(message);
    }

    /// <summary>The next message of a seat; null at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> HearAsync(Seat seat, CancellationToken cancel)
    {
        if (await seat.ReadAsync(cancel).ConfigureAwait(false) is not { } message)
            return null;
        lock (_lock)
        {
            var wasFull = IsFull(seat);
            seat.Dequeued(message);
            if (seat.Waiting <= options.QueueLimit / 2)
                seat.HoldsUpSince = null;
            if (wasFull && !IsFull(seat))
                SignalChange();
        }
        return message;
    }

    /// <summary>Completes when there is somebody.</summary>
    public async ValueTask SomebodyAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_seats.Count > 0)
                    return;
                changed = WaitForChange();
            }
            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The input gives no more: those who hear nothing else have heard all.</summary>
    public void EndInput(Exception? error)
    {
        lock (_lock)
        {
            (_inputHasEnded, _inputError) = (true, error);
            foreach (var seat in _seats.Where(seat => !seat.HearsPeers))
                seat.End(error);
        }
    }

    /// <summary>Asks to be called when the seat is dropped.</summary>
    public void OnDropped(Seat seat, Action tell)
    {
        lock (_lock)
            seat.OnDropped(tell);
    }

    /// <summary>False if it has to wait: until something changes, or until somebody's patience is at its end.</summary>
    private bool TrySay(ReadOnlyMemory<byte> message, Seat? speaker, out TimeSpan recheck)
    {
        recheck = Timeout.InfiniteTimeSpan;
        var hearers = _seats.Where(seat => speaker is null || (seat.HearsPeers && seat != speaker)).ToList();
        if (hearers.Count == 0)
            return speaker is not null;
        var full = hearers.FindAll(IsFull);
        if (full.Count == hearers.Count)
        {
            full.ForEach(seat => seat.HoldsUpSince = null); // There is no faster one.
            return false;
        }
        full.RemoveAll(DropIfOverdue);
        if (full.Count > 0)
        {
            recheck = full.Min(PatienceLeft);
            return false;
        }
        ReadOnlyMemory<byte> copy = message.ToArray();
        foreach (var seat in hearers)
        {
            if (seat.Departure is null)
                seat.Enqueue(copy);
        }
        return true;
    }

    private bool IsFull(Seat seat) => seat.Waiting >= options.QueueLimit;

    private bool DropIfOverdue(Seat seat)
    {
        seat.HoldsUpSince ??= options.Time.GetTimestamp();
        if (options.Patience == Timeout.InfiniteTimeSpan || PatienceLeft(seat) > TimeSpan.Zero)
            return false;
        _seats.Remove(seat);
        seat.Drop(new NetException(
            NetErrorKind.LimitExceeded, NetOperation.Write,
            $"dropped: it let {Texts.Bytes(seat.Waiting)} wait, and the others for {Texts.Of(options.Patience)}", seat.Peer)
        {
            RemoteAddress = seat.Peer,
        });
        return true;
    }

    private TimeSpan PatienceLeft(Seat seat)
    {
        if (options.Patience == Timeout.InfiniteTimeSpan)
            return options.Patience;
        var left = options.Patience - options.Time.GetElapsedTime(seat.HoldsUpSince!.Value);
        return left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : TimeSpan.Zero;
    }

    private Task WaitForChange() =>
        (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void SignalChange()
    {
        _changed?.SetResult();
        _changed = null;
    }
}
