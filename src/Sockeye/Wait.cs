namespace Sockeye;

/// <summary>
/// What can end one direction's wait besides bytes: the caller, the connection's closing, a limit in time. The timer is
/// armed once and looks, when it fires, how much of the limit is left, so that an operation costs no timer calls.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="remaining">How long a wait that began at this timestamp may still last; infinite for no limit.</param>
internal sealed class Wait(TimeProvider time, Func<long, TimeSpan> remaining)
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _caller;
    private ITimer? _timer;
    private long _since;
    private bool _pending;
    private bool _armed;
    private bool _closed;

    /// <summary>Begins a wait; the token ends it.</summary>
    public CancellationToken Begin(CancellationToken caller)
    {
        CancellationTokenSource source;
        lock (_lock)
        {
            if (_source is null || (_source.IsCancellationRequested && !_closed))
                _source = new CancellationTokenSource();
            source = _source;
            if (_closed)
                source.Cancel();
            _pending = true;
            _since = time.GetTimestamp();
            if (!_armed)
                Arm(Remaining);
        }
        _caller = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        return source.Token;
    }

    /// <summary>What is left for the wait that was begun last.</summary>
    public TimeSpan Remaining => remaining(_since);

    public void End()
    {
        _caller.Dispose();
        lock (_lock)
            _pending = false;
    }

    /// <summary>Ends the wait that is pending, and every later one as it begins: an operation that had looked whether the
    /// connection is open just before it closed must not wait either.</summary>
    public void Close()
    {
        CancellationTokenSource? source;
        lock (_lock)
        {
            _closed = true;
            _timer?.Dispose();
            source = _source;
        }
        source?.Cancel();
    }

    /// <summary>A limit has changed: the next wait asks anew.</summary>
    public void Reconsider()
    {
        lock (_lock)
        {
            _armed = false;
            if (_pending)
                Arm(Remaining);
        }
    }

    private void Arm(TimeSpan due)
    {
        _armed = due != Timeout.InfiniteTimeSpan && !_closed;
        if (!_armed)
            return;
        _timer ??= time.CreateTimer(static wait => ((Wait)wait!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        CancellationTokenSource? source;
        lock (_lock)
        {
            _armed = false;
            if (!_pending || _closed)
                return;
            var left = Remaining;
            if (left != TimeSpan.Zero)
            {
                Arm(left);
                return;
            }
            // Replaced at once: a wait that begins before the line below has run is not the one that took too long.
            (source, _source) = (_source, null);
        }
        source?.Cancel();
    }
}
