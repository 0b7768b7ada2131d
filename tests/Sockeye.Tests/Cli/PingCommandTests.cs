using System.Text.Json;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

public class PingCommandTests
{
    [Fact(Timeout = HangGuard)]
    public async Task A_line_a_try_and_what_they_come_to()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        var result = await SockProcess.RunAsync("ping", "-c", "3", "--interval", "1ms", $"{server.LocalAddress}");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(
            $@"^({server.LocalAddress}: connect [\d.]+ m?s\n){{3}}3 tries, 0 lost: min [\d.]+ m?s, median [\d.]+ m?s, p95 [\d.]+ m?s, max [\d.]+ m?s\n$",
            result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_is_a_loss_and_ends_4_if_all_are_lost()
    {
        var port = PeerPort.Choose();
        var result = await SockProcess.RunAsync("ping", "-c", "2", "--interval", "1ms", "127.0.0.1", $"{port}");
        Assert.Equal((4, $"127.0.0.1:{port}: connection refused\n127.0.0.1:{port}: connection refused\n2 tries, 2 lost\n"), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: Connection error: connect tcp 127.0.0.1:{port}: connection refused\nNobody listens there.", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task One_answer_is_enough_for_0_and_Ctrl_C_ends_with_what_it_came_to()
    {
        var port = PeerPort.Choose();
        await using var sock = SockProcess.Start("ping", "-i", "20ms", $"127.0.0.1:{port}");
        await sock.WaitForOutputLineAsync("connection refused");
        await using var server = Server.Start($"127.0.0.1:{port}", IgnoreAsync);
        await sock.WaitForOutputLineAsync(": connect ");
        sock.Signal("INT");
        var result = await sock.WaitAsync();
        Assert.Equal((130, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"\n\d+ tries, \d+ lost: min [^\n]+\n$", result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Over_TLS_the_handshake_is_measured_too()
    {
        using var files = new TlsFiles();
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync, new()
        {
            Listen = new() { Layers = [TlsServer.Layer(new() { Certificates = [TlsCertificate.FromPemFiles(files.Server)] })] },
        });
        var trust = new Dictionary<string, string> { ["SSL_CERT_FILE"] = files.Root };
        await using var sock = SockProcess.Start(["ping", "-c", "1", $"tls://{server.LocalAddress}"], trust);
        Assert.Matches(@": connect [\d.]+ m?s, TLS [\d.]+ m?s\n", (await sock.WaitAsync()).Output);
        Assert.Equal(8, (await SockProcess.RunAsync("ping", "-c", "1", $"tls://{server.LocalAddress}")).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_is_an_object_a_try_and_one_for_all()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        var result = await SockProcess.RunAsync("ping", "--json", "-c", "2", "--interval", "1ms", $"{server.LocalAddress}");
        var lines = result.Output.Split('\n')[..^1].Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(3, lines.Length);
        Assert.Equal([1, 2], lines[..2].Select(line => line.GetProperty("try").GetInt32()));
        Assert.All(lines[..2], line => Assert.Equal(JsonValueKind.Number, line.GetProperty("connect").ValueKind));
        Assert.Equal((2, 0), (lines[2].GetProperty("tries").GetInt32(), lines[2].GetProperty("lost").GetInt32()));
        Assert.All(new[] { "min", "median", "p95", "max" }, name => Assert.True(lines[2].TryGetProperty(name, out _)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task At_a_terminal_there_is_a_graph()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        await using var terminal = RunningProgram.Start(
            Peers.Require("script"), ["-qefc", $"{SockProcess.Binary} ping -c 2 --interval 1ms {server.LocalAddress}", "/dev/null"]);
        Assert.Matches("\n[▁█]{2}\r\n2 tries, 0 lost: ", (await terminal.WaitAsync()).Output);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("udp://127.0.0.1:53", "takes datagrams, not connections")]
    [InlineData("localhost nosuchservice", "Couldn't find your port: ")]
    [InlineData("-c 0 localhost:80", "-c takes a whole number, at least 1")]
    public async Task What_cannot_be_meant_ends_2(string words, string said)
    {
        var result = await SockProcess.RunAsync(["ping", .. words.Split(' ')]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    private static Task IgnoreAsync(Connection peer, CancellationToken cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask();

    private const int HangGuard = 60_000;
}
