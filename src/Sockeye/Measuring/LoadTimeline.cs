namespace Sockeye.Measuring;

/// <summary>Intervals, one behind the other. When there are too many, each two become one: a long load takes no more memory
/// than a short one.</summary>
internal sealed class LoadTimeline
{
    private readonly List<LoadInterval> _intervals = [];
    private int _perInterval = 1;
    private int _inLast;

    public IReadOnlyList<LoadInterval> Intervals => _intervals;

    public void Add(LoadInterval interval)
    {
        if (_inLast == _perInterval && _intervals.Count == Most)
            Halve();
        if (_inLast < _perInterval && _intervals.Count > 0)
            AddToLast(interval);
        else
            Append(interval);
    }

    /// <summary>Adds what is left at the end, which may be too short to stand for itself where there are others.</summary>
    public void AddRest(LoadInterval rest, TimeSpan shortest)
    {
        if (rest.Duration >= (_intervals.Count > 0 ? shortest : TimeSpan.FromTicks(1)))
            Add(rest);
        else if (_intervals.Count > 0)
            _intervals[^1] = Together(_intervals[^1], rest);
    }

    private void Append(LoadInterval interval)
    {
        _intervals.Add(interval);
        _inLast = 1;
    }

    private void AddToLast(LoadInterval interval)
    {
        _intervals[^1] = Together(_intervals[^1], interval);
        _inLast++;
    }

    private void Halve()
    {
        for (var i = 0; i < Most / 2; i++)
            _intervals[i] = Together(_intervals[2 * i], _intervals[2 * i + 1]);
        _intervals.RemoveRange(Most / 2, Most / 2);
        _perInterval *= 2;
        _inLast = _perInterval;
    }

    private static LoadInterval Together(LoadInterval one, LoadInterval next)
    {
        // Not into the one: others may be looking at it.
        var latency = new Histogram();
        latency.Merge(one.Latency);
        latency.Merge(next.Latency);
        return one with
        {
            Latency = latency,
            Duration = one.Duration + next.Duration,
            Errors = one.Errors + next.Errors,
            BytesSent = one.BytesSent + next.BytesSent,
            BytesReceived = one.BytesReceived + next.BytesReceived,
        };
    }

    public const int Most = 120;
}
