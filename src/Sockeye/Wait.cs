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
    private CancellationTokenSource _source = new();
    private CancellationTokenRegistration _caller;
    private ITimer? _timer;
    private long _since;
    private bool _pending;
    private bool _armed;

    /// <summary>Whether the limit ended the wait that was begun last.</summary>
    public bool HasExpired { get; private set; }

    /// <summary>Begins a wait; the token ends it.</summary>
    public CancellationToken Begin(CancellationToken caller)
    {
        CancellationTokenSource source;
        lock (_lock)
        {
            if (_source.IsCancellationRequested)
                _source = new CancellationTokenSource();
            source = _source;
            HasExpired = false;
            _pending = true;
            _since = time.GetTimestamp();
            if (!_armed)
                Arm(remaining(_since));
        }
        _caller = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        return source.Token;
    }

    /// <summary>How long a blocking wait begun now may last.</summary>
    public TimeSpan Limit => remaining(time.GetTimestamp());

    public void End()
    {
        _caller.Dispose();
        lock (_lock)
            _pending = false;
    }

    /// <summary>Ends the wait that is pending, if one is.</summary>
    public void Cancel()
    {
        CancellationTokenSource source;
        lock (_lock)
            source = _source;
        source.Cancel();
    }

    /// <summary>A limit has changed: the next wait asks anew.</summary>
    public void Reconsider()
    {
        lock (_lock)
        {
            _armed = false;
            if (_pending)
                Arm(remaining(_since));
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _timer?.Dispose();
    }

    private void Arm(TimeSpan due)
    {
        _armed = due != Timeout.InfiniteTimeSpan;
        if (!_armed)
            return;
        _timer ??= time.CreateTimer(static wait => ((Wait)wait!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        CancellationTokenSource source;
        lock (_lock)
        {
            _armed = false;
            if (!_pending)
                return;
            var left = remaining(_since);
            if (left == Timeout.InfiniteTimeSpan || left > TimeSpan.Zero)
            {
                Arm(left);
                return;
            }
            HasExpired = true;
            source = _source;
        }
        source.Cancel();
    }
}
