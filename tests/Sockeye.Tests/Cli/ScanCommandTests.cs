using System.Text.Json;
using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public partial class ScanCommandTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Open_ports_are_printed_and_what_they_come_to_is_said()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        var (open, closed) = (server.LocalAddress.Port, PeerPort.Choose());
        var result = await SockProcess.RunAsync("scan", "127.0.0.1", $"{open},{closed}");
        Assert.Equal(
            (0, $"127.0.0.1 {open}/tcp open SERVICE TIME\n", "1 open, 1 closed, 0 filtered in TIME\n"),
            (result.ExitCode, Plain(result.Output), Plain(result.Error)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Verbose_prints_the_others_too_with_reason_and_address()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        using var silent = new SilentListener();
        var (open, closed) = (server.LocalAddress.Port, PeerPort.Choose());
        var result = await SockProcess.RunAsync("scan", "-4", "-v", "-w", "500ms", "localhost", $"{open},{closed},{silent.Port}");
        string[] expected =
        [
            $"localhost {open}/tcp open SERVICE TIME 127.0.0.1:{open}",
            $"localhost {closed}/tcp closed SERVICE TIME 127.0.0.1:{closed}",
            $"localhost {silent.Port}/tcp filtered SERVICE TIME 127.0.0.1:{silent.Port} (no answer within TIME)",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Plain(result.Output).TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal((0, "1 open, 1 closed, 1 filtered in TIME\n"), (result.ExitCode, Plain(result.Error)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Without_an_open_port_the_exit_code_is_that_of_connecting()
    {
        using var silent = new SilentListener();
        var closed = PeerPort.Choose();
        var refused = await SockProcess.RunAsync("scan", "-w", "200ms", "127.0.0.1", $"{closed},{silent.Port}");
        Assert.Equal((4, "", "0 open, 1 closed, 1 filtered in TIME\n"), (refused.ExitCode, refused.Output, Plain(refused.Error)));
        var unanswered = await SockProcess.RunAsync("scan", "-w", "200ms", "127.0.0.1", $"{silent.Port}");
        Assert.Equal((5, "", "0 open, 0 closed, 1 filtered in TIME\n"), (unanswered.ExitCode, unanswered.Output, Plain(unanswered.Error)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Hosts_are_words_lists_and_networks()
    {
        await using var server = Server.Start("127.0.0.5:0", IgnoreAsync);
        var result = await SockProcess.RunAsync("scan", "127.0.0.1,127.0.0.2", "127.0.0.4/31", $"{server.LocalAddress.Port}");
        Assert.Equal((0, $"127.0.0.5 {server.LocalAddress.Port}/tcp open SERVICE TIME\n"), (result.ExitCode, Plain(result.Output)));
        Assert.Equal("1 open, 3 closed, 0 filtered in TIME\n", Plain(result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_was_found_before_an_error_is_summed_up()
    {
        var result = await SockProcess.RunAsync("scan", "127.0.0.1,fe80::1", $"{PeerPort.Choose()}");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("0 open, 1 closed, 0 filtered in TIME\nsock: ", Plain(result.Error), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_top_stands_in_the_place_of_ports()
    {
        var result = await SockProcess.RunAsync("scan", "--json", "-v", "--top", "3", "127.0.0.1", "127.0.0.2");
        Assert.Equal([22, 80, 443, 22, 80, 443], Objects(result.Output)[..^1].Select(line => line.GetProperty("port").GetInt32()));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_is_an_object_a_port_and_one_for_all()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        using var silent = new SilentListener();
        var result = await SockProcess.RunAsync("scan", "--json", "-v", "-4", "-w", "200ms", "localhost", $"{server.LocalAddress.Port},{silent.Port}");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var lines = Objects(result.Output);
        var open = lines.Single(line => line.TryGetProperty("state", out var state) && state.GetString() == "open");
        Assert.Equal(("localhost", $"{server.LocalAddress}"), (open.GetProperty("host").GetString(), open.GetProperty("address").GetString()));
        Assert.Equal(server.LocalAddress.Port, open.GetProperty("port").GetInt32());
        Assert.Equal(JsonValueKind.Number, open.GetProperty("seconds").ValueKind);
        var filtered = lines.Single(line => line.TryGetProperty("state", out var state) && state.GetString() == "filtered");
        Assert.Equal(("TimedOut", "no answer within 200 ms"), (filtered.GetProperty("kind").GetString(), filtered.GetProperty("reason").GetString()));
        Assert.Equal(
            (1, 0, 1),
            (lines[^1].GetProperty("open").GetInt32(), lines[^1].GetProperty("closed").GetInt32(), lines[^1].GetProperty("filtered").GetInt32()));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_without_verbose_has_open_ports_alone()
    {
        var result = await SockProcess.RunAsync("scan", "--json", "127.0.0.1", $"{PeerPort.Choose()}");
        Assert.Equal((4, ""), (result.ExitCode, result.Error));
        Assert.Equal(1, Assert.Single(Objects(result.Output)).GetProperty("closed").GetInt32());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ctrl_C_says_what_it_came_to_and_ends_130()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        using var silent = new SilentListener();
        await using var sock = SockProcess.Start("scan", "-w", "none", $"127.0.0.1", $"{server.LocalAddress.Port},{silent.Port}");
        await sock.WaitForOutputLineAsync("/tcp open ");
        sock.Signal("INT");
        var result = await sock.WaitAsync();
        Assert.Equal((130, "1 open, 0 closed, 0 filtered in TIME\n"), (result.ExitCode, Plain(result.Error)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_terminal_shows_how_far_it_has_come()
    {
        using var silent = new SilentListener();
        await using var terminal = RunningProgram.Start(
            Peers.Require("script"), ["-qefc", $"{SockProcess.Binary} scan -w 2s 127.0.0.1 {silent.Port},{PeerPort.Choose()}", "/dev/null"]);
        Assert.Contains("\r\e[K\e[?7l0 open, 1 of 2 ports (50 %)\e[?7h", (await terminal.WaitAsync()).Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", 2, "scan needs HOST... [PORTS]")]
    [InlineData("localhost", 2, "scan needs PORTS, too, and has 'localhost' alone\nFor example 'sock scan localhost 1-1024'")]
    [InlineData("localhost:22", 2, "For example 'sock scan localhost 1-1024'")]
    [InlineData("localhost 22 80", 2, "'22' is no host\nPORTS is one word: put commas between them.")]
    [InlineData("--top 5 localhost 80", 2, "'80' is no host")]
    [InlineData("--top 0 localhost", 2, "--top takes a whole number from 1 to 65535")]
    [InlineData("localhost 70000", 2, "port '70000' is out of range")]
    [InlineData("localhost 20-10", 2, "it ends before it begins")]
    [InlineData("localhost 0", 2, "nobody can be reached at port 0")]
    [InlineData("localhost ,", 2, "no port is named")]
    [InlineData("localhost htpp", 2, "Couldn't find your port: no service named 'htpp' (did you mean http?)")]
    [InlineData("10.0.0.0/8 22", 2, "more than 65,536 hosts")]
    [InlineData("-n localhost 22", 2, "'localhost' is a host name, where only IP addresses are allowed\nLeave out -n to have names looked up.")]
    [InlineData("-6 127.0.0.1 22", 3, "127.0.0.1 is no IPv6 address")]
    [InlineData("127.0.0.1,nosuch.invalid 22", 3, "there is no host 'nosuch.invalid'\nCheck the spelling of the name.")]
    [InlineData("--rate x localhost 22", 2, "--rate takes a whole number, at least 0")]
    [InlineData("--timeout 0 localhost 22", 2, "takes a time above zero")]
    public async Task What_cannot_be_meant_is_told_before_anything_is_scanned(string words, int exitCode, string said)
    {
        var result = await SockProcess.RunAsync(["scan", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("sock: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    private static JsonElement[] Objects(string output) => [.. output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Without what differs from run to run, and from registry to registry.</summary>
    private static string Plain(string text) => Service().Replace(Time().Replace(text, "TIME"), "$1 SERVICE TIME");

    [GeneratedRegex(@"\b[\d.]+ m?s\b")]
    private static partial Regex Time();

    [GeneratedRegex(@"(/tcp \w+) \S+ TIME")]
    private static partial Regex Service();

    private static Task IgnoreAsync(Connection peer, CancellationToken cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask();

    private const int HangGuard = 120_000;
}
