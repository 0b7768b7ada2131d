namespace Sockeye;

public sealed partial class Connection
{
    // Made by the first operation that has to wait.
    private Wait? _readWait;
    private Wait? _writeWait;
    private TimeSpan _idleTimeout;
    private long _lastActivity;

    /// <summary>How long a read or write may wait while no byte moves in either direction; then it fails with
    /// <see cref="NetErrorKind.TimedOut"/>. Starts as <see cref="ConnectionOptions.IdleTimeout"/>.</summary>
    public TimeSpan IdleTimeout
    {
        get => _idleTimeout;
        set
        {
            _idleTimeout = TimeRange.CheckLimit(value);
            _readWait?.Reconsider();
            _writeWait?.Reconsider();
        }
    }

    /// <summary>True: both limits are honoured, by the asynchronous members too.</summary>
    public override bool CanTimeout => true;

    /// <summary>How long one read may wait, in milliseconds; then it fails with <see cref="NetErrorKind.TimedOut"/> and may be
    /// repeated. Defaults to <see cref="Timeout.Infinite"/>.</summary>
    public override int ReadTimeout
    {
        get;
        set
        {
            field = CheckMilliseconds(value);
            _readWait?.Reconsider();
        }
    } = Timeout.Infinite;

    /// <summary>How long one write may wait, in milliseconds; then it fails with <see cref="NetErrorKind.TimedOut"/> and the
    /// sending direction is broken. Defaults to <see cref="Timeout.Infinite"/>.</summary>
    public override int WriteTimeout
    {
        get;
        set
        {
            field = CheckMilliseconds(value);
            _writeWait?.Reconsider();
        }
    } = Timeout.Infinite;

    /// <summary>The clock of the limits.</summary>
    internal long Now => _options.Time.GetTimestamp();

    /// <summary>A timer of that clock, not started yet.</summary>
    internal ITimer CreateTimer(TimerCallback callback, object state) =>
        _options.Time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>What is left for a wait that began then: the nearer of its own limit and the idle limit.</summary>
    internal TimeSpan Remaining(NetOperation direction, long since)
    {
        var time = _options.Time;
        var ownLimit = direction == NetOperation.Read ? ReadTimeout : WriteTimeout;
        var own = ownLimit == Timeout.Infinite
            ? TimeSpan.MaxValue
            : TimeSpan.FromMilliseconds(ownLimit) - time.GetElapsedTime(since);
        var idle = _idleTimeout == Timeout.InfiniteTimeSpan
            ? TimeSpan.MaxValue
            : _idleTimeout - time.GetElapsedTime(Math.Max(since, Volatile.Read(ref _lastActivity)));
        var nearer = own < idle ? own : idle;
        if (nearer == TimeSpan.MaxValue)
            return Timeout.InfiniteTimeSpan;
        return nearer > TimeSpan.Zero ? nearer : TimeSpan.Zero;
    }

    /// <summary>Whether no operation of that direction may wait any more: a close still sends, but reads no more for others.</summary>
    internal bool IsClosedFor(NetOperation direction) =>
        Volatile.Read(ref _state) is var state && direction == NetOperation.Read ? state != Open : state == Closed;

    private Wait ReadWait => _readWait ?? MakeWait(ref _readWait, NetOperation.Read);

    private Wait WriteWait => _writeWait ?? MakeWait(ref _writeWait, NetOperation.Write);

    private Wait MakeWait(ref Wait? wait, NetOperation direction) =>
        Interlocked.CompareExchange(ref wait, new Wait(this, direction), null) ?? wait;

    /// <summary>What moves while nobody waits needs no note: a wait counts from its own beginning at the earliest.</summary>
    private void NoteActivity()
    {
        if (_readWait is { IsPending: true } || _writeWait is { IsPending: true })
            Volatile.Write(ref _lastActivity, Now);
    }

    private NetException TimedOut(NetOperation operation, int ownLimit)
    {
        var own = TimeSpan.FromMilliseconds(ownLimit);
        var ownWasNearer = ownLimit != Timeout.Infinite && (_idleTimeout == Timeout.InfiniteTimeSpan || own <= _idleTimeout);
        var what = operation == NetOperation.Write ? "the peer took nothing" : "no byte came";
        return Error(NetErrorKind.TimedOut, operation, $"{what} for {Texts.Of(ownWasNearer ? own : _idleTimeout)}");
    }

    private static int CheckMilliseconds(int limit) => limit is > 0 or Timeout.Infinite
        ? limit
        : throw new ArgumentOutOfRangeException(nameof(limit), limit, "a limit is positive or Timeout.Infinite");
}
