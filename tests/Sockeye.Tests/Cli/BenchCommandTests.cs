using System.Text.Json;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

public class BenchCommandTests
{
    private static readonly string[] Short = ["--warm-up", "0", "--duration", "1s"];

    [Theory(Timeout = HangGuard)]
    [InlineData("echo", "requests", "each way")]
    [InlineData("send", "messages", "sent")]
    [InlineData("get", "requests", "received")]
    public async Task How_much_and_how_soon(string mode, string unit, string way)
    {
        await using var server = Server.Start("127.0.0.1:0", mode == "get" ? Http.ServeAsync : Echo.ServeAsync);
        var result = await SockProcess.RunAsync(["bench", "--mode", mode, "-c", "3", .. Short, $"{server.LocalAddress}"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches($@"\A[\d,]+ {unit}? in 1 s over 3 connections: [\d,.]+/s, [\d.]+ \w+/s {way}\n", result.Output);
        Assert.Matches(@"\nLatency: p50 [\d.]+ [µm]?s, p90 [\d.]+ [µm]?s, p99 [\d.]+ [µm]?s, p99.9 [\d.]+ [µm]?s, max [\d.]+ [µm]?s\n\z", result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Connecting_has_no_bytes_to_tell_of()
    {
        await using var server = Server.Start("127.0.0.1:0", Discard.ServeAsync);
        var result = await SockProcess.RunAsync(["bench", "--mode", "connect", "-c", "1", .. Short, $"{server.LocalAddress}"]);
        Assert.Matches(@"\A[\d,]+ connections? in 1 s over 1 connection: [\d,.]+/s\nLatency: ", result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_URL_is_a_page_to_get_and_a_page_that_is_not_there_ends_8()
    {
        await using var server = Server.Start("127.0.0.1:0", Http.Serve((request, _) => new(request.Path == "/a" ? HttpReply.Text("a") : HttpReply.Error(404))));
        var good = await SockProcess.RunAsync(["bench", .. Short, $"http://{server.LocalAddress}/a?b#c"]);
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        var bad = await SockProcess.RunAsync(["bench", .. Short, "--mode", "get", "--path", "/b", $"{server.LocalAddress}"]);
        Assert.Equal(8, bad.ExitCode);
        Assert.Matches(@"\n[\d,]+ × status 404\n\z", bad.Output);
        Assert.StartsWith("sock: every answer had a status of 400 or more, mostly 404\n'sock get' shows", bad.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_ends_4_before_anything_is_measured()
    {
        var port = PeerPort.Choose();
        var result = await SockProcess.RunAsync("bench", $"127.0.0.1:{port}");
        Assert.Equal((4, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: Connection error: connect tcp 127.0.0.1:{port}: connection refused\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nothing_done_ends_as_the_errors_say_or_5()
    {
        await using var resetting = new MisbehavingServer(Misbehave.ByResetAfterReading(64));
        var reset = await SockProcess.RunAsync(["bench", .. Short, $"{resetting.Address}"]);
        Assert.Equal(7, reset.ExitCode);
        Assert.Matches(@"\A0 requests in 1 s over 10 connections: 0/s, 0 bytes/s each way\n[\d,]+ × read: [^\n]+\n", reset.Output);
        await using var silent = new MisbehavingServer(Misbehave.Silently);
        var nothing = await SockProcess.RunAsync(["bench", .. Short, "-c", "1", $"{silent.Address}"]);
        Assert.Equal((5, "0 requests in 1 s over 1 connection: 0/s, 0 bytes/s each way\n1 request was without an answer at the end\n"), (nothing.ExitCode, nothing.Output));
        Assert.StartsWith("sock: no request was done within 1 s\n", nothing.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Some_that_failed_are_told_and_end_0()
    {
        var callers = 0;
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            if (Interlocked.Increment(ref callers) % 2 == 0)
                await Echo.ServeAsync(peer, cancel);
        });
        var result = await SockProcess.RunAsync(["bench", .. Short, $"{server.LocalAddress}"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"\n[\d,]+ × read: [^\n]+\n", result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ctrl_C_ends_it_with_what_was_measured_until_then()
    {
        var came = new TaskCompletionSource();
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new() { OnConnected = _ => came.TrySetResult() });
        await using var sock = SockProcess.Start("bench", "--duration", "none", $"{server.LocalAddress}");
        await came.Task;
        sock.Signal("INT");
        var result = await sock.WaitAsync();
        Assert.Equal((130, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"\A[\d,]+ requests in ", result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_is_one_object_with_everything()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await SockProcess.RunAsync(["bench", "--json", "--rate", "200", "--size", "1k", .. Short, $"{server.LocalAddress}"]);
        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(
            ["address", "remoteAddress", "mode", "connections", "size", "rate", "warmUp", "duration", "seconds", "requests", "requestsPerSecond",
                "bytesSent", "bytesReceived", "latency", "errors", "badStatuses", "unfinished", "unsent", "histogram", "intervals"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("echo", 10, 1024, 200), (json.GetProperty("mode").GetString(), Number("connections"), Number("size"), Number("rate")));
        Assert.Equal(["min", "mean", "p50", "p90", "p99", "p99.9", "max"], json.GetProperty("latency").EnumerateObject().Select(property => property.Name));
        Assert.Equal(Number("requests"), json.GetProperty("histogram").EnumerateArray().Sum(bucket => bucket.GetProperty("count").GetInt64()));
        Assert.Equal(Number("requests"), json.GetProperty("intervals").EnumerateArray().Sum(interval => interval.GetProperty("requests").GetInt64()));

        long Number(string name) => json.GetProperty(name).GetInt64();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Over_TLS_whom_it_trusts_is_its_own_choice()
    {
        using var files = new TlsFiles();
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new()
        {
            Listen = new() { Layers = [TlsServer.Layer(new() { Certificates = [TlsCertificate.FromPemFiles(files.Server)] })] },
        });
        var good = await SockProcess.RunAsync(["bench", "--json", .. Short, "--ca-file", files.Root, $"tls://{server.LocalAddress}"]);
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.StartsWith("TLS 1.", JsonDocument.Parse(good.Output).RootElement.GetProperty("tls").GetProperty("version").GetString(), StringComparison.Ordinal);
        var overlooking = await SockProcess.RunAsync(["bench", .. Short, "--insecure", $"tls://{server.LocalAddress}"]);
        Assert.Equal(0, overlooking.ExitCode);
        Assert.Matches(@"\Awarning: the server's certificate [^\n]+\n\z", overlooking.Error);
        Assert.Equal(8, (await SockProcess.RunAsync(["bench", .. Short, $"tls://{server.LocalAddress}"])).ExitCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1", false)]
    public async Task At_a_terminal_there_is_a_picture_and_a_line_that_shows_how_it_goes(string setting, bool isColoured)
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var line = $"env -u NO_COLOR TERM=xterm {setting} {SockProcess.Binary} bench --warm-up 0 -d 1s {server.LocalAddress}";
        var result = await RunningProgram.RunAsync(Peers.Require("script"), ["-qefc", line, "/dev/null"]);
        Assert.Matches(@"\e\[\?7l(Warming up|\d+ s of 1 s: [\d,.]+/s(, p50 [\d.]+ [µm]?s, p99 [\d.]+ [µm]?s)?)\e\[\?7h", result.Output);
        var rows = result.Output.Split("\r\n").SkipWhile(row => !row.StartsWith("Latency: ", StringComparison.Ordinal)).Skip(1).SkipLast(1).ToArray();
        Assert.InRange(rows.Length, 1, 14);
        Assert.All(rows, row => Assert.Matches(isColoured
            ? @"^ *[\d.]+ [µm]?s  \e\[38;5;30m[█▏▎▍▌▋▊▉ ]{56}\e\[0m +[\d.]+ %$"
            : @"^ *[\d.]+ [µm]?s  [█▏▎▍▌▋▊▉ ]{56} +[\d.]+ %$", row));
        Assert.Contains(rows, row => row.Contains(new string('█', 56), StringComparison.Ordinal));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_picture_fits_into_a_narrow_terminal()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var line = $"stty cols 40; env NO_COLOR=1 TERM=xterm {SockProcess.Binary} bench --warm-up 0 -d 1s {server.LocalAddress}";
        var result = await RunningProgram.RunAsync(Peers.Require("script"), ["-qefc", line, "/dev/null"]);
        var rows = result.Output.Split("\r\n").Where(row => row.EndsWith(" %", StringComparison.Ordinal)).ToArray();
        Assert.InRange(rows.Length, 1, 14);
        Assert.All(rows, row => Assert.Equal(39, row.Length));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("udp://127.0.0.1:53", "takes datagrams, not connections")]
    [InlineData("localhost nosuchservice", "Couldn't find your port: ")]
    [InlineData("--mode ping localhost:80", "--mode takes echo, send, connect or get, not 'ping'")]
    [InlineData("--mode send http://localhost/", "a URL asks for a page, and --mode is send")]
    [InlineData("--size 10 --mode connect localhost:80", "--size is for echo and send, and the mode is connect")]
    [InlineData("--size 3g localhost:80", "--size is at most 2147483647 bytes")]
    [InlineData("--path /a localhost:80", "--path is for --mode get")]
    [InlineData("--path /a http://localhost:80/", "what to get is given twice")]
    [InlineData("--warm-up none localhost:80", "--warm-up has to end")]
    [InlineData("--rate 0 localhost:80", "--rate takes a whole number from 1 to 10000000, not '0'")]
    [InlineData("-c 0 localhost:80", "-c takes a whole number from 1 to 100000, not '0'")]
    [InlineData("http://user@localhost/", "user@localhost")]
    [InlineData("http://", "")]
    public async Task What_cannot_be_meant_ends_2(string words, string said)
    {
        var result = await SockProcess.RunAsync(["bench", .. words.Split(' ')]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    private const int HangGuard = 120_000;
}
