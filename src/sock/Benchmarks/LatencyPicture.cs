using System.Globalization;
using Sockeye.Measuring;

namespace Sockeye.Tool.Benchmarks;

/// <summary>A histogram as bars, the shortest times on top. Each row has times that are the same factor longer.
/// <code>
///   21.4 µs  ▏                                0.2 %
///   35.2 µs  ██████████████████████████████  64.1 %
/// </code>
/// </summary>
internal static class LatencyPicture
{
    /// <summary>The rows, at most as many columns wide as there are, and 80. A row that has any time has at least the thinnest bar.</summary>
    public static IEnumerable<string> Of(Histogram latency, int columns)
    {
        var widest = Math.Clamp(columns - ColumnsBesideBar, NarrowestBar, WidestBar);
        var rows = LogBins.Of(latency, MostRows);
        var most = rows.Max(row => row.Count);
        foreach (var (from, count) in rows.Select(row => (row.From, row.Count)))
        {
            var share = string.Create(CultureInfo.InvariantCulture, $"{100.0 * count / latency.Count:0.0} %");
            yield return $"{BenchText.Time(from),10}  {Terminal.PaintOutput(Bar(count, most, widest), Colour.Ours)}  {share,7}";
        }
    }

    private static string Bar(long count, long most, int widest)
    {
        var eighths = count == 0 ? 0 : Math.Max(1, (int)Math.Round(8.0 * widest * count / most));
        var bar = new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : Eighths[eighths % 8 - 1]);
        return bar.PadRight(widest);
    }

    private const string Eighths = "▏▎▍▌▋▊▉";
    private const int WidestBar = 56;
    private const int NarrowestBar = 8;
    private const int ColumnsBesideBar = 22;    // the last one stays free: some terminals wrap there
    private const int MostRows = 14;
}

/// <summary>Times from this one on, to the next row's.</summary>
/// <param name="From">The shortest.</param>
/// <param name="To">The longest.</param>
/// <param name="Count">How many there are.</param>
internal sealed record LogBin(TimeSpan From, TimeSpan To, long Count);

/// <summary>A histogram in few bins, each the same factor longer than the one before.</summary>
internal static class LogBins
{
    /// <param name="latency">At least one time.</param>
    /// <param name="most">No more bins than that; fewer where times lie close together.</param>
    public static IReadOnlyList<LogBin> Of(Histogram latency, int most)
    {
        var (least, longest) = (Math.Max(1, latency.Min.Ticks), Math.Max(1, latency.Max.Ticks));
        var number = (int)Math.Clamp(Math.Ceiling(Math.Log((double)longest / least) / Math.Log(SmallestFactor)), 1, most);
        var factor = Math.Pow((double)longest / least, 1.0 / number);
        var counts = new long[number];
        foreach (var bucket in latency.Buckets)
        {
            var middle = Math.Clamp((bucket.From.Ticks + bucket.To.Ticks) / 2, least, longest);
            counts[number == 1 ? 0 : Math.Min(number - 1, (int)(Math.Log((double)middle / least) / Math.Log(factor)))] += bucket.Count;
        }
        return [.. counts.Select((count, i) => new LogBin(Edge(i), Edge(i + 1), count))];

        TimeSpan Edge(int i) => i == number ? new(longest) : new((long)(least * Math.Pow(factor, i)));
    }

    // Less than that, and a bin has hardly a bucket of its own.
    private const double SmallestFactor = 1.05;
}
