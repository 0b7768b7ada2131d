using Sockeye.Measuring;
using Sockeye.Tool.Progress;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Benchmarks;

/// <summary>A line on a terminal that says how a load is going.</summary>
internal sealed class BenchProgress : IDisposable
{
    private readonly LoadOptions _options;
    private readonly ProgressLine _line;
    private LoadInterval? _last;
    private long _failed;

    public BenchProgress(LoadOptions options, TimeProvider time, Action<string> show)
    {
        _options = options;
        _line = new(Describe, time, show);
    }

    /// <summary>An interval is over.</summary>
    public void Note(LoadInterval interval)
    {
        Interlocked.Add(ref _failed, interval.Errors);
        Volatile.Write(ref _last, interval);
    }

    public void Dispose() => _line.Dispose();

    private string Describe()
    {
        if (Volatile.Read(ref _last) is not { } last)
            return "Warming up";
        var sofar = (long)(last.Start + last.Duration).TotalSeconds;
        var whole = _options.Duration == Timeout.InfiniteTimeSpan ? "" : $" of {Duration.InWords(_options.Duration)}";
        var failed = Interlocked.Read(ref _failed) is > 0 and var count ? $", {OutcomeText.Count(count, "error")}" : "";
        var latency = last.Requests == 0 ? "" : $", p50 {BenchText.Time(last.Latency.Percentile(50))}, p99 {BenchText.Time(last.Latency.Percentile(99))}";
        return $"{sofar:N0} s{whole}: {BenchText.PerSecond(last.Requests / last.Duration.TotalSeconds)}{latency}{failed}";
    }
}
