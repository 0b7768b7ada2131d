using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>How each verb ends whose output is full or unread, and what it does when it was started without one of the three streams.</summary>
public class StandardStreamTests
{
    public static TheoryData<string> Printing =>
    [
        "connect GREETING", "connect -z GREETING", "connect -z --json GREETING", "connect -u -q 30s --replies 1 TIME", "get http://HTTP/", "get --json http://HTTP/",
        "time TIME", "time --json TIME", "port http", "port --json http", "port --search mail", "resolve localhost", "resolve --json localhost",
        "completions bash", "tour", "--help", "port --help", "--version",
    ];

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Printing))]
    public async Task A_full_disk_ends_6_and_says_so(string words)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        var result = await RunAsync($"echo hello | \"$SOCK\" {words} >/dev/full");
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("cannot write standard output: no space left on device", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Printing))]
    public async Task A_reader_that_has_gone_is_no_error(string words)
    {
        var result = await RunAsync($$"""{ trap '' PIPE; while echo 2>/dev/null; do :; done; echo hello | "$SOCK" {{words}}; echo $? >&2; } | :""");
        Assert.Matches("(^|\n)0\n$", result.Error);
        Assert.DoesNotContain("sock:", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("<&-", 0, "", "0 bytes came")]
    [InlineData(">&-", 6, "hello\n", "")]
    [InlineData("2>&-", 0, "hello\n", "6 bytes came")]
    [InlineData("<&- >&-", 6, "", "")]
    [InlineData("<&- >&- 2>&-", 6, "", "")]
    public async Task Without_one_of_them_nothing_else_takes_its_place(string redirections, int exitCode, string received, string printed)
    {
        Assert.SkipUnless(SockProcess.IsNative, "the shared runtime has taken the descriptors for itself before the program begins");
        var heard = new TaskCompletionSource<string>();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            var text = await peer.Lines.ReadToEndAsync(cancel: cancel);
            heard.SetResult(text);
            await peer.Lines.WriteAsync($"{text.Length} bytes came", cancel);
        });
        var result = await Shell.RunAsync($"echo hello | \"$SOCK\" connect -v -x - {server.LocalAddress} {redirections}");
        Assert.Equal((exitCode, received, printed), (result.ExitCode, await heard.Task, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_output_that_is_not_there_is_said()
    {
        Assert.SkipUnless(SockProcess.IsNative, "the shared runtime has taken the descriptor for itself before the program begins");
        Assert.Equal("sock: cannot write standard output: bad file descriptor\n", (await Shell.RunAsync("\"$SOCK\" port http >&-")).Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_input_that_cannot_be_read_is_said()
    {
        await using var server = Server.Start("127.0.0.1:0", Greeting.ServeAsync);
        var result = await Shell.RunAsync($"\"$SOCK\" connect {server.LocalAddress} </");
        Assert.Equal((6, "sock: cannot read standard input: is a directory\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_whose_talk_nobody_hears_any_more_still_serves()
    {
        await using var sock = RunningProgram.Start("sh", ["-c", $"'{SockProcess.Binary}' serve -v echo=0 2>&1 | head -n 1"]);
        var port = SockServer.PortIn(await sock.WaitForOutputLineAsync("Server is running on port "));
        for (var caller = 1; caller <= 2; caller++)
        {
            await using var connection = await Connection.ConnectAsync($"localhost:{port}");
            await connection.Lines.WriteLineAsync("hello");
            Assert.Equal("hello", await connection.Lines.ReadLineAsync());
        }
    }

    private static async Task<ProgramResult> RunAsync(string line)
    {
        await using var greeting = Server.Start("127.0.0.1:0", Greeting.ServeAsync);
        await using var http = Server.Start("127.0.0.1:0", Http.ServeAsync);
        await using var time = DatagramServer.Start("127.0.0.1:0", Time.Answer);
        return await Shell.RunAsync(line
            .Replace("GREETING", greeting.LocalAddress.ToString(), StringComparison.Ordinal)
            .Replace("HTTP", http.LocalAddress.ToString(), StringComparison.Ordinal)
            .Replace("TIME", time.LocalAddress.ToString(), StringComparison.Ordinal));
    }

    private const int HangGuard = 60_000;
}
