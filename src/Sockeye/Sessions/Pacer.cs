namespace Sockeye.Sessions;

/// <summary>When one direction of a session may next write: so many bytes a second, and so long after each line.</summary>
/// <remarks>A write is taken as it is, and what it costs is waited for before the next. Time that was not used is kept for as
/// long as <see cref="Slack"/>, which makes up for timers that fire late: in any time there are no more bytes than the rate
/// allows for it and for the slack, and one write.</remarks>
internal sealed class Pacer
{
    private readonly long _rate;
    private readonly TimeSpan _delay;
    private readonly TimeProvider _time;
    private readonly long _start;
    private TimeSpan _affordableAt;
    private TimeSpan _delayedUntil;

    public Pacer(long rate, TimeSpan delay, TimeProvider time)
    {
        (_rate, _delay, _time, _start) = (rate, delay, time, time.GetTimestamp());
        Portion = rate == 0 ? int.MaxValue : (int)Math.Clamp(rate / PortionsPerSecond, 1, int.MaxValue);
    }

    /// <summary>How much to carry at once, so that it flows evenly.</summary>
    public int Portion { get; }

    /// <summary>How long the next write has to wait, in the milliseconds that timers count in.</summary>
    public TimeSpan Left
    {
        get
        {
            var due = _affordableAt > _delayedUntil ? _affordableAt : _delayedUntil;
            return TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds)));
        }
    }

    /// <summary>So many bytes have been written.</summary>
    /// <param name="count">How many.</param>
    /// <param name="completes">Whether a line or message ended with them.</param>
    public void NoteWritten(int count, bool completes)
    {
        if (completes)
            _delayedUntil = Now + _delay;
        if (_rate == 0)
            return;
        var earliest = Now - Slack;
        var from = _affordableAt > earliest ? _affordableAt : earliest;
        _affordableAt = from + TimeSpan.FromTicks((long)Math.Ceiling((decimal)count * TimeSpan.TicksPerSecond / _rate));
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    public static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);

    private const int PortionsPerSecond = 20;
}
