namespace Sockeye.Measuring;

/// <summary>The time in which what is done counts, in timestamps of a clock.</summary>
internal sealed class LoadWindow
{
    private readonly TimeProvider _time;
    private readonly bool _isOpenLoop;
    private long _to;

    public LoadWindow(LoadOptions options)
    {
        (_time, _isOpenLoop) = (options.Time, options.Rate is not null);
        Start = _time.GetTimestamp();
        From = Start + In(options.WarmUp);
        _to = options.Duration == Timeout.InfiniteTimeSpan ? long.MaxValue : From + In(options.Duration);
    }

    /// <summary>When the warm-up began.</summary>
    public long Start { get; }

    /// <summary>When measuring began.</summary>
    public long From { get; }

    /// <summary>When measuring ended, or will.</summary>
    public long To => Volatile.Read(ref _to);

    /// <summary>How long it goes on, in the milliseconds that timers count in.</summary>
    public TimeSpan Left
    {
        get
        {
            var now = _time.GetTimestamp();
            return now < To ? TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(now, To).TotalMilliseconds)) : TimeSpan.Zero;
        }
    }

    /// <summary>How long was measured.</summary>
    public TimeSpan Elapsed => To > From ? _time.GetElapsedTime(From, To) : TimeSpan.Zero;

    /// <summary>Whether what is over at a moment counts. At a set rate it belongs to when it was due, which was before the end.</summary>
    public bool Counts(long moment) => HasBegun && moment >= From && (_isOpenLoop || moment <= To);

    /// <summary>Whether anything is measured; else it ended during the warm-up.</summary>
    public bool HasBegun => To >= From;

    /// <summary>It ends now, if it has not ended yet.</summary>
    public void End() => Volatile.Write(ref _to, Math.Min(To, _time.GetTimestamp()));

    private long In(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
