using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>--exec</c> and <c>--sh-exec</c>: programs that talk with peers, in both roles.</summary>
public sealed class ExecTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Each_caller_has_a_program_of_its_own_and_its_exit_code_is_said()
    {
        await using var sock = await SockServer.ListenAsync("-k", "-v", "-c", "read name; echo \"hello $name\"; cat > /dev/null; exit 3");
        await using var one = await Connection.ConnectAsync("127.0.0.1", sock.Port, cancel: Cancel);
        await using var two = await Connection.ConnectAsync("127.0.0.1", sock.Port, cancel: Cancel);
        foreach (var (caller, name) in (IEnumerable<(Connection, string)>)[(two, "two"), (one, "one")])
        {
            await caller.Lines.WriteLineAsync(name, Cancel);
            Assert.Equal($"hello {name}", await caller.Lines.ReadLineAsync(Cancel));
        }
        await one.CloseAsync(Cancel);
        await sock.WaitForErrorLineAsync($"{one.LocalAddress}: The program ended with exit code 3");
        Assert.Equal("", sock.Output);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("listen")]
    [InlineData("connect")]
    public async Task One_conversation_ends_with_its_program(string verb)
    {
        await using var server = await SockServer.ListenAsync(verb == "listen" ? ["--exec", "sort -r"] : []);
        await using var other = verb == "listen"
            ? SockProcess.Start("connect", "127.0.0.1", $"{server.Port}")
            : SockProcess.Start("connect", "-e", "sort -r", "127.0.0.1", $"{server.Port}");
        var (user, program) = verb == "listen" ? (other, server) : (server, other);
        await user.WriteAsync("a\nc\nb\n");
        user.EndInput();
        var result = await user.WaitAsync();
        Assert.Equal((0, "c\nb\na\n"), (result.ExitCode, result.Output));
        Assert.Equal((0, ""), ((await program.WaitAsync()).ExitCode, program.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_program_is_told_with_whom_it_talks_and_gets_nothing_of_ours()
    {
        await using var sock = SockProcess.Start(
            ["listen", "-k", "-c", "env; echo; for f in /proc/self/fd/*; do readlink $f; done; grep SigIgn /proc/self/status", "127.0.0.1:0"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" });
        var port = SockServer.PortIn(await sock.WaitForErrorLineAsync("Listening at"));
        await using var other = await Connection.ConnectAsync("127.0.0.1", port, cancel: Cancel);
        await other.Lines.ReadToEndAsync(cancel: Cancel);
        await using var caller = await Connection.ConnectAsync("127.0.0.1", port, cancel: Cancel);
        var said = await caller.Lines.ReadToEndAsync(cancel: Cancel);
        Assert.Contains($"SOCK_REMOTE={caller.LocalAddress}\n", said, StringComparison.Ordinal);
        Assert.Contains($"SOCK_LOCAL=127.0.0.1:{port}\n", said, StringComparison.Ordinal);
        Assert.Contains($"NCAT_REMOTE_PORT={caller.LocalAddress.Port}\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("INLINE_COMPLETIONS", said, StringComparison.Ordinal);
        Assert.DoesNotContain("socket:", said, StringComparison.Ordinal);
        Assert.EndsWith("SigIgn:\t0000000000000000\n", said, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Programs_that_die_or_never_read_harm_nobody()
    {
        await using var sock = await SockServer.ListenAsync("-k", "-v", "-c",
            "read how; case $how in dies) kill -9 $$;; sleeps) exec sleep 1000;; *) echo \"$how\"; cat;; esac");
        await using var dying = await SayAsync(sock.Port, "dies");
        await using var sleeping = await SayAsync(sock.Port, "sleeps");
        var flood = sleeping.WriteAsync(new byte[10_000_000], Cancel).AsTask();
        Assert.Null(await dying.Lines.ReadLineAsync(Cancel));
        await sock.WaitForErrorLineAsync($"{dying.LocalAddress}: The program ended with exit code 137");
        await using var good = await SayAsync(sock.Port, "well");
        Assert.Equal("well", await good.Lines.ReadLineAsync(Cancel));
        Assert.False(flood.IsCompleted);
        sleeping.Abort();
        await Assert.ThrowsAnyAsync<Exception>(() => flood);
        await good.Lines.WriteLineAsync("still well", Cancel);
        Assert.Equal("still well", await good.Lines.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = HangGuard)]
    public async Task When_stopped_programs_finish_what_they_are_at()
    {
        using var scratch = new Scratch();
        await using var sock = await SockServer.ListenAsync("-k", "-c", $"echo begun; while [ ! -e {scratch.File("go")} ]; do sleep 0.01; done; echo done");
        await using var caller = await Connection.ConnectAsync("127.0.0.1", sock.Port, cancel: Cancel);
        Assert.Equal("begun", await caller.Lines.ReadLineAsync(Cancel));
        sock.Signal("TERM");
        await sock.WaitForErrorLineAsync("1 connection still open: waiting 5 s at most");
        await File.WriteAllTextAsync(scratch.File("go"), "", Cancel);
        Assert.Equal("done", await caller.Lines.ReadLineAsync(Cancel));
        Assert.Null(await caller.Lines.ReadLineAsync(Cancel));
        await caller.CloseAsync(Cancel);
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Each_sender_of_datagrams_has_a_program_of_its_own()
    {
        await using var sock = SockProcess.Start("listen", "-k", "-u", "-v", "--idle", "3s", "-c", "sed -u \"s/^/$NCAT_PROTO $NCAT_REMOTE_PORT /\"", "127.0.0.1:0");
        var port = SockServer.PortIn(await sock.WaitForErrorLineAsync("Listening at"));
        await using var one = await DatagramSocket.ConnectAsync("127.0.0.1", port, cancel: Cancel);
        await using var two = await DatagramSocket.ConnectAsync("127.0.0.1", port, cancel: Cancel);
        foreach (var sender in (DatagramSocket[])[one, two, one])
        {
            await sender.SendAsync("hello\n", Cancel);
            Assert.Equal($"UDP {sender.LocalAddress.Port} hello\n", (await sender.ReceiveAsync(Cancel)).Text);
        }
        await sock.WaitForErrorLineAsync($"{two.LocalAddress}: The program ended with exit code 0");
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("no-such-program --help", "cannot run 'no-such-program': no such program is on the search path")]
    [InlineData("/no/such/file", "cannot run '/no/such/file': there is no such file")]
    [InlineData("/etc/passwd", "cannot run '/etc/passwd': it is no file that may be run")]
    public async Task What_cannot_be_run_is_said_before_anything_else_and_ends_6(string command, string reason)
    {
        var result = await SockProcess.RunAsync("listen", "--exec", command, "127.0.0.1:0");
        Assert.Equal((6, $"sock: {reason}\n"), (result.ExitCode, result.Error));
    }

    private static async Task<Connection> SayAsync(int port, string line)
    {
        var caller = await Connection.ConnectAsync("127.0.0.1", port, cancel: Cancel);
        await caller.Lines.WriteLineAsync(line, Cancel);
        await caller.Lines.FlushAsync(Cancel);
        return caller;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
