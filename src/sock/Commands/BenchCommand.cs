using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.ExceptionServices;
using Sockeye.Measuring;
using Sockeye.Tool.Benchmarks;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock bench ADDRESS</c>: puts load on a server of one's own, and measures it.</summary>
internal static class BenchCommand
{
    public static Verb Create()
    {
        var verb = new Verb("bench",
            """
            put load on a server of yours and measure it
            It is for servers of your own: others take it for an attack. A message is sent on each connection, and the next one
            when the answer is there (closed loop). With `--rate` requests become due at that rate, and a latency counts from
            then on (open loop): a server that stalls is then charged with all who would have waited meanwhile, and requests
            that could not be sent by the end are told. A closed loop asks such a server less, and so sees less of it.

            What is done within the time counts, with the time it took: in mode `echo` until the whole message has come back,
            `send` until the system has taken it, `connect` until the connection stands, TLS included, and `get` from the
            beginning of connecting until all of the page is there, with a connection for each.

            Errors do not end it: they are counted, and the connection is replaced. The exit code is 0 if one request was
            done, else that of the most frequent error; 8 if every page had a status of 400 or more. Ctrl-C ends it early,
            with what was measured until then and the exit code 130.
            """,
            "sock bench -d 2s localhost:51423",
            "sock bench -d 2s --rate 1000 --report report.html localhost:51423",
            "sock bench -d 2s -c 4 http://localhost:51480/index.html");
        var words = AddressArguments.OfStreamOrUrl(verb);
        var mode = Mode();
        var connections = CommonOptions.Count("--connections", "connections at once (default 10)", 10, 1, 100_000, "-c");
        var size = CommonOptions.Size("--size", "size of a message (default 64)\nFor `echo` and `send`.");
        var rate = CommonOptions.Count("--rate", "requests a second (default as answers come)\nOver all connections. A latency then counts from when its request was due.", 0, 1, 10_000_000);
        var duration = CommonOptions.Limit("--duration", "how long to measure", TimeSpan.FromSeconds(10), "-d");
        var warmUp = CommonOptions.Wait("--warm-up", "how long not to measure first (default 1s)\n`0` measures from the first request on.");
        var path = CommonOptions.Text("--path", "FILE", "with `--mode get`: what to get (default /)");
        var timeout = CommonOptions.Timeout("longest time to connect, and without a byte", TimeSpan.FromSeconds(5));
        var report = CommonOptions.Text("--report", "FILE", "write a page with plots into FILE (HTML)\nIt needs no other file, no network and no script.");
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var json = CommonOptions.Json();
        foreach (var option in (Option[])[mode, connections, size, rate, duration, report, json])
            verb.Add(option);
        var tls = new TlsClientArguments(verb);
        verb.AddSeldomUsed(warmUp, path, timeout, only4, only6);
        verb.Runs(
            command =>
            {
                var url = BenchTarget.OfUrl(words.Words(command));
                var target = tls.Settle(command, url?.Address ?? words.Stream(command));
                var settledMode = BenchTarget.ModeOf(command.GetValue(mode), url);
                Check(command, settledMode, url);
                return new BenchSettings
                {
                    Target = target,
                    Json = command.GetValue(json),
                    ReportPath = command.GetValue(report),
                    Load = new()
                    {
                        Mode = settledMode,
                        Connections = command.GetValue(connections),
                        MessageSize = SizeOf(command.GetValue(size)),
                        Path = url?.Path ?? command.GetValue(path) ?? Standard.Path,
                        Rate = command.IsGiven("--rate") ? command.GetValue(rate) : null,
                        Duration = command.GetValue(duration),
                        WarmUp = WarmUpOf(command.GetValue(warmUp)),
                        Timeout = command.GetValue(timeout),
                        Connect = new()
                        {
                            Engine = SocketEngine.ReadinessLoop,
                            Timeout = command.GetValue(timeout),
                            Family = CommonOptions.FamilyOf(command, only4, only6),
                            Layers = target.Layers(),
                        },
                    },
                };
            },
            RunAsync);
        return verb;
    }

