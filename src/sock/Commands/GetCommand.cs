using System.CommandLine;
using System.Diagnostics;
using Sockeye.Protocols;
using Sockeye.Tls;
using Sockeye.Tool.Downloads;
using Sockeye.Tool.Platform;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock get HOST PORT FILE</c> or <c>sock get URL</c>: one HTTP GET, the body on standard output.</summary>
internal static class GetCommand
{
    public static Verb Create()
    {
        var verb = new Verb("get",
            """
            get a file by HTTP and print it
            The reply is shown as it is: a redirection is told and not followed, nothing is decompressed, no cookie is kept.
            A status of 400 or more is said on standard error and is exit code 8, with the body printed all the same.

            A body that ends too soon is an error (exit code 7) that says how much of how much came. The progress is shown
            on a terminal.
            """,
            "sock get localhost 51480 /index.html",
            "sock get -o page.html http://localhost:51480/page.html",
            "sock get --head https://example.com/");
        var words = new Argument<string[]>("HOST PORT [FILE] | URL")
        {
            Description = "what to get: FILE is `/` unless given\nA URL is `http://HOST[:PORT]/FILE`, or begins with `https://`. Its front may be left out, and is then `http://`, with `--tls` `https://`.",
            Arity = new(1, 3),
        };
        var output = CommonOptions.Text("--output", "FILE", "write the body into FILE\nA file that is there is overwritten, unless the status is 400 or more. `-` is standard output.", "-o");
        var include = CommonOptions.Flag("--include", "print status and headers in front of the body", "-i");
        var head = CommonOptions.Flag("--head", "ask for status and headers alone, and print them", "-I");
        var http11 = CommonOptions.Flag("--http1.1", "ask with HTTP/1.1 instead of HTTP/1.0\nThe name of the host is told either way.");
        var anyStatus = CommonOptions.Flag("--any-status", "take every answer for good, 404 too");
        var maxSize = CommonOptions.Size("--max-size", "refuse a larger body\nThe exit code is 8.");
        var idle = CommonOptions.Limit("--timeout", "longest time without progress\nWhen it passes, the exit code is 5; the whole may take as long as it takes.", TimeSpan.FromSeconds(30));
        var connect = CommonOptions.Limit("--connect-timeout", "longest time to connect\nThe look-up of the name counts, too.", TimeSpan.FromSeconds(10), "-w");
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var raw = CommonOptions.Flag("--raw", "let the peer control the terminal\nElse its control characters are shown on a terminal, and not obeyed.");
        var verbose = CommonOptions.Verbose("say what was tried, and how long it took");
        var json = CommonOptions.Json();
        verb.Add(words);
        foreach (var option in (Option[])[output, include, head, anyStatus, maxSize, idle, connect])
            verb.Add(option);
        var tls = new TlsClientArguments(verb, hasStartTls: false);
        foreach (var option in (Option[])[verbose, json])
            verb.Add(option);
        verb.AddSeldomUsed(http11, only4, only6, raw);
        verb.Runs(
            command =>
            {
                var page = Page.Of(command.GetRequiredValue(words), tls.IsAsked(command));
                return new Settings
                {
                    Page = page,
                    OutputPath = command.GetValue(output) is "-" ? null : command.GetValue(output),
                    Include = command.GetValue(include) || command.GetValue(head),
                    AnyStatus = command.GetValue(anyStatus),
                    Raw = command.GetValue(raw),
                    Verbose = command.GetValue(verbose),
                    Json = command.GetValue(json),
                    Http = new()
                    {
                        HeadOnly = command.GetValue(head),
                        Http11 = command.GetValue(http11),
                        MaxSize = command.GetValue(maxSize),
                        IdleTimeout = command.GetValue(idle),
                        Tls = tls.Settle(command, page.IsEncrypted) ?? new(),
                        Connect = new()
                        {
                            Engine = SocketEngine.ReadinessLoop,
                            Timeout = command.GetValue(connect),
                            Family = CommonOptions.FamilyOf(command, only4, only6),
                            // The body has come: a server that keeps the connection open is not waited for.
                            Connection = new() { CloseTimeout = TimeSpan.FromMilliseconds(200) },
                            OnAttempt = command.GetValue(verbose) ? ResponseTalk.Tried : null,
                        },
                    },
                };
            },
            RunAsync);
        return verb;
    }

    private sealed record Settings
    {
        public required Page Page { get; init; }
        public required string? OutputPath { get; init; }
        public required bool Include { get; init; }
        public required bool AnyStatus { get; init; }
        public required bool Raw { get; init; }
        public required bool Verbose { get; init; }
        public required bool Json { get; init; }
        public required HttpOptions Http { get; init; }
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        await using var response = await AskAsync(settings, cancel);
        var firstByte = watch.Elapsed - OutcomeText.Before(response.Connection.Report, TlsInfo.Of(response.Connection)?.Elapsed);
        if (settings.Verbose)
            ResponseTalk.Answered(response);
        if (!settings.Json)
            ResponseTalk.Warn(response);
        var isGood = response.Status < 400 || settings.AnyStatus;
        if (!isGood && settings.OutputPath is { } path)
            throw new BadStatusException($"the server answered {ResponseTalk.StatusOf(response)}; nothing was written to '{path}'");

        await using var output = OutputOf(settings);
        var size = await CarryAsync(response, output, settings, cancel);
        if (settings.Json)
        {
            JsonOutput.Print(json =>
            {
                ResponseTalk.WriteHead(json, response, firstByte, watch.Elapsed);
                ResponseTalk.WriteBody(json, size, settings.OutputPath, (output as MemoryStream)?.ToArray());
            });
        }
        if (settings.Verbose)
            ResponseTalk.Finished(response, size, firstByte, watch.Elapsed);
        return isGood ? ExitCodes.Success : throw new BadStatusException($"the server answered {ResponseTalk.StatusOf(response)}");
    }

    private static Task<HttpResponse> AskAsync(Settings settings, CancellationToken cancel) => settings.Page switch
    {
        { Address: { } address } page => Http.GetAsync(address, page.Name, settings.Http, cancel),
        var page => Http.GetAsync(page.Name, settings.Http, cancel),
    };

    private static Stream OutputOf(Settings settings) => settings switch
    {
        { OutputPath: { } path } => OutputFile.Create(path),
        { Json: true } => new MemoryStream(),
        { Raw: false } when Terminal.OutputIsTerminal => new TerminalFilter(StandardStreams.Output),
        _ => StandardStreams.Output,
    };

    /// <summary>Carries head and body to the output, and returns the body's size.</summary>
    private static async Task<long> CarryAsync(HttpResponse response, Stream output, Settings settings, CancellationToken cancel)
    {
        if (settings.Include && !settings.Json)
            await output.WriteAsync(ResponseTalk.HeadOf(response), cancel);
        var download = new Download(response, output, showProgress: settings.OutputPath is not null || !Terminal.OutputIsTerminal);
        try
        {
            await download.RunAsync(cancel);
        }
        catch (NetException error) when (settings.OutputPath is not null || error.Kind is NetErrorKind.Reset or NetErrorKind.TimedOut)
        {
            throw new AdvisedException(error, WhatCame(download, settings.OutputPath));
        }
        catch (OperationCanceledException)
        {
            Terminal.Say(WhatCame(download, settings.OutputPath));
            throw;
        }
        if (output is TerminalFilter filter)
            await filter.FinishAsync();
        return download.Count;
    }

    private static string WhatCame(Download download, string? outputPath) =>
        outputPath is null ? $"{download.Extent} had come." : $"'{outputPath}' has {download.Extent} and is not whole.";
}
