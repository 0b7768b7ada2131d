namespace Sockeye;

public sealed partial class Connection
{
    private readonly Wait _readWait;
    private readonly Wait _writeWait;
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
            _readWait.Reconsider();
            _writeWait.Reconsider();
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
            _readWait.Reconsider();
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
            _writeWait.Reconsider();
        }
    } = Timeout.Infinite;

    /// <summary>What is left for a wait that began then: the nearer of its own limit and the idle limit.</summary>
    private TimeSpan Remaining(long since, int ownLimit)
    {
        var time = _options.Time;
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

    private void NoteActivity() => Volatile.Write(ref _lastActivity, _options.Time.GetTimestamp());

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
