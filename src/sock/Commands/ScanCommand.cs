using System.CommandLine;
using Sockeye.Measuring;
using Sockeye.Tool.Progress;
using Sockeye.Tool.Scanning;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock scan HOST... PORTS</c>: which ports are open.</summary>
internal static class ScanCommand
{
    public static Verb Create()
    {
        var verb = new Verb("scan",
            """
            tell which ports of hosts are open
            It connects to each port over TCP and leaves at once; no byte is sent. A port is open where somebody takes the
            connection, closed where the host refuses it, and filtered where nobody answers in time, or somebody on the way
            says that it cannot be reached. A host with several addresses is open where one of them is. Scan only what is
            yours, or whose owner agrees.

            Open ports are printed as they are found, with the service that the port is meant for and the time that the answer
            took. What runs there nobody asked. The last line, on standard error, says how many were what.

            The exit code is 0 if a port is open. If none is, it is 4; or 5, if nobody has answered in time.
            """,
            "sock scan localhost 1-1024,5432,51444",
            "sock scan -v localhost http,https      closed ports, too",
            "sock scan --top 100 127.0.0.0/30       a hundred ports of four hosts");
        var words = ScanArguments.AddTo(verb);
        var rate = CommonOptions.Count("--rate",
            """
            connections begun a second (default 200)
            All hosts together; `0` lifts the limit. To this machine's loopback there is none, unless this option is given.
            Some systems answer 200 closed ports a second and drop the rest, which would then look filtered.
            """, PortScanOptions.UsualRate, 0, int.MaxValue);
        var timeout = CommonOptions.Timeout("longest time to wait for an answer", new PortScanOptions().Timeout);
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var numeric = CommonOptions.Flag("--numeric", "look no host names up\nPORTS may have service names all the same.", "-n");
        var verbose = CommonOptions.Verbose("print closed and filtered ports, too\nWith the reason, and for a host name with the address that was connected to.");
        var json = CommonOptions.Json();
        foreach (var option in (Option[])[rate, timeout, only4, only6, numeric, verbose, json])
            verb.Add(option);
        verb.Runs(command => new Settings(
            words.Settle(command, new()
            {
                Rate = command.IsGiven(rate.Name) ? command.GetValue(rate) : null,
                Timeout = command.GetValue(timeout),
                Family = CommonOptions.FamilyOf(command, only4, only6),
                NumericOnly = command.GetValue(numeric),
            }),
            command.GetValue(verbose), command.GetValue(json)), RunAsync);
        return verb;
    }

    private sealed record Settings(PortScan Scan, bool Verbose, bool Json);

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        var tally = new Tally(settings.Scan.Count);
        try
        {
            using var progress = Terminal.ErrorIsTerminal ? new ProgressLine(() => tally.SoFar, TimeProvider.System, Terminal.ShowProgress) : null;
            await foreach (var port in settings.Scan.RunAsync(cancel))
                Take(port, tally, progress, settings);
        }
        catch (Exception error) when (error is OperationCanceledException || (error is NetException && tally.HasAny))
        {
            PrintSummary(tally, settings);
            throw;
        }
        PrintSummary(tally, settings);
        return tally.ExitCode;
    }

    private static void Take(PortReport port, Tally tally, ProgressLine? progress, Settings settings)
    {
        tally.Add(port);
        if (port.State != PortState.Open && !settings.Verbose)
            return;
        if (progress is null)
            Print(port, settings);
        else
            progress.GiveWay(() => Print(port, settings));
    }

    private static void Print(PortReport port, Settings settings)
    {
        if (settings.Json)
            JsonOutput.Print(json => PortText.Write(json, port));
        else
            Terminal.Print(PortText.Of(port, settings.Verbose));
    }

    private static void PrintSummary(Tally tally, Settings settings)
    {
        if (settings.Json)
            JsonOutput.Print(tally.Write);
        else
            Terminal.Say(tally.InAll);
    }
}
