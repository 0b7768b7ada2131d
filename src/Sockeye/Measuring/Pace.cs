namespace Sockeye.Measuring;

/// <summary>When the next of so many a second may begin.</summary>
/// <remarks>Time that was not used is kept for as long as <see cref="Slack"/>, which makes up for timers that fire late: in
/// any time no more begin than the rate allows for it and for the slack, and one.</remarks>
/// <param name="rate">How many a second; 0 for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(int rate, TimeProvider time)
{
    private readonly TimeSpan _interval = rate == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1) / rate;
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _due;

    /// <summary>How long the next has to wait.</summary>
    public TimeSpan Left => rate == 0 || _due <= Now ? TimeSpan.Zero : _due - Now;

    /// <summary>One has begun.</summary>
    public void Take()
    {
        if (rate == 0)
            return;
        var earliest = Now - Slack;
        _due = (_due > earliest ? _due : earliest) + _interval;
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    public static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);
}