    private static Option<LoadMode?> Mode()
    {
        var names = Enum.GetValues<LoadMode>().Select(BenchText.NameOf).ToArray();
        var option = new Option<LoadMode?>("--mode")
        {
            Description = "`echo`, `send`, `connect` or `get` (default echo)\nA URL in place of the address is `get`.",
            HelpName = "MODE",
            CustomParser = ModeIn,
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(names);
        return option;

        LoadMode? ModeIn(ArgumentResult argument)
        {
            var index = Array.IndexOf(names, argument.Tokens[^1].Value);
            if (index < 0)
                argument.AddError($"--mode takes {string.Join(", ", names[..^1])} or {names[^1]}, not '{argument.Tokens[^1].Value}'");
            return index < 0 ? null : (LoadMode)index;
        }
    }

    private static void Check(ParseResult command, LoadMode mode, BenchTarget? url)
    {
        if (command.IsGiven("--size") && mode is (LoadMode.Connect or LoadMode.Get))
            throw new UsageException($"--size is for echo and send, and the mode is {BenchText.NameOf(mode)}", "Leave out --size, or choose another --mode.");
        if (command.IsGiven("--path") && (mode != LoadMode.Get || url is not null))
            throw new UsageException(url is null ? "--path is for --mode get" : "what to get is given twice", "Leave out --path.");
        if (command.GetValue<string>("--report") == "-")
            throw new UsageException("--report takes the name of a file, and - is none", "/dev/stdout is standard output.");
    }

    private static int SizeOf(long? size) => size switch
    {
        null => Standard.MessageSize,
        <= int.MaxValue => (int)size,
        _ => throw new UsageException("--size is at most 2147483647 bytes"),
    };

    private static TimeSpan WarmUpOf(TimeSpan? asked) => asked == Timeout.InfiniteTimeSpan
        ? throw new UsageException("--warm-up has to end: measuring begins then", "0 measures from the first request on.")
        : asked ?? Standard.WarmUp;

    private static readonly LoadOptions Standard = new();

    private static async Task<int> RunAsync(BenchSettings settings, CancellationToken cancel)
    {
        // That it cannot be written should not be learnt when all has been measured; what is in it stays until then.
        if (settings.ReportPath is { } path)
            await OutputFile.Create(path, append: true).DisposeAsync();
        var setUp = new BenchSetUp(settings);
        var outcome = await MeasureAsync(settings, setUp, cancel);
        if (settings.Json)
            JsonOutput.Print(json => BenchJson.Write(json, outcome, settings, setUp));
        else
            Print(outcome, settings.Load);
        if (settings.ReportPath is { } file)
            await WriteReportAsync(file, BenchReport.Of(outcome, settings, setUp));
        cancel.ThrowIfCancellationRequested();
        ThrowIfNothingWasDone(outcome);
        return ExitCodes.Success;
    }

    private static async Task<LoadOutcome> MeasureAsync(BenchSettings settings, BenchSetUp setUp, CancellationToken cancel)
    {
        using var progress = new BenchProgress(settings.Load, TimeProvider.System, Terminal.ShowProgress);
        var load = settings.Load;
        return await LoadGenerator.RunAsync(
            settings.Target.Address,
            load with { OnInterval = progress.Note, Connect = load.Connect with { Layers = [.. load.Connect.Layers, setUp.NoteTls] } },
            cancel);
    }

    private static void Print(LoadOutcome outcome, LoadOptions options)
    {
        foreach (var line in BenchText.Lines(outcome, options))
            Terminal.Print(line);
        if (Terminal.OutputIsTerminal && outcome.Requests > 0)
        {
            foreach (var row in LatencyPicture.Of(outcome.Latency, Terminal.Width))
                Terminal.Print(row);
        }
    }

    private static async Task WriteReportAsync(string path, string page)
    {
        await using var file = OutputFile.Create(path);
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(page));
    }

    private static void ThrowIfNothingWasDone(LoadOutcome outcome)
    {
        if (outcome.Requests == 0 && outcome.Errors is [var worst, ..])
            ExceptionDispatchInfo.Throw(worst.First);
        if (outcome.Requests == 0)
        {
            throw new AdvisedException(
                new TimeoutException($"no request was done within {Duration.InWords(outcome.Elapsed)}"),
                "--duration TIME measures for longer; 'sock connect' shows whether the server says anything.");
        }
        if (outcome.BadStatuses.Values.Sum() == outcome.Requests)
        {
            throw new AdvisedException(
                new BadStatusException($"every answer had a status of 400 or more, mostly {outcome.BadStatuses.MaxBy(status => status.Value).Key}"),
                "'sock get' shows what the server says; --path FILE asks for another page.");
        }
    }
}
