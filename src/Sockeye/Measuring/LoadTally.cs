namespace Sockeye.Measuring;

/// <summary>What a few connections have come to since it was last asked for.</summary>
internal sealed class LoadTally
{
    private readonly Lock _lock = new();
    private readonly Histogram _latency = new();
    private readonly Dictionary<(NetErrorKind Kind, NetOperation Operation), LoadError> _errors = [];
    private readonly Dictionary<int, long> _badStatuses = [];
    private long _sent;
    private long _received;
    private long _failed;

    public void Note(TimeSpan latency, Traffic traffic)
    {
        lock (_lock)
        {
            _latency.Record(latency);
            _sent += traffic.Sent;
            _received += traffic.Received;
            if (traffic.Status >= FirstBadStatus)
                _badStatuses[traffic.Status] = _badStatuses.GetValueOrDefault(traffic.Status) + 1;
        }
    }

    public void Note(NetException error)
    {
        lock (_lock)
        {
            var key = (error.Kind, error.Operation);
            _errors[key] = _errors.TryGetValue(key, out var known) ? known with { Count = known.Count + 1 } : new(error, 1);
            _failed++;
        }
    }

    /// <summary>Adds it to an interval, and begins anew.</summary>
    public LoadInterval MoveTo(LoadInterval interval)
    {
        lock (_lock)
        {
            interval.Latency.Merge(_latency);
            interval = interval with
            {
                Errors = interval.Errors + _failed,
                BytesSent = interval.BytesSent + _sent,
                BytesReceived = interval.BytesReceived + _received,
            };
            _latency.Clear();
            (_sent, _received, _failed) = (0, 0, 0);
            return interval;
        }
    }

    /// <summary>The errors of all of them together, the most frequent first.</summary>
    public static IReadOnlyList<LoadError> ErrorsOf(IEnumerable<LoadTally> tallies) =>
    [
        .. tallies.SelectMany(tally => tally._errors)
            .GroupBy(error => error.Key, error => error.Value)
            .Select(errors => errors.First() with { Count = errors.Sum(error => error.Count) })
            .OrderByDescending(error => error.Count),
    ];

    /// <summary>The statuses of all of them together.</summary>
    public static IReadOnlyDictionary<int, long> BadStatusesOf(IEnumerable<LoadTally> tallies) => tallies
        .SelectMany(tally => tally._badStatuses)
        .GroupBy(status => status.Key, status => status.Value)
        .ToDictionary(status => status.Key, status => status.Sum());

    private const int FirstBadStatus = 400;
}
