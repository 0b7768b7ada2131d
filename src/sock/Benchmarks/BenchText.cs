using System.Globalization;
using Sockeye.Measuring;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Benchmarks;

/// <summary>What a load came to, in words.</summary>
internal static class BenchText
{
    /// <summary>The percentiles that are told, with their names.</summary>
    public static IReadOnlyList<(string Name, double Percent)> Percentiles { get; } =
        [("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("max", 100)];

    /// <summary>The lines of the result.</summary>
    public static IEnumerable<string> Lines(LoadOutcome outcome, LoadOptions options)
    {
        yield return $"{Count(outcome.Requests, options.Mode)} in {Duration.InWords(outcome.Elapsed)} over "
            + $"{OutcomeText.Count(options.Connections, "connection")}: {Speed(outcome, options.Mode)}";
        if (outcome.Requests > 0)
        {
            yield return "Latency: " + string.Join(", ",
                Percentiles.Select(each => $"{each.Name} {Time(outcome.Latency.Percentile(each.Percent))}"));
        }
        foreach (var remark in Remarks(outcome))
            yield return remark;
    }

    /// <summary>What went wrong or was left over, a line each.</summary>
    public static IEnumerable<string> Remarks(LoadOutcome outcome) =>
    [
        .. outcome.Errors.Select(error => $"{error.Count:N0} × {NameOf(error.First.Operation)}: {Terminal.Harmless(error.First.Reason)}"),
        .. outcome.BadStatuses.OrderBy(status => status.Key).Select(status => $"{status.Value:N0} × status {status.Key}"),
        .. Left(outcome.Unfinished, "without an answer at the end"),
        .. Left(outcome.Unsent, "due and not sent, because all connections were busy"),
    ];

    /// <summary>How much a second: <c>12,734/s, 796 KiB/s each way</c>.</summary>
    public static string Speed(LoadOutcome outcome, LoadMode mode) => mode == LoadMode.Connect
        ? PerSecond(outcome.RequestsPerSecond)
        : $"{PerSecond(outcome.RequestsPerSecond)}, {BytesPerSecond(outcome, mode)}";

    /// <summary>How many bytes a second, and which way.</summary>
    public static string BytesPerSecond(LoadOutcome outcome, LoadMode mode)
    {
        var bytes = mode == LoadMode.Get ? outcome.BytesReceived : outcome.BytesSent;
        var speed = outcome.Elapsed > TimeSpan.Zero ? bytes / outcome.Elapsed.TotalSeconds : 0;
        return $"{ByteSize.Format((long)speed)}/s {mode switch { LoadMode.Echo => "each way", LoadMode.Send => "sent", _ => "received" }}";
    }

    /// <summary>So many of them a second, in three digits at least: <c>12,734/s</c>, <c>8.25/s</c>.</summary>
    public static string PerSecond(double rate) => rate switch
    {
        0 => "0/s",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{rate:0.00}/s"),
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s"),
    };

    /// <summary>A latency: <c>51.3 µs</c>, <c>1.03 ms</c>, <c>2.50 s</c>.</summary>
    public static string Time(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 10 and var us => string.Create(CultureInfo.InvariantCulture, $"{us:0.00} µs"),
        < 1000 and var us => string.Create(CultureInfo.InvariantCulture, $"{us:0.0} µs"),
        _ => OutcomeText.Of(time),
    };

    /// <summary>The mode as it is typed.</summary>
    public static string NameOf(LoadMode mode) => NameOf((Enum)mode);

    /// <summary>What a request of this mode is called.</summary>
    public static string Unit(LoadMode mode) => mode switch
    {
        LoadMode.Send => "message",
        LoadMode.Connect => "connection",
        _ => "request",
    };

    private static string NameOf(Enum value) => value.ToString().ToLowerInvariant();

    private static string Count(long count, LoadMode mode) => OutcomeText.Count(count, Unit(mode));

    private static IEnumerable<string> Left(long count, string how) =>
        count == 0 ? [] : [$"{OutcomeText.Count(count, "request was", "requests were")} {how}"];
}
