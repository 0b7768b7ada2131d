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

    private static readonly Counter<long> MovedCount = Meter.CreateCounter<long>(
        "sockeye.moved", "By", "Bytes that the system has moved from one descriptor to another by itself");

    private static readonly ActivitySource Activities = new("Sockeye");

    /// <summary>A span from the call to connect until the connection, its layers included, stands.</summary>
    public static Activity? StartConnecting(Address address) =>
        Activities.StartActivity("sockeye.connect", ActivityKind.Client)?.SetTag("server.address", address.ToString());

    /// <summary>A span from a connection's acceptance until it is closed; the handler runs within it.</summary>
    public static Activity? StartServing(Connection peer) =>
        Activities.StartActivity("sockeye.serve", ActivityKind.Server)?.SetTag("client.address", peer.RemoteAddress.ToString());

    /// <summary>For an exception filter: notes why the span failed, and never catches.</summary>
    public static bool Note(Activity? activity, Exception error)
    {
        activity?.SetTag("error.type", (error as NetException)?.Kind.ToString() ?? error.GetType().Name)
            .SetStatus(ActivityStatusCode.Error, error.Message);
        return false;
    }

    public static void Opened() => ConnectionCount.Add(1);

    public static void Ended(long received, long sent)
    {
        ConnectionCount.Add(-1);
        ReceivedCount.Add(received);
        SentCount.Add(sent);
    }

    /// <summary>The system has moved bytes past this process's memory.</summary>
    /// <param name="count">How many.</param>
    /// <param name="call">By which of its calls.</param>
    public static void Moved(int count, string call) => MovedCount.Add(count, new KeyValuePair<string, object?>("call", call));

    /// <summary>A disposal met what closing would have thrown.</summary>
    public static void CloseFailed(NetException error) =>
        CloseFailureCount.Add(1, new KeyValuePair<string, object?>("kind", error.Kind.ToString()));
}
