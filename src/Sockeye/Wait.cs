using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// What can end one direction's wait besides bytes: the caller, the connection's closing, a limit in time. The timer is
/// armed once and looks, when it fires, how much of the limit is left, so that an operation costs no timer calls.
/// </summary>
/// <remarks>It locks itself: every connection that waits has one, and nobody else sees it.</remarks>
/// <param name="connection">Whose direction it is; null where the caller alone can end the wait.</param>
/// <param name="direction">Reading or writing.</param>
internal sealed class Wait(Connection? connection, NetOperation direction)
{
    private LoopOperation? _operation;
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _caller;
    private ITimer? _timer;
    private long _since;
    private bool _pending;
    private bool _armed;
    private bool _cutOff;

    /// <summary>Begins a wait.</summary>
    public void Begin(CancellationToken caller)
    {
        lock (this)
        {
            _pending = true;
            _cutOff = IsClosed;
            _since = connection?.Now ?? 0;
            if (!_armed)
                Arm(Remaining);
        }
        _caller = caller.UnsafeRegister(static wait => ((Wait)wait!).CutOff(), this);
    }

    /// <summary>Whether somebody waits.</summary>
    public bool IsPending => Volatile.Read(ref _pending);

    /// <summary>Whether the wait that was begun last has been cut off.</summary>
    public bool IsCutOff => Volatile.Read(ref _cutOff);

    /// <summary>What is left for the wait that was begun last.</summary>
    public TimeSpan Remaining => connection?.Remaining(direction, _since) ?? Timeout.InfiniteTimeSpan;

    /// <summary>Tells who waits by a token. It is made for who asks for it.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (this)
            {
                if (_cutOff)
                    return new(canceled: true);
                _source ??= new CancellationTokenSource();
                return _source.Token;
            }
        }
    }

    /// <summary>Tells this operation, until <see cref="Forget"/>. It may be cut off already.</summary>
    public void Tell(LoopOperation operation)
    {
        lock (this)
            _operation = operation;
    }

    /// <summary>Tells the operation no more, which may be used for another wait from now on.</summary>
    public void Forget()
    {
        lock (this)
            _operation = null;
    }

    public void End()
    {
        _caller.Dispose();
        lock (this)
            _pending = false;
    }

    /// <summary>Ends the wait that is pending, because the connection has closed; a later one is cut off as it begins: an
    /// operation that had looked whether the connection is open just before it closed must not wait either.</summary>
    public void Close()
    {
        lock (this)
            _timer?.Dispose();
        CutOff();
    }

    /// <summary>A limit has changed: the next wait asks anew.</summary>
    public void Reconsider()
    {
        lock (this)
        {
            _armed = false;
            if (_pending)
                Arm(Remaining);
        }
    }

    private bool IsClosed => connection?.IsClosedFor(direction) ?? false;

    private void Arm(TimeSpan due)
    {
        _armed = due != Timeout.InfiniteTimeSpan && !IsClosed;
        if (!_armed)
            return;
        _timer ??= connection!.CreateTimer(static wait => ((Wait)wait!).OnTimer(), this);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        CancellationTokenSource? source;
        lock (this)
        {
            _armed = false;
            if (!_pending || IsClosed)
                return;
            var left = Remaining;
            if (left != TimeSpan.Zero)
            {
                Arm(left);
                return;
            }
            source = CutOffPending();
        }
        source?.Cancel();
    }

    private void CutOff()
    {
        CancellationTokenSource? source;
        lock (this)
            source = CutOffPending();
        source?.Cancel();
    }

    /// <summary>Returns what is still to be cancelled, which may run others' code: not under the lock. It is replaced at once:
    /// a wait that begins before then is not the one that was cut off.</summary>
    private CancellationTokenSource? CutOffPending()
    {
        if (!_pending)
            return null;
        _cutOff = true;
        _operation?.CutOff();
        var source = _source;
        _source = null;
        return source;
    }
}
