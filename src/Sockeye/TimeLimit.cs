namespace Sockeye;

/// <summary>
/// A limit in time joined with a caller's token, and the answer to which of the two ended a wait: they are different
/// events to the caller (<see cref="NetErrorKind.TimedOut"/>, <see cref="OperationCanceledException"/>).
/// </summary>
internal readonly struct TimeLimit : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource? _either;
    private readonly CancellationToken _caller;

    public TimeLimit(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        if (limit == Timeout.InfiniteTimeSpan)
            return;
        _timer = new CancellationTokenSource(limit, time);
        if (caller.CanBeCanceled)
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    /// <summary>Cancelled by whichever comes first.</summary>
    public CancellationToken Token => (_either ?? _timer)?.Token ?? _caller;

    /// <summary>Whether it was the limit that ended the wait, and not the caller.</summary>
    public bool HasPassed => _timer is { IsCancellationRequested: true } && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _either?.Dispose();
        _timer?.Dispose();
    }
}
