namespace Sockeye;

/// <summary>
/// A limit in time joined with a caller's token, and the answer to which of the two ended a wait: they are different
/// events to the caller (<see cref="NetErrorKind.TimedOut"/>, <see cref="OperationCanceledException"/>).
/// </summary>
/// <remarks>It begins to count at once, and has a timer only when somebody asks for the token, to wait for something.</remarks>
internal sealed class TimeLimit(TimeSpan limit, TimeProvider time, CancellationToken caller) : IDisposable
{
    private readonly long _began = time.GetTimestamp();
    private CancellationTokenSource? _timer;
    private CancellationTokenSource? _either;

    /// <summary>Cancelled by whichever comes first.</summary>
    public CancellationToken Token
    {
        get
        {
            if (limit == Timeout.InfiniteTimeSpan)
                return caller;
            if (_timer is null)
                Begin();
            return (_either ?? _timer)!.Token;
        }
    }

    /// <summary>Whether it was the limit that ended the wait, and not the caller.</summary>
    public bool HasPassed => _timer is { IsCancellationRequested: true } && !caller.IsCancellationRequested;

    public void Dispose()
    {
        _either?.Dispose();
        _timer?.Dispose();
    }

    private void Begin()
    {
        var left = limit - time.GetElapsedTime(_began);
        _timer = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        if (caller.CanBeCanceled)
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }
}
