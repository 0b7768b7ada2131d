using System.Runtime.InteropServices;
using Sockeye.Measuring;
using Sockeye.Tls;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Benchmarks;

/// <summary>What a load was made of, as a report tells it.</summary>
internal sealed class BenchSetUp(BenchSettings settings)
{
    private readonly DateTimeOffset _begun = TimeProvider.System.GetLocalNow();
    private TlsInfo? _tls;

    /// <summary>What TLS agreed on first; null without TLS.</summary>
    public TlsInfo? Tls => Volatile.Read(ref _tls);

    /// <summary>A layer that does nothing but look at what TLS has agreed on, and say once what was overlooked.</summary>
    public ValueTask<Connection> NoteTls(Connection connection, CancellationToken cancel)
    {
        if (TlsInfo.Of(connection) is { } tls && Interlocked.CompareExchange(ref _tls, tls, null) is null
            && TlsText.Overlooked(tls) is { } overlooked && !settings.Json)
            Terminal.Say(overlooked);
        return new(connection);
    }

    /// <summary>Its facts, each with its name.</summary>
    public IEnumerable<(string Name, string Value)> Facts(LoadOutcome outcome)
    {
        var load = settings.Load;
        yield return ("Address", $"{settings.Target.Address}{(outcome.RemoteAddress is { } remote ? $" ({remote})" : "")}");
        if (Tls is { } tls)
            yield return ("TLS", TlsText.Of(tls));
        yield return ("Mode", ModeInWords(load));
        yield return ("Connections", $"{load.Connections:N0}");
        yield return ("Loop", load.Rate is { } rate ? $"open: {rate:N0} requests due a second" : "closed: the next request when the answer is there");
        yield return ("Warm-up", Duration.InWords(load.WarmUp));
        yield return ("Measured", Duration.InWords(outcome.Elapsed));
        yield return ("Begun", _begun.ToString("yyyy-MM-dd HH:mm:ss zzz"));
        yield return ("From", $"{RuntimeInformation.OSDescription}, {OutcomeText.Count(Environment.ProcessorCount, "processor")}");
        yield return ("Program", VersionText.Version);
    }

    private static string ModeInWords(LoadOptions load) => load.Mode switch
    {
        LoadMode.Echo => $"echo: {OutcomeText.Count(load.MessageSize, "byte")} there and back",
        LoadMode.Send => $"send: {OutcomeText.Count(load.MessageSize, "byte")}, no answer awaited",
        LoadMode.Connect => "connect: a connection is made and closed",
        _ => $"get: {load.Path}, a connection for each request",
    };
}
