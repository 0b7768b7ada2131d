using System.Globalization;
using Sockeye.Measuring;

namespace Sockeye.Tool.Benchmarks;

/// <summary>The plots of a report.</summary>
internal static class ReportPlots
{
    /// <summary>Those that there is anything to show in.</summary>
    public static IEnumerable<Plot> Of(LoadOutcome outcome)
    {
        var answered = outcome.Intervals.Where(interval => interval.Requests > 0).ToList();
        if (outcome.Requests > 0)
        {
            yield return ByPercentile(outcome.Latency);
            yield return HowOften(outcome.Latency);
        }
        if (outcome.Intervals.Count > 0)
            yield return Throughput(outcome);
        if (answered.Count > 0)
            yield return LatencyOverTime(answered, outcome);
    }

    private static Plot ByPercentile(Histogram latency) =>
        new Plot("Latency by percentile", Axis.OfPercentiles("of the requests", latency.Count), Axis.OfTimes("within", latency.Min, latency.Max))
            .Line("", "one", [.. Axis.PercentilesUpTo(latency.Count).Select(percent => (percent, (double)latency.Percentile(percent).Ticks))], isFilled: true);

    private static Plot HowOften(Histogram latency)
    {
        var bins = LogBins.Of(latency, MostBars);
        var plot = new Plot(
            "How often which latency came up",
            Axis.OfTimes("latency", latency.Min, latency.Max),
            Axis.Linear("share", 100.0 * bins.Max(bin => bin.Count) / latency.Count, percent => string.Create(CultureInfo.InvariantCulture, $"{percent:0.##} %")));
        foreach (var bin in bins.Where(bin => bin.Count > 0))
            plot.Bar("one", bin.From.Ticks, bin.To.Ticks, 100.0 * bin.Count / latency.Count, $"{bin.Count:N0} from {BenchText.Time(bin.From)} to {BenchText.Time(bin.To)}");
        return plot;
    }

    private static Plot Throughput(LoadOutcome outcome)
    {
        var done = outcome.Intervals.Select(interval => (MiddleOf(interval), interval.Requests / interval.Duration.TotalSeconds)).ToArray();
        var failed = outcome.Intervals.Select(interval => (MiddleOf(interval), interval.Errors / interval.Duration.TotalSeconds)).ToArray();
        var plot = new Plot("Throughput over time", Seconds(outcome), Axis.Linear("a second", done.Concat(failed).Max(point => point.Item2), rate => $"{rate:N0}"))
            .Line("done", "one", done, isFilled: true);
        return outcome.Intervals.Any(interval => interval.Errors > 0) ? plot.Line("failed", "bad", failed) : plot;
    }

    private static Plot LatencyOverTime(List<LoadInterval> answered, LoadOutcome outcome)
    {
        var plot = new Plot(
            "Latency over time", Seconds(outcome),
            Axis.OfTimes("within", answered.Min(interval => interval.Latency.Percentile(50)), answered.Max(interval => interval.Latency.Max)));
        foreach (var (name, colour, percent) in (ReadOnlySpan<(string, string, double)>)[("max", "three", 100), ("p99", "two", 99), ("p50", "one", 50)])
            plot.Line(name, colour, [.. answered.Select(interval => (MiddleOf(interval), (double)interval.Latency.Percentile(percent).Ticks))]);
        return plot;
    }

    private static Axis Seconds(LoadOutcome outcome) => Axis.Exactly(
        "seconds", outcome.Elapsed.TotalSeconds, seconds => seconds.ToString("0.###", CultureInfo.InvariantCulture));

    private static double MiddleOf(LoadInterval interval) => (interval.Start + (interval.Duration / 2)).TotalSeconds;

    private const int MostBars = 60;
}
