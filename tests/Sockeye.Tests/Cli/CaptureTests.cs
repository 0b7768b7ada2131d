using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>What <c>-o</c> and <c>-x</c> keep of a conversation, and what is said if they cannot.</summary>
public sealed partial class CaptureTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = HangGuard)]
    public async Task A_dump_has_direction_time_offset_hexadecimal_and_text()
    {
        var path = _scratch.File("dump");
        await using var server = Server.Start("127.0.0.1:0", AnswerAfterEnd);
        var result = await RunAsync("0123456789abcdefg\n", server, "-x", path);
        Assert.Equal((0, "You sent 18 bytes\n", ""), (result.ExitCode, result.Output, result.Error));
        var lines = await File.ReadAllLinesAsync(path);
        Assert.Matches(@"^# times count from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} UTC$", lines[0]);
        Assert.Equal(
            [
                "> T 00000000  3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef",
                "> T 00000010  670a                                     g.",
                "< T 00000000  596f 7520 7365 6e74 2031 3820 6279 7465  You sent 18 byte",
                "< T 00000010  730a                                     s.",
            ],
            lines[1..].Select(WithoutTime));
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_file_is_written_anew_or_added_to()
    {
        var (output, dump) = (_scratch.File("output"), _scratch.File("dump"));
        await using var server = Server.Start("127.0.0.1:0", AnswerAfterEnd);
        await RunAsync("a", server, "-o", output, "-x", dump);
        await RunAsync("bb", server, "-o", output, "-x", dump);
        Assert.Equal("You sent 2 bytes\n", await File.ReadAllTextAsync(output));
        Assert.Equal(["6262"], Sent(dump));
        await RunAsync("ccc", server, "-o", output, "-x", dump, "--append");
        Assert.Equal("You sent 2 bytes\nYou sent 3 bytes\n", await File.ReadAllTextAsync(output));
        Assert.Equal(["6262", "636363"], Sent(dump));
    }

    [Fact(Timeout = HangGuard)]
    public async Task With_many_each_line_says_whose_it_is()
    {
        var path = _scratch.File("dump");
        await using var sock = await SockServer.ListenAsync("-k", "-x", path, "--exec", "cat");
        await using var one = await Connection.ConnectAsync("127.0.0.1", sock.Port);
        await using var other = await Connection.ConnectAsync("127.0.0.1", sock.Port);
        await SayAsync(one, "1\n");
        await SayAsync(other, "2\n");
        string[] expected =
        [
            $"{one.LocalAddress} < T 00000000  310a                                     1.",
            $"{one.LocalAddress} > T 00000000  310a                                     1.",
            $"{other.LocalAddress} < T 00000000  320a                                     2.",
            $"{other.LocalAddress} > T 00000000  320a                                     2.",
        ];
        Assert.Equal(expected, (await File.ReadAllLinesAsync(path))[1..].Select(WithoutTime));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Unix_callers_without_a_name_are_told_apart()
    {
        var (path, socket) = (_scratch.File("dump"), _scratch.File("s"));
        await using var sock = SockProcess.Start("listen", "-k", "-x", path, "--exec", "cat", $"unix:{socket}");
        await sock.WaitForErrorLineAsync("Listening");
        await using var one = await Connection.ConnectAsync(Address.Unix(socket));
        await using var other = await Connection.ConnectAsync(Address.Unix(socket));
        await SayAsync(one, "1\n");
        await SayAsync(other, "2\n");
        var whose = (await File.ReadAllLinesAsync(path))[1..].Select(line => line.Split(' ')[0]).Distinct();
        Assert.Equal(["caller-1", "caller-2"], whose.Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-x")]
    [InlineData("-o")]
    public async Task A_directory_that_is_not_there_is_said_before_anybody_can_call(string option)
    {
        var path = _scratch.File("none/file");
        var result = await SockProcess.RunAsync("listen", option, path, "127.0.0.1", "0");
        Assert.Equal((6, $"sock: cannot write '{path}': there is no such directory\n"), (result.ExitCode, result.Error));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-x")]
    [InlineData("-o")]
    public async Task A_full_disk_is_said_when_it_is(string option)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no disk that is always full");
        await using var server = Server.Start("127.0.0.1:0", AnswerAfterEnd);
        var result = await RunAsync("a", server, option, "/dev/full");
        Assert.Equal((6, "sock: cannot write '/dev/full': no space left on device\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_full_disk_ends_all_conversations()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no disk that is always full");
        await using var sock = await SockServer.ListenAsync("-k", "-o", "/dev/full");
        await using var one = await Connection.ConnectAsync("127.0.0.1", sock.Port);
        await one.WriteAsync("a"u8.ToArray());
        var result = await sock.WaitAsync();
        Assert.Equal(6, result.ExitCode);
        Assert.EndsWith("sock: cannot write '/dev/full': no space left on device\n", result.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("connect -x localhost 80", "localhost")]
    [InlineData("connect -x localhost:80", "localhost:80")]
    [InlineData("connect -x ::1 80", "::1")]
    [InlineData("listen -x 8080", "8080")]
    [InlineData("listen -x unix:/tmp/s", "unix:/tmp/s")]
    public async Task An_address_in_the_place_of_the_file_is_not_taken_for_one(string line, string word)
    {
        var result = await SockProcess.RunAsync(line.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"sock: -x takes a FILE, or '-' for standard error; './{word}' is a file of that name\n", result.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("connect --append localhost 80")]
    [InlineData("connect --append -x - localhost 80")]
    public async Task Append_needs_a_file(string line)
    {
        var result = await SockProcess.RunAsync(line.Split(' '));
        Assert.Equal((2, "sock: --append is for the FILE of -o or -x, and there is none\n"), (result.ExitCode, result.Error));
    }

    private static async Task SayAsync(Connection peer, string text)
    {
        await peer.Lines.WriteAsync(text);
        Assert.Equal(text.TrimEnd(), await peer.Lines.ReadLineAsync());
    }

    private static Task<ProgramResult> RunAsync(string input, Server server, params string[] options) =>
        SockProcess.RunWithInputAsync(input, ["connect", .. options, server.LocalAddress.ToString()]);

    private static async Task AnswerAfterEnd(Connection peer, CancellationToken cancel) =>
        await peer.Lines.WriteLineAsync($"You sent {(await peer.Lines.ReadToEndAsync(cancel: cancel)).Length} bytes", cancel);

    /// <summary>What was sent, in hexadecimal without blanks, a string a line of the dump.</summary>
    private static IEnumerable<string> Sent(string path) =>
        File.ReadLines(path).Where(line => line[0] == '>').Select(line => line.Split("  ")[1].Replace(" ", ""));

    private static string WithoutTime(string line) => Time.Replace(line, " T ");

    [GeneratedRegex(@" \d+\.\d{6}s ")]
    private static partial Regex Time { get; }

    private const int HangGuard = 120_000;
}
