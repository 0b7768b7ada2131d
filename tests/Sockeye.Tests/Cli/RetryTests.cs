using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock connect --retry</c> and <c>--reconnect</c>.</summary>
public class RetryTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Who_is_not_there_yet_is_tried_again_until_it_is()
    {
        var port = PeerPort.Choose();
        await using var sock = SockProcess.Start("connect", "--retry", "1000", "--retry-delay", "10ms", "127.0.0.1", $"{port}");
        await sock.WaitForErrorLineAsync("(2 of 1000)");
        await using var server = Server.Start($"127.0.0.1:{port}", (peer, cancel) => peer.Lines.WriteLineAsync("here", cancel).AsTask());
        var result = await sock.WaitAsync();
        Assert.Equal((0, "here\n"), (result.ExitCode, result.Output));
        Assert.All(Lines(result.Error), line => Assert.Matches(
            $@"^sock: Connection error: connect tcp 127\.0\.0\.1:{port}: connection refused; trying again in [\d.]+ m?s \(\d+ of 1000\)$", line));
    }

    [Fact(Timeout = HangGuard)]
    public async Task It_gives_up_after_as_many_tries_with_the_last_error()
    {
        var result = await SockProcess.RunAsync("connect", "--retry", "2", "--retry-delay", "1ms", "127.0.0.1", $"{PeerPort.Choose()}");
        Assert.Equal(4, result.ExitCode);
        Assert.Collection(
            Lines(result.Error),
            line => Assert.EndsWith("(1 of 2)", line, StringComparison.Ordinal),
            line => Assert.EndsWith("(2 of 2)", line, StringComparison.Ordinal),
            line => Assert.EndsWith("connection refused", line, StringComparison.Ordinal),
            line => Assert.StartsWith("Nobody listens there.", line, StringComparison.Ordinal));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(3, "nosuch.invalid:80")]
    [InlineData(2, "127.0.0.1:0")]
    [InlineData(6, "127.0.0.1:80", "-s", "198.51.100.7")]
    public async Task What_will_not_pass_is_not_tried_again(int exitCode, params string[] words)
    {
        var result = await SockProcess.RunAsync(["connect", "--retry", "5", .. words]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.DoesNotContain("trying again", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_path_without_a_socket_may_have_one_later()
    {
        var directory = Directory.CreateTempSubdirectory("retry-");
        try
        {
            var path = Path.Combine(directory.FullName, "s");
            await using var sock = SockProcess.Start("connect", "--retry", "1000", "--retry-delay", "10ms", "-U", path);
            await sock.WaitForErrorLineAsync("trying again");
            await using var server = Server.Start(Address.Unix(path), (peer, cancel) => peer.Lines.WriteLineAsync("here", cancel).AsTask());
            Assert.Equal("here\n", (await sock.WaitAsync()).Output);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("--retry-delay", "5ms")]
    [InlineData("--retry-delay", "1h")]
    public async Task The_time_in_all_holds_over_tries_and_pauses(params string[] delay)
    {
        var result = await SockProcess.RunAsync(["connect", "--retry", "1000000", .. delay, "--max-time", "300ms", "127.0.0.1", $"{PeerPort.Choose()}"]);
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("sock: the conversation did not end within 300 ms\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ctrl_C_ends_a_pause_at_once()
    {
        await using var sock = SockProcess.Start("connect", "--retry", "5", "--retry-delay", "1h", "127.0.0.1", $"{PeerPort.Choose()}");
        await sock.WaitForErrorLineAsync("trying again");
        sock.Signal("INT");
        Assert.Equal(130, (await sock.WaitAsync()).ExitCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_connection_is_followed_by_another_that_gets_the_rest_of_the_input(bool isReset)
    {
        var heard = new List<string?>();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            heard.Add(await peer.Lines.ReadLineAsync(cancel));
            if (heard.Count < 3 && isReset)
                peer.Abort();
            else if (heard.Count == 3)
                await peer.Lines.ReadToEndAsync(cancel: cancel);
        });
        await using var sock = SockProcess.Start("connect", "--reconnect", "--retry-delay", "1ms", server.LocalAddress.ToString());
        foreach (var (word, lost) in ((string, string)[])[("one", "(1)"), ("two", "; trying"), ("three", "")])
            await SayAsync(sock, word, lost);
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["one", "two", "three"], heard);
        Assert.Equal(2, Lines(result.Error).Count(line => line.Contains(isReset ? "reset by the peer" : "sock: the peer ended; trying again", StringComparison.Ordinal)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Once_input_has_ended_a_lost_connection_is_an_error_as_ever()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.ReadToEndAsync(cancel: cancel);
            peer.Abort();
        });
        var result = await SockProcess.RunWithInputAsync("all of it", "connect", "--reconnect", server.LocalAddress.ToString());
        Assert.Equal(7, result.ExitCode);
        Assert.DoesNotContain("trying again", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_only_listens_goes_on_until_Ctrl_C()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("news", cancel).AsTask());
        await using var sock = SockProcess.Start("connect", "--reconnect", "--recv-only", "--retry-delay", "1ms", server.LocalAddress.ToString());
        await sock.WaitForOutputAsync("news\nnews\nnews\n");
        sock.Signal("INT");
        Assert.Equal(130, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_drops_every_connection_at_once_is_given_up()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, _) =>
        {
            peer.Abort();
            return Task.CompletedTask;
        });
        await using var sock = SockProcess.Start("connect", "--reconnect", "--retry", "2", "--retry-delay", "2s", server.LocalAddress.ToString());
        var result = await sock.WaitAsync();
        Assert.Equal((7, 2), (result.ExitCode, Lines(result.Error).Count(line => line.Contains("trying again", StringComparison.Ordinal))));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_is_one_object_over_all_connections()
    {
        var connections = 0;
        using var arrived = new SemaphoreSlim(0);
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            arrived.Release();
            await peer.Lines.ReadLineAsync(cancel);
            await peer.Lines.WriteLineAsync("ok", cancel);
            if (++connections == 2)
                await peer.Lines.ReadToEndAsync(cancel: cancel);
        });
        await using var sock = SockProcess.Start("connect", "--json", "--reconnect", "--retry-delay", "1ms", server.LocalAddress.ToString());
        await sock.WriteAsync("one\n");
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        await sock.WriteAsync("two\n");
        await sock.WaitForOutputAsync("ok\nok\n");
        sock.EndInput();
        var record = JsonDocument.Parse(Assert.Single(Lines((await sock.WaitAsync()).Error))).RootElement;
        Assert.Equal((8, 6, 2), (Number(record, "bytesSent"), Number(record, "bytesReceived"), Number(record, "connections")));
        Assert.Equal("the peer ended", record.GetProperty("retries")[0].GetProperty("after").GetString());
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("--retry-delay is for --retry and --reconnect", "--retry-delay", "2s")]
    [InlineData("--reconnect is for streams", "--reconnect", "-u")]
    [InlineData("--reconnect and --zero exclude each other", "--reconnect", "-z")]
    public async Task What_makes_no_sense_is_refused(string says, params string[] words)
    {
        var result = await SockProcess.RunAsync(["connect", .. words, "127.0.0.1:9"]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"sock: {says}", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Says a word, and waits until what follows from it has been said.</summary>
    private static async Task SayAsync(RunningProgram sock, string word, string follows)
    {
        var before = Lines(sock.Error).Length;
        await sock.WriteAsync(word + "\n");
        while (follows.Length > 0 && Lines(sock.Error).Length == before)
            await Task.Delay(1);
    }

    private static int Number(JsonElement value, string name) => value.GetProperty(name).GetInt32();

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private const int HangGuard = 60_000;
}
