using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sockeye.Protocols;
using Sockeye.Tests.Pages;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>What <c>--json</c> says of a conversation: one object at its end, on standard error.</summary>
public class SessionRecordTests
{
    [Fact(Timeout = HangGuard)]
    public async Task It_has_addresses_times_amounts_and_why_it_ended_and_leaves_the_data_alone()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", "--json", "127.0.0.1", $"{server.LocalAddress.Port}");
        Assert.Equal((0, "hello\n"), (result.ExitCode, result.Output));
        var record = Only(result.Error);
        var remote = server.LocalAddress.ToString();
        Assert.Equal((remote, remote), (Text(record, "address"), Text(record, "remoteAddress")));
        Assert.StartsWith("127.0.0.1:", Text(record, "localAddress"), StringComparison.Ordinal);
        Assert.Equal(("bothEnded", 0), (Text(record, "ending"), Number(record, "exitCode")));
        Assert.Equal((6, 6, 0), (Number(record, "bytesSent"), Number(record, "bytesReceived"), Number(record, "bytesUnsent")));
        Assert.Equal(["connect", "firstByte", "inputEnded", "peerEnded", "resolve", "total"], Names(record.GetProperty("times")).Order());
        var tried = Assert.Single(record.GetProperty("tried").EnumerateArray());
        Assert.Equal(remote, Text(tried, "address"));
        Assert.True(tried.GetProperty("seconds").GetDouble() > 0);
        Assert.False(record.TryGetProperty("error", out _));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_cannot_be_reached_is_one_object_with_every_address_tried()
    {
        var port = PeerPort.Choose();
        var result = await SockProcess.RunAsync("connect", "--json", "localhost", $"{port}");
        var record = Only(result.Error);
        Assert.Equal((4, 4), (result.ExitCode, Number(record, "exitCode")));
        Assert.Equal(($"localhost:{port}", "failed", "Refused"), (Text(record, "address"), Text(record, "ending"), Text(record, "kind")));
        Assert.All(record.GetProperty("tried").EnumerateArray(), attempt => Assert.Equal("connection refused", Text(attempt, "error")));
        Assert.NotEmpty(Text(record, "advice"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_broken_conversation_has_the_error_and_how_far_it_had_come()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.ReadExactlyAsync(new byte[2], cancel);
            peer.Abort();
        });
        await using var sock = SockProcess.Start("connect", "--json", server.LocalAddress.ToString());
        await sock.WriteAsync("hi");
        var result = await sock.WaitAsync();
        var record = Only(result.Error);
        Assert.Equal((7, "failed", "Reset"), (result.ExitCode, Text(record, "ending"), Text(record, "kind")));
        Assert.Equal((2, server.LocalAddress.ToString()), (Number(record, "bytesSent"), Text(record, "remoteAddress")));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("--idle", "200ms", "failed", 5)]
    [InlineData("--max-time", "1s", "failed", 5)]
    [InlineData("-q", "200ms", "localEnded", 0)]
    public async Task The_option_whose_limit_ended_it_is_named(string option, string limit, string ending, int exitCode)
    {
        await using var server = Server.Start("127.0.0.1:0", (_, cancel) => Task.Delay(Timeout.Infinite, cancel), AtOnce);
        var result = await SockProcess.RunAsync("connect", "--json", option, limit, server.LocalAddress.ToString());
        var record = Only(result.Error);
        Assert.Equal((exitCode, exitCode), (result.ExitCode, Number(record, "exitCode")));
        Assert.Equal((ending, option), (Text(record, "ending"), Text(record, "option")));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task An_interrupted_one_is_told_too(string signal, int exitCode)
    {
        var isThere = new TaskCompletionSource();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.ReadExactlyAsync(new byte[2], cancel);
            isThere.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
        }, AtOnce);
        await using var sock = SockProcess.Start("connect", "--json", server.LocalAddress.ToString());
        await sock.WriteAsync("hi");
        await isThere.Task;
        sock.Signal(signal);
        var result = await sock.WaitAsync();
        var record = Only(result.Error);
        Assert.Equal((exitCode, exitCode), (result.ExitCode, Number(record, "exitCode")));
        Assert.Equal(("cancelled", 2), (Text(record, "ending"), Number(record, "bytesSent")));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("connect", "--json", "--idle", "soon", "127.0.0.1", "80")]
    [InlineData("connect", "--json", "--verbose", "--bogus")]
    [InlineData("connect", "--json", "127.0.0.1", "nosuchservice")]
    [InlineData("connect", "--json", "-z", "127.0.0.1", "1")]
    [InlineData("connect", "--json", "-v", "127.0.0.1", "1")]
    public async Task Whatever_goes_wrong_is_one_line_with_the_exit_code(params string[] words)
    {
        var result = await SockProcess.RunAsync(words);
        Assert.Equal(("", result.ExitCode), (result.Output, Number(Only(result.Error), "exitCode")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_program_that_talks_is_told_with_its_exit_code()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.CopyToAsync(Stream.Null, cancel));
        var result = await SockProcess.RunAsync("connect", "--json", "-c", "echo hello; exit 3", server.LocalAddress.ToString());
        var record = Only(result.Error);
        Assert.Equal((6, 3), (Number(record, "bytesSent"), Number(record, "programExitCode")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Listening_has_a_line_of_its_own_in_front()
    {
        await using var sock = SockProcess.Start("listen", "--json", "127.0.0.1:0");
        await using (var caller = await Connection.ConnectAsync(Where(await sock.WaitForErrorLineAsync("listening"))))
        {
            sock.EndInput();
            await caller.Lines.WriteLineAsync("hello");
        }
        var result = await sock.WaitAsync();
        var record = Assert.Single(Objects(result.Error)[1..]);
        Assert.Equal((0, "hello\n", 6), (result.ExitCode, result.Output, Number(record, "bytesReceived")));
        Assert.NotEmpty(Text(record, "remoteAddress"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_who_calls_is_told_once()
    {
        var result = await SockProcess.RunAsync("listen", "--json", "-w", "100ms", "127.0.0.1:0");
        Assert.Equal(5, result.ExitCode);
        Assert.Equal(5, Number(Assert.Single(Objects(result.Error)[1..]), "exitCode"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Of_many_conversations_each_is_told_when_it_ends()
    {
        await using var sock = SockProcess.Start("listen", "-k", "--json", "127.0.0.1:0");
        var address = Where(await sock.WaitForErrorLineAsync("listening"));
        var one = await Connection.ConnectAsync(address);
        await one.Lines.WriteLineAsync("one");
        await one.Lines.FlushAsync();
        await sock.WaitForOutputLineAsync("one");
        await using var two = await Connection.ConnectAsync(address);
        await two.Lines.WriteLineAsync("two");
        await two.Lines.FlushAsync();
        await sock.WaitForOutputLineAsync("two");
        one.Abort();
        Assert.Equal("Reset", Text(Parse(await sock.WaitForErrorLineAsync(one.LocalAddress.ToString())), "kind"));
        sock.Signal("INT");
        var result = await sock.WaitAsync();
        var records = Objects(result.Error)[1..];
        Assert.Equal([one.LocalAddress.ToString(), two.LocalAddress.ToString()], records.Select(record => Text(record, "remoteAddress")));
        Assert.Equal((0, "cancelled", 0), (result.ExitCode, Text(records[1], "ending"), Number(records[1], "exitCode")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_is_refused_has_a_line_of_its_own()
    {
        await using var sock = SockProcess.Start("listen", "--json", "--deny", "127.0.0.1", "127.0.0.1:0");
        var port = Where(await sock.WaitForErrorLineAsync("listening")).Port;
        using var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
        // It may be reset before it knows that it is connected.
        _ = await Record.ExceptionAsync(() => caller.ConnectAsync(IPAddress.Loopback, port));
        Assert.StartsWith("127.0.0.1:", Text(Parse(await sock.WaitForErrorLineAsync("refused")), "refused"), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Every_field_is_on_the_page()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.CopyToAsync(Stream.Null, cancel));
        var to = server.LocalAddress.ToString();
        JsonElement[] records =
        [
            Only((await SockProcess.RunAsync("connect", "--json", "-c", "echo hello", to)).Error),
            Only((await SockProcess.RunAsync("connect", "--json", "--recv-only", "--idle", "100ms", to)).Error),
        ];
        var told = records.SelectMany(record => Names(record).Concat(Names(record.GetProperty("times"))));
        var documented = PageTable.Under(Page.Named("docs/sessions.md"), "## Told to a script").SelectMany(row => row).SelectMany(cell => cell.Split('`'));
        Assert.Empty(told.Except(documented));
    }

    private static JsonElement Only(string lines) => Assert.Single(Objects(lines));

    private static List<JsonElement> Objects(string lines) => [.. lines.TrimEnd('\n').Split('\n').Select(Parse)];

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private static Address Where(string line) => Address.Parse(Parse(line).GetProperty("listening")[0].GetString()!);

    private static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(property => property.Name);

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;

    private static int Number(JsonElement value, string name) => value.GetProperty(name).GetInt32();

    /// <summary>Peers that never end are not waited for when they are stopped.</summary>
    private static ServerOptions AtOnce { get; } = new() { DrainTimeout = TimeSpan.Zero };

    private const int HangGuard = 60_000;
}
