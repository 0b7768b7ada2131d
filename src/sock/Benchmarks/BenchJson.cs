using System.Text.Json;
using Sockeye.Measuring;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Benchmarks;

/// <summary>What a load came to, as one object. Times are in seconds.</summary>
internal static class BenchJson
{
    public static void Write(Utf8JsonWriter json, LoadOutcome outcome, BenchSettings settings, BenchSetUp setUp)
    {
        WriteSetUp(json, outcome, settings);
        if (setUp.Tls is { } tls)
            JsonOutput.WriteObject(json, "tls", inner => TlsText.Write(inner, tls));
        json.WriteNumber("seconds", outcome.Elapsed.TotalSeconds);
        json.WriteNumber("requests", outcome.Requests);
        json.WriteNumber("requestsPerSecond", Math.Round(outcome.RequestsPerSecond, 3));
        json.WriteNumber("bytesSent", outcome.BytesSent);
        json.WriteNumber("bytesReceived", outcome.BytesReceived);
        if (outcome.Requests > 0)
            JsonOutput.WriteObject(json, "latency", inner => WriteLatency(inner, outcome.Latency));
        WriteErrors(json, outcome);
        json.WriteNumber("unfinished", outcome.Unfinished);
        json.WriteNumber("unsent", outcome.Unsent);
        WriteHistogram(json, outcome.Latency);
        WriteIntervals(json, outcome.Intervals);
    }

    private static void WriteSetUp(Utf8JsonWriter json, LoadOutcome outcome, BenchSettings settings)
    {
        var load = settings.Load;
        JsonOutput.WriteAddress(json, "address", settings.Target.Address);
        JsonOutput.WriteAddress(json, "remoteAddress", outcome.RemoteAddress);
        json.WriteString("mode", BenchText.NameOf(load.Mode));
        json.WriteNumber("connections", load.Connections);
        if (load.Mode is LoadMode.Echo or LoadMode.Send)
            json.WriteNumber("size", load.MessageSize);
        if (load.Mode == LoadMode.Get)
            json.WriteString("path", load.Path);
        if (load.Rate is { } rate)
            json.WriteNumber("rate", rate);
        json.WriteNumber("warmUp", load.WarmUp.TotalSeconds);
        if (load.Duration != Timeout.InfiniteTimeSpan)
            json.WriteNumber("duration", load.Duration.TotalSeconds);
    }

    private static void WriteLatency(Utf8JsonWriter json, Histogram latency)
    {
        OutcomeText.WriteSeconds(json, "min", latency.Min);
        OutcomeText.WriteSeconds(json, "mean", latency.Mean);
        foreach (var (name, percent) in BenchText.Percentiles)
            OutcomeText.WriteSeconds(json, name, latency.Percentile(percent));
    }

    private static void WriteErrors(Utf8JsonWriter json, LoadOutcome outcome)
    {
        json.WriteStartArray("errors");
        foreach (var error in outcome.Errors)
        {
            json.WriteStartObject();
            json.WriteString("kind", error.First.Kind.ToString());
            json.WriteString("operation", error.First.Operation.ToString());
            json.WriteString("reason", error.First.Reason);
            json.WriteNumber("count", error.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("badStatuses");
        foreach (var (status, count) in outcome.BadStatuses.OrderBy(status => status.Key))
            json.WriteNumber($"{status}", count);
        json.WriteEndObject();
    }

    private static void WriteHistogram(Utf8JsonWriter json, Histogram latency)
    {
        json.WriteStartArray("histogram");
        foreach (var bucket in latency.Buckets)
        {
            json.WriteStartObject();
            json.WriteNumber("from", bucket.From.TotalSeconds);
            json.WriteNumber("to", bucket.To.TotalSeconds);
            json.WriteNumber("count", bucket.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteIntervals(Utf8JsonWriter json, IReadOnlyList<LoadInterval> intervals)
    {
        json.WriteStartArray("intervals");
        foreach (var interval in intervals)
        {
            json.WriteStartObject();
            json.WriteNumber("start", interval.Start.TotalSeconds);
            json.WriteNumber("seconds", interval.Duration.TotalSeconds);
            json.WriteNumber("requests", interval.Requests);
            json.WriteNumber("errors", interval.Errors);
            json.WriteNumber("bytesSent", interval.BytesSent);
            json.WriteNumber("bytesReceived", interval.BytesReceived);
            if (interval.Requests > 0)
                JsonOutput.WriteObject(json, "latency", inner => WriteLatency(inner, interval.Latency));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
