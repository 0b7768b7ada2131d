using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>Much at once through the program: files, pipes and terminals as its standard streams, as a shell sets them up.</summary>
public sealed class BulkTests : IDisposable
{
    private static readonly byte[] Content = Payload.Create(8_000_001);
    private static readonly string Sum = Payload.Sha256(Content);
    private readonly Scratch _scratch = new();

    public BulkTests() => File.WriteAllBytes(Input, Content);

    private string Input => _scratch.File("input");

    private string Output => _scratch.File("output");

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = HangGuard)]
    public async Task A_file_is_sent_by_the_kernel()
    {
        await using var server = new SummingServer();
        await using var sock = StartShell($"exec $SOCK connect {server.Address} < INPUT");
        await server.CameAsync(Content.Length);
        // sendfile(2) counts as a write; what is sent to a socket otherwise does not.
        Assert.InRange(Counted(sock, "wchar"), Content.Length / 2, long.MaxValue);
        server.Finish();
        Assert.Equal((0, Sum), ((await sock.WaitAsync()).ExitCode, await server.Sum));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", false)]
    [InlineData("-x DUMP", true)]
    [InlineData("--rate 1g", true)]
    public async Task What_a_pipe_brings_is_sent_and_read_only_by_who_has_to_see_it(string words, bool isRead)
    {
        await using var server = new SummingServer();
        await using var sock = SockProcess.Start(["connect", .. Filled(words).Split(' ', StringSplitOptions.RemoveEmptyEntries), server.Address]);
        await sock.WriteAsync(Content);
        await server.CameAsync(Content.Length);
        Assert.Equal(isRead, Counted(sock, "rchar") > Content.Length / 2);
        sock.EndInput();
        server.Finish();
        Assert.Equal((0, Sum), ((await sock.WaitAsync()).ExitCode, await server.Sum));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("> OUTPUT", "", false)]
    [InlineData(">> OUTPUT", "before", true)]
    [InlineData("-o OUTPUT > /dev/null", "", true)]
    [InlineData("--append -o OUTPUT > /dev/null", "before", true)]
    public async Task What_a_caller_sends_is_kept_and_written_only_where_the_kernel_does_not(string words, string before, bool isWritten)
    {
        await File.WriteAllTextAsync(Output, before);
        await using var sock = await ListenAsync($"exec $SOCK listen 127.0.0.1 0 {words}");
        await using (var caller = await Connection.ConnectAsync("127.0.0.1", sock.Port))
        {
            await caller.WriteAsync(Content);
            await UntilAsync(() => new FileInfo(Output).Length == before.Length + Content.Length);
            Assert.Equal(isWritten, Counted(sock, "wchar") > Content.Length / 2);
        }
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
        Assert.Equal(Payload.Sha256([.. Encoding.ASCII.GetBytes(before), .. Content]), Payload.Sha256(await File.ReadAllBytesAsync(Output)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_that_has_enough_ends_it_quietly()
    {
        await using var sock = await ListenAsync("$SOCK listen 127.0.0.1 0 | head -c 100000");
        await using var caller = await Connection.ConnectAsync("127.0.0.1", sock.Port);
        var sending = Record.ExceptionAsync(async () =>
        {
            while (true)
                await caller.WriteAsync(Content);
        });
        var result = await sock.WaitAsync();
        Assert.Equal((0, 100_000), (result.ExitCode, result.OutputBytes.Length));
        Assert.DoesNotContain("sock:", result.Error, StringComparison.Ordinal);
        Assert.IsType<NetException>(await sending);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_disk_that_becomes_full_ends_6_and_says_so()
    {
        var mount = $"mount -t tmpfs -o size=2m none {_scratch.Directory}";
        var trial = await RunningProgram.RunAsync(Peers.Require("unshare"), ["-rm", "sh", "-c", mount]);
        Assert.SkipUnless(trial.ExitCode == 0, "no file system can be made here");
        await using var sock = RunningProgram.Start("unshare", ["-rm", "sh", "-c", $"{mount}; exec {SockProcess.Binary} listen 127.0.0.1 0 > {Output}"]);
        var port = SockServer.PortIn(await sock.WaitForErrorLineAsync("Listening at "));
        await using var caller = await Connection.ConnectAsync("127.0.0.1", port);
        await Record.ExceptionAsync(() => caller.WriteAsync(Content).AsTask());
        var result = await sock.WaitAsync();
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("sock: cannot write standard output: no space left on device\n", result.Error, StringComparison.Ordinal);
    }

    /// <summary>As after Ctrl-S: nothing can wake up a call that waits in the kernel for a terminal.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task A_terminal_that_takes_nothing_holds_nobody_up() => Assert.Equal("143", await Python.RunAsync($"""
        import os, pty, signal, subprocess, threading
        master, terminal = pty.openpty()
        sock = subprocess.Popen(['{SockProcess.Binary}', 'listen', '--raw', '127.0.0.1', '0'], stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.PIPE, text=True)
        peer = socket.create_connection(('127.0.0.1', int(sock.stderr.readline().split(':')[-1])))
        # Much at once goes to the terminal as it comes, and then no more.
        taken = b''
        peer.settimeout(1)
        def send():
            try:
                while True:
                    peer.send(bytes(65536))
            except TimeoutError:
                pass
        sending = threading.Thread(target=send)
        sending.start()
        while len(taken) < 2000000:
            taken += os.read(master, 65536)
        sending.join()
        sock.send_signal(signal.SIGTERM)
        print(sock.wait(60))
        """));

    [Theory(Timeout = HangGuard)]
    [InlineData("Content-Length: 8000001\r\n", false)]
    [InlineData("", false)]
    [InlineData("Transfer-Encoding: chunked\r\n", true)]
    public async Task A_page_is_got_whole(string delimited, bool inChunks)
    {
        await using var server = Answering(delimited, inChunks ? [.. "7A1201\r\n"u8, .. Content, .. "\r\n0\r\n\r\n"u8] : Content);
        Assert.Equal((0, ""), await GetAsync(server, "-o OUTPUT"));
        Assert.Equal(Sum, Payload.Sha256(await File.ReadAllBytesAsync(Output)));
        var piped = await RunShellAsync($"$SOCK get http://{server.LocalAddress}/ | sha256sum");
        Assert.Equal((0, $"{Sum}  -\n", ""), (piped.ExitCode, piped.Output, piped.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_page_that_is_cut_short_is_said_not_to_be_whole()
    {
        await using var server = Answering("Content-Length: 9000000\r\n", Content);
        var (exitCode, error) = await GetAsync(server, "-o OUTPUT");
        Assert.Equal(7, exitCode);
        Assert.Contains("the peer ended after 8,000,001 of 9,000,000 bytes of the body", error, StringComparison.Ordinal);
        Assert.Contains($"'{Output}' has 8,000,001 of 9,000,000 bytes and is not whole.", error, StringComparison.Ordinal);
        Assert.Equal(Sum, Payload.Sha256(await File.ReadAllBytesAsync(Output)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_large_file_is_served_whole_to_who_stays()
    {
        await using var sock = await SockServer.ServeAsync("http", "--root", _scratch.Directory);
        await using (var leaving = await Connection.ConnectAsync("127.0.0.1", sock.Port))
        {
            await leaving.WriteAsync("GET /input HTTP/1.0\r\n\r\n"u8.ToArray());
            await leaving.ReadExactlyAsync(new byte[100_000]);
            leaving.Abort();
        }
        var before = Counted(sock, "wchar");
        var got = await RunShellAsync($"{Peers.Require("curl")} -sS http://127.0.0.1:{sock.Port}/input | sha256sum");
        Assert.Equal(($"{Sum}  -\n", ""), (got.Output, got.Error));
        Assert.InRange(Counted(sock, "wchar") - before, Content.Length / 2, Content.Length * 2);
        sock.Signal("TERM");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Progress_counts_what_the_kernel_moves()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await RunShellAsync($"$SOCK connect --progress {server.LocalAddress} < INPUT | sha256sum");
        Assert.Equal($"{Sum}  -\n", result.Output);
        Assert.Matches(@"\ASent 7.6 MiB in [^;]+; received 7.6 MiB in [^;]+\n\z", result.Error);
    }

    private async Task<(int ExitCode, string Error)> GetAsync(Server server, string words)
    {
        var result = await RunShellAsync($"$SOCK get http://{server.LocalAddress}/ {words}");
        return (result.ExitCode, result.Error);
    }

    private async Task<RunningProgram> ListenAsync(string line)
    {
        var sock = StartShell(line);
        sock.EndInput();
        sock.Port = SockServer.PortIn(await sock.WaitForErrorLineAsync("Listening at "));
        return sock;
    }

    private RunningProgram StartShell(string line) => RunningProgram.Start("sh", ["-c", Filled(line)]);

    private Task<ProgramResult> RunShellAsync(string line) => RunningProgram.RunAsync("sh", ["-c", Filled(line)]);

    private string Filled(string line) => line.Replace("$SOCK", SockProcess.Binary, StringComparison.Ordinal)
        .Replace("INPUT", Input, StringComparison.Ordinal)
        .Replace("OUTPUT", Output, StringComparison.Ordinal)
        .Replace("DUMP", _scratch.File("dump"), StringComparison.Ordinal);

    /// <summary>What the process's reads or writes of files and pipes have come to: those of splice(2) and of sockets do not count.</summary>
    private static long Counted(RunningProgram program, string counter)
    {
        Assert.SkipUnless(File.Exists($"/proc/{program.Id}/io"), "this system does not count them");
        return long.Parse(Regex.Match(File.ReadAllText($"/proc/{program.Id}/io"), $@"{counter}: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5);
    }

    private static Server Answering(string delimited, byte[] content) => Server.Start("127.0.0.1:0", async (peer, cancel) =>
    {
        await peer.Lines.ReadUntilAsync("\r\n\r\n"u8.ToArray(), 1000, cancel);
        await peer.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{delimited}\r\n"), cancel);
        await peer.WriteAsync(content, cancel);
    });

    /// <summary>Takes in what one caller sends, and ends only when it is told to.</summary>
    private sealed class SummingServer : IAsyncDisposable
    {
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _sum = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Server _server;
        private long _count;

        public SummingServer() => _server = Server.Start("127.0.0.1:0", ServeAsync);

        public string Address => _server.LocalAddress.ToString();

        /// <summary>The SHA-256 of all that came.</summary>
        public Task<string> Sum => _sum.Task;

        public Task CameAsync(long count) => UntilAsync(() => Interlocked.Read(ref _count) >= count);

        public void Finish() => _finish.TrySetResult();

        public ValueTask DisposeAsync()
        {
            Finish();
            return _server.DisposeAsync();
        }

        private async Task ServeAsync(Connection peer, CancellationToken cancel)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[65536];
            while (await peer.ReadAsync(buffer, cancel) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                Interlocked.Add(ref _count, count);
            }
            _sum.TrySetResult(Convert.ToHexStringLower(hash.GetHashAndReset()));
            await _finish.Task;
        }
    }

    private const int HangGuard = 120_000;
}
