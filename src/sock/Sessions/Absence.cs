namespace Sockeye.Tool.Sessions;

/// <summary>How long it is allowed that nobody is here.</summary>
internal sealed class Absence : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly Timer _timer;
    private int _present;

    /// <summary>That nobody came for so long.</summary>
    public static AdvisedException TooLong(TimeSpan limit) => new(
        new TimeoutException($"nobody called within {Duration.InWords(limit)}"), "--accept-timeout TIME waits longer, 'none' for ever.");

    /// <param name="limit">How long, from now and whenever the last one has left.</param>
    /// <param name="onPassed">Called when it was too long.</param>
    public Absence(TimeSpan limit, Action onPassed)
    {
        _limit = limit;
        _timer = new(_ => onPassed(), null, limit, Timeout.InfiniteTimeSpan);
    }

    public void Came()
    {
        lock (_timer)
        {
            _present++;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Left()
    {
        lock (_timer)
        {
            if (--_present == 0)
                _timer.Change(_limit, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();
}
