using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sockeye;

/// <summary>What the library tells of itself: one activity source and one meter, both named <c>Sockeye</c>.</summary>
internal static class Telemetry
{
    private static readonly Meter Meter = new("Sockeye");

    private static readonly Counter<long> CloseFailureCount = Meter.CreateCounter<long>(
        "sockeye.close.failures", description: "Connections whose last bytes are not known to have arrived");

    private static readonly UpDownCounter<long> ConnectionCount = Meter.CreateUpDownCounter<long>(
        "sockeye.connections", description: "Connections open now");

    private static readonly Counter<long> ReceivedCount = Meter.CreateCounter<long>(
        "sockeye.received", "By", "Bytes received over connections that have ended");

    private static readonly Counter<long> SentCount = Meter.CreateCounter<long>(
        "sockeye.sent", "By", "Bytes sent over connections that have ended");

    /// <summary>Spans for connecting and serving.</summary>
    public static ActivitySource Activities { get; } = new("Sockeye");

    public static void Opened() => ConnectionCount.Add(1);

    public static void Ended(long received, long sent)
    {
        ConnectionCount.Add(-1);
        ReceivedCount.Add(received);
        SentCount.Add(sent);
    }

    /// <summary>A disposal met what closing would have thrown.</summary>
    public static void CloseFailed(NetException error) =>
        CloseFailureCount.Add(1, new KeyValuePair<string, object?>("kind", error.Kind.ToString()));
}
