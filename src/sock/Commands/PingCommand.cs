using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Sockeye.Tool.Knocking;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock ping ADDRESS</c>: how long it takes to connect, again and again.</summary>
internal static class PingCommand
{
    public static Verb Create()
    {
        var verb = new Verb("ping",
            """
            measure how long connecting takes
            A line a try, with the time to connect and, with TLS, that of the handshake; the look-up of the name does not
            count. No byte is sent on the connections. At the end, or at Ctrl-C: how many tries were lost, and
            the shortest, median, 95th percentile and longest time; on a terminal also a graph of the tries.

            The exit code is 0 if one try was answered, else that of the last error; after Ctrl-C it is 130.
            """,
            "sock ping www.example.com http",
            "sock ping -c 5 --interval 200ms localhost:5432",
            "sock ping --json -c 100 tls://www.example.com:443");
        var address = AddressArguments.OfStream(verb);
        var count = CommonOptions.Count("--count", "how many tries (default until Ctrl-C)", int.MaxValue, 1, int.MaxValue, "-c");
        var interval = CommonOptions.Pause("--interval", "pause between two tries", TimeSpan.FromSeconds(1), "-i");
        var timeout = CommonOptions.Timeout("longest time for a try", TimeSpan.FromSeconds(5));
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var json = CommonOptions.Json();
        verb.Add(count);
        verb.Add(interval);
        verb.Add(timeout);
        var tls = new TlsClientArguments(verb);
        foreach (var option in (Option[])[only4, only6, json])
            verb.Add(option);
        verb.Runs(command => new Settings(
            tls.Settle(command, address.Stream(command)), command.GetValue(count), command.GetValue(interval), command.GetValue(timeout),
            CommonOptions.FamilyOf(command, only4, only6), command.GetValue(json)), RunAsync);
        return verb;
    }

    private sealed record Settings(Target Target, int Count, TimeSpan Interval, TimeSpan Timeout, AddressFamily? Family, bool Json);

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        var times = new List<TimeSpan?>();
        NetException? lastError = null;
        try
        {
            while (times.Count < settings.Count)
            {
                if (times.Count > 0)
                    await Task.Delay(settings.Interval, cancel);
                var (time, error) = await TryAsync(settings, times.Count + 1, cancel);
                times.Add(time);
                lastError = error ?? lastError;
            }
        }
        catch (OperationCanceledException)
        {
            PrintSummary(settings, times);
            throw;
        }
        PrintSummary(settings, times);
        if (lastError is not null && times.TrueForAll(time => time is null))
            ExceptionDispatchInfo.Throw(lastError);
        return ExitCodes.Success;
    }

    /// <summary>One try, and the line for it: how long it took, or why nobody answered.</summary>
    private static async Task<(TimeSpan? Time, NetException? Error)> TryAsync(Settings settings, int number, CancellationToken cancel)
    {
        try
        {
            var answer = await Knock.AtAsync(settings.Target, settings.Family, settings.Timeout, cancel);
            var handshake = answer.Tls is { } tls ? $", TLS {OutcomeText.Of(tls.Elapsed)}" : "";
            if (number == 1 && answer.Tls is { } first && TlsText.Overlooked(first) is { } overlooked && !settings.Json)
                Terminal.Say(overlooked);
            Print(settings, $"{answer.Remote}: connect {OutcomeText.Of(answer.Connect)}{handshake}", json => WriteAnswer(json, number, answer));
            return (answer.Total, null);
        }
        catch (NetException error) when (error.Blame != NetBlame.Caller)
        {
            Print(settings, Terminal.Harmless($"{settings.Target.Address}: {error.Reason}"), json => WriteLoss(json, number, error));
            return (null, error);
        }
    }

    private static void PrintSummary(Settings settings, List<TimeSpan?> tries)
    {
        var times = Statistics.Sorted(tries);
        if (Terminal.OutputIsTerminal && !settings.Json && times.Count > 0)
            Terminal.Print(Sparkline.Of([.. tries.TakeLast(WidestGraph)]));
        var lost = tries.Count - times.Count;
        var words = $"{OutcomeText.Count(tries.Count, "try", "tries")}, {OutcomeText.Count(lost, "lost", "lost")}";
        Print(settings, times.Count == 0 ? words : $"{words}: {InWords(times)}", json => WriteSummary(json, tries.Count, lost, times));
    }

    private static string InWords(IReadOnlyList<TimeSpan> times) => string.Join(", ",
        Figures.Select(figure => $"{figure.Name} {OutcomeText.Of(Statistics.Percentile(times, figure.Percent))}"));

    private static void Print(Settings settings, string words, Action<Utf8JsonWriter> facts)
    {
        if (settings.Json)
            JsonOutput.Print(facts);
        else
            Terminal.Print(words);
    }

    private static void WriteAnswer(Utf8JsonWriter json, int number, Answer answer)
    {
        json.WriteNumber("try", number);
        JsonOutput.WriteAddress(json, "remoteAddress", answer.Remote);
        json.WriteNumber("connect", answer.Connect.TotalSeconds);
        if (answer.Tls is null)
            return;
        json.WriteNumber("handshake", answer.Tls.Elapsed.TotalSeconds);
        if (number == 1)
            JsonOutput.WriteObject(json, "tls", inner => TlsText.Write(inner, answer.Tls));
    }

    private static void WriteLoss(Utf8JsonWriter json, int number, NetException error)
    {
        json.WriteNumber("try", number);
        json.WriteString("kind", error.Kind.ToString());
        json.WriteString("reason", error.Reason);
    }

    private static void WriteSummary(Utf8JsonWriter json, int tries, int lost, IReadOnlyList<TimeSpan> times)
    {
        json.WriteNumber("tries", tries);
        json.WriteNumber("lost", lost);
        if (times.Count == 0)
            return;
        foreach (var (name, percent) in Figures)
            json.WriteNumber(name, Statistics.Percentile(times, percent).TotalSeconds);
    }

    private static readonly (string Name, int Percent)[] Figures = [("min", 0), ("median", 50), ("p95", 95), ("max", 100)];

    private const int WidestGraph = 76;
}
