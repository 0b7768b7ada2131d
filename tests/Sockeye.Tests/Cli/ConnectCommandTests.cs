using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public sealed class ConnectCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("connect-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1 {0}")]
    [InlineData("127.0.0.1:{0}")]
    [InlineData("tcp://127.0.0.1:{0}")]
    [InlineData("-4 localhost {0}")]
    [InlineData("-n 127.0.0.1 {0}")]
    public async Task A_server_that_answers_only_after_the_end_of_input_is_heard(string words)
    {
        await using var server = Server.Start("127.0.0.1:0", AnswerAfterEnd);
        var result = await RunAsync("hello\n", words, server);
        Assert.Equal((0, "You sent 6 bytes\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Unix_sockets_are_reached_by_path_and_by_abstract_name()
    {
        var path = Path.Combine(_directory.FullName, "s");
        await using var server = Server.Start(Address.Unix(path), AnswerAfterEnd);
        Assert.Equal("You sent 2 bytes\n", (await SockProcess.RunWithInputAsync("hi", "connect", "-U", path)).Output);
        Assert.Equal("You sent 2 bytes\n", (await SockProcess.RunWithInputAsync("hi", "connect", $"unix:{path}")).Output);
        var name = $"@{Guid.NewGuid()}";
        await using var hidden = Server.Start(Address.Unix(name), AnswerAfterEnd);
        Assert.Equal("You sent 2 bytes\n", (await SockProcess.RunWithInputAsync("hi", "connect", "-U", name)).Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_receiver_that_half_closes_at_once_gets_six_megabytes_whole()
    {
        var received = new TaskCompletionSource<long>();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.CloseWriteAsync(cancel);
            var bytes = new MemoryStream();
            await peer.CopyToAsync(bytes, cancel);
            received.SetResult(bytes.Length);
        });
        var result = await RunAsync(new string('x', 6_000_000), "127.0.0.1 {0}", server);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(6_000_000, await received.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_ends_ends_it_though_input_stays_open()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("bye", cancel).AsTask());
        await using var sock = Start("-v --peer-ended-wait 100ms 127.0.0.1 {0}", server);
        var result = await sock.WaitAsync();
        Assert.Equal((0, "bye\n"), (result.ExitCode, result.Output));
        Assert.Contains("The peer ended; sending input until it ends or pauses for 100 ms\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("The peer ended, and input paused for 100 ms (--peer-ended-wait): 0 bytes sent, 4 received\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Verbose_says_both_ends_what_is_waited_for_which_rule_ended_it_and_how_long_each_step_took()
    {
        await using var server = Server.Start("127.0.0.1:0", AnswerAfterEnd);
        var result = await RunAsync("hello\n", "-v -4 localhost {0}", server);
        Assert.Matches(
            $"""
            ^Connected from 127\.0\.0\.1:\d+ to {server.LocalAddress}
            Input ended; reading until the peer ends \(-q TIME or --idle TIME limits that\)
            Both sides ended: 6 bytes sent, 17 received
            Times: resolve [\d.]+ m?s, connect [\d.]+ m?s, first byte [\d.]+ m?s, total [\d.]+ m?s
            $
            """.ReplaceLineEndings("\n"),
            result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reset_ends_7_and_says_how_many_bytes_had_gone_each_way()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.ReadLineAsync(cancel);
            await peer.WriteAsync("hello"u8.ToArray(), cancel);
            await peer.ReadExactlyAsync(new byte[1], cancel);
            peer.Abort();
        });
        await using var sock = Start("127.0.0.1 {0}", server);
        await sock.WriteAsync("hi\n");
        await sock.WaitForOutputAsync("hello");
        await sock.WriteAsync("!");
        var result = await sock.WaitAsync();
        Assert.Equal((7, "hello"), (result.ExitCode, result.Output));
        Assert.Equal($"sock: Error receiving data: read tcp {server.LocalAddress}: reset by the peer (4 bytes sent, 5 received)\nThe other program has ended or refuses to go on; its log may say why.\n", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_ends_4_with_advice()
    {
        var result = await SockProcess.RunAsync("connect", "127.0.0.1", $"{PeerPort.Choose()}");
        Assert.Equal(4, result.ExitCode);
        Assert.StartsWith("sock: Connection error: connect tcp 127.0.0.1:", result.Error, StringComparison.Ordinal);
        Assert.Contains("Nobody listens there.", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-i 1s", "no byte came or went for 1 s (6 bytes sent, 0 received)", "--idle TIME allows more, 'none' any time.")]
    [InlineData("--max-time 1s", "the session did not end within 1 s (6 bytes sent, 0 received)", "--max-time TIME allows more, 'none' any time.")]
    public async Task A_peer_that_never_ends_ends_5_where_a_limit_was_given(string options, string reason, string advice)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var result = await SockProcess.RunWithInputAsync("hello\n", ["connect", .. options.Split(' '), silent.LocalEndpoint.ToString()!]);
        Assert.Equal(5, result.ExitCode);
        Assert.Equal($"sock: Error receiving data: read tcp {silent.LocalEndpoint}: {reason}\n{advice}\n", result.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-q 0")]
    [InlineData("-q 100ms")]
    [InlineData("--send-only")]
    public async Task A_wait_after_input_is_a_good_end(string options)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var result = await SockProcess.RunWithInputAsync("hello\n", ["connect", .. options.Split(' '), silent.LocalEndpoint.ToString()!]);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        using var caller = await silent.AcceptTcpClientAsync();
        Assert.Equal("hello\n", await new StreamReader(caller.GetStream()).ReadToEndAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Send_only_drops_what_comes()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.WriteLineAsync("not wanted", cancel);
            await peer.Lines.ReadToEndAsync(cancel: cancel);
        });
        var result = await RunAsync("hello\n", "--send-only -v 127.0.0.1 {0}", server);
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Receive_only_sends_nothing_and_does_not_half_close()
    {
        var sawEnd = new TaskCompletionSource<bool>();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            var line = peer.Lines.ReadLineAsync(cancel).AsTask();
            await peer.Lines.WriteAsync("all", cancel);
            await peer.Lines.FlushAsync(cancel);
            sawEnd.SetResult(line.IsCompleted);
        });
        var result = await RunAsync("hello\n", "--recv-only 127.0.0.1 {0}", server);
        Assert.Equal((0, "all", ""), (result.ExitCode, result.Output, result.Error));
        Assert.False(await sawEnd.Task);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", true)]
    [InlineData("--no-shutdown", false)]
    [InlineData("--send-only", false)]
    public async Task A_client_that_was_dropped_at_its_half_close_is_told_of_no_shutdown(string options, bool isTold)
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            // Ends at the line, so that it ends in any case.
            await peer.Lines.ReadLineAsync(cancel);
            if (options != "--no-shutdown")
                await peer.Lines.ReadLineAsync(cancel);
        });
        var result = await RunAsync("GET /\n", $"{options} 127.0.0.1 {{0}}".Trim(), server);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(isTold ? "The peer ended without a byte once input had ended; if it owed an answer, try --no-shutdown.\n" : "", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Line_feeds_become_CR_LF_where_asked_for()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo);
        Assert.Equal("a\r\nb\r\n\r\n", (await RunAsync("a\nb\r\n\n", "-C 127.0.0.1 {0}", server)).Output);
        Assert.Equal("a\nb\r\n\n", (await RunAsync("a\nb\r\n\n", "127.0.0.1 {0}", server)).Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Bytes_pass_unchanged_into_a_pipe()
    {
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.WriteAsync(bytes, cancel).AsTask());
        Assert.Equal(bytes, (await RunAsync("", "127.0.0.1 {0}", server)).OutputBytes);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_comes_is_copied_into_a_file_that_was_asked_for()
    {
        var file = Path.Combine(_directory.FullName, "copy");
        await File.WriteAllTextAsync(file, "what was there before, and longer than what comes");
        await using var server = Server.Start("127.0.0.1:0", Echo);
        var result = await RunAsync("\x1b[1mhello\n", $"-o {file} 127.0.0.1 {{0}}", server);
        Assert.Equal((0, "\x1b[1mhello\n", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Equal("\x1b[1mhello\n", await File.ReadAllTextAsync(file));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_copy_that_cannot_be_written_ends_6()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo);
        var result = await RunAsync("hello\n", "-o /nowhere/copy 127.0.0.1 {0}", server);
        Assert.Equal((6, ""), (result.ExitCode, result.Output));
        Assert.Contains("/nowhere/copy", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_full_disk_ends_6()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo);
        var result = await Shell.RunAsync($"echo hello | $SOCK connect {server.LocalAddress} > /dev/full");
        Assert.Equal(6, result.ExitCode);
        Assert.Equal("sock: cannot write standard output: no space left on device\n", result.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("/dev/full", "no space left on device")]
    [InlineData("/no/such/place", "there is no such directory")]
    [InlineData("/", "it is a directory")]
    public async Task A_copy_that_cannot_be_written_ends_6_and_says_why(string path, string reason)
    {
        await using var server = Server.Start("127.0.0.1:0", Echo);
        var result = await RunAsync("hello\n", $"-o {path} 127.0.0.1 {{0}}", server);
        Assert.Equal((6, $"sock: cannot write '{path}': {reason}\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_output_that_nobody_reads_ends_quietly_with_0()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            while (true)
                await peer.WriteAsync(new byte[10_000], cancel);
        });
        var result = await Shell.RunAsync($"{{ $SOCK connect {server.LocalAddress} < /dev/null; echo $? >&2; }} | head -c 3");
        Assert.Equal((3, "0\n"), (result.OutputBytes.Length, result.Error));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_and_the_peer_sees_an_end(string signal, int exitCode)
    {
        var sawEnd = new TaskCompletionSource<string?>();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.WriteLineAsync("ready", cancel);
            sawEnd.SetResult(await peer.Lines.ReadLineAsync(cancel));
        });
        await using var sock = Start("127.0.0.1 {0}", server);
        await sock.WaitForOutputLineAsync("ready");
        sock.Signal(signal);
        Assert.Equal(exitCode, (await sock.WaitAsync()).ExitCode);
        Assert.Null(await sawEnd.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_source_is_what_was_asked_for()
    {
        var port = PeerPort.Choose();
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteAsync($"{peer.RemoteAddress}", cancel).AsTask());
        Assert.Equal($"127.0.0.1:{port}", (await RunAsync("", $"-s 127.0.0.1 -p {port} 127.0.0.1 {{0}}", server)).Output);
        var result = await RunAsync("", "-s 192.0.2.1 127.0.0.1 {0}", server);
        Assert.Equal(6, result.ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Zero_only_connects_and_says_so_on_standard_output()
    {
        await using var server = Server.Start("127.0.0.1:0", AnswerAfterEnd);
        var result = await RunAsync("not to be sent", "-z localhost {0} -4", server);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches($@"^Connected to localhost:{server.LocalAddress.Port} \({server.LocalAddress}\) in [\d.]+ m?s\n$", result.Output);
        var json = JsonDocument.Parse((await RunAsync("", "-z --json 127.0.0.1 {0}", server)).Output).RootElement;
        Assert.Equal(server.LocalAddress.ToString(), json.GetProperty("remoteAddress").GetString());
        Assert.Equal(4, (await SockProcess.RunAsync("connect", "-z", "127.0.0.1", $"{PeerPort.Choose()}")).ExitCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("--send-only --recv-only 127.0.0.1 9", "--send-only and --recv-only exclude each other")]
    [InlineData("--replies 1 127.0.0.1 9", "--replies is for datagrams, and this is a stream")]
    [InlineData("--datagrams line 127.0.0.1 9", "--datagrams is for datagrams, and this is a stream")]
    [InlineData("-u --datagrams words 127.0.0.1 9", "--datagrams takes line, nul, read, whole or a size up to 65507, not 'words'")]
    [InlineData("-u --datagrams 0 127.0.0.1 9", "--datagrams takes line, nul, read, whole or a size up to 65507, not '0'")]
    [InlineData("-u --replies 0 127.0.0.1 9", "--replies takes a whole number, at least 1, not '0'")]
    [InlineData("-u -z 127.0.0.1 9", "-z tells nothing over datagrams: only an answer shows that somebody is there")]
    [InlineData("-4 -6 127.0.0.1 9", "-4 and -6 exclude each other")]
    [InlineData("-i 0 127.0.0.1 9", "-i takes a time above zero (seconds, or 500ms, 2s, 1m, 1h) or 'none', not '0'")]
    [InlineData("-q soon 127.0.0.1 9", "-q takes a time (seconds, or 500ms, 2s, 1m, 1h) or 'none', not 'soon'")]
    [InlineData("-U -p 80 /tmp/x", "a Unix stream has no address of its own to connect from")]
    [InlineData("-u tcp://127.0.0.1:9", "'127.0.0.1:9' is no UDP address")]
    [InlineData("127.0.0.1 70000", "port '70000' is out of range: ports are 0 to 65535")]
    public async Task Options_that_contradict_end_2_and_say_how(string words, string message)
    {
        var result = await SockProcess.RunAsync(["connect", .. words.Split(' ')]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: {message}\n", result.Error, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> RunAsync(string input, string words, Server server) =>
        SockProcess.RunWithInputAsync(input, ["connect", .. string.Format(words, server.LocalAddress.Port).Split(' ')]);

    private static RunningProgram Start(string words, Server server) =>
        SockProcess.Start(["connect", .. string.Format(words, server.LocalAddress.Port).Split(' ')]);

    private static async Task AnswerAfterEnd(Connection peer, CancellationToken cancel)
    {
        var request = await peer.Lines.ReadToEndAsync(cancel: cancel);
        await peer.Lines.WriteLineAsync($"You sent {Encoding.UTF8.GetByteCount(request)} bytes", cancel);
    }

    private static Task Echo(Connection peer, CancellationToken cancel) => peer.CopyToAsync(peer, cancel);

    private const int HangGuard = 60_000;
}
