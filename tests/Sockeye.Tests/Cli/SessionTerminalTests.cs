using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>What a person at a terminal sees; <c>script</c> makes the terminal.</summary>
public class SessionTerminalTests
{
    [Fact(Timeout = HangGuard)]
    public async Task A_person_is_told_who_is_there_and_is_safe_from_it()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.WriteLineAsync("\x1b]0;owned\a", cancel);
            await peer.Lines.ReadLineAsync(cancel);
            await peer.Lines.WriteAsync("bye", cancel);
        });
        await using var terminal = Start($"connect -4 localhost {server.LocalAddress.Port}");
        await terminal.WaitForOutputLineAsync($"Connected to localhost:{server.LocalAddress.Port} ({server.LocalAddress}); Ctrl-D ends input");
        await terminal.WaitForOutputLineAsync("^[]0;owned^G");
        await terminal.WriteAsync("go\n");
        var result = await terminal.WaitAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("bye\r\n", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Raw_passes_everything()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteAsync("\x1b[1m", cancel).AsTask());
        await using var terminal = Start($"connect --raw {server.LocalAddress}");
        Assert.EndsWith("\x1b[1m", (await terminal.WaitAsync()).Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ctrl_D_ends_input_and_the_answer_still_comes()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
            await peer.Lines.WriteLineAsync($"read: {await peer.Lines.ReadToEndAsync(cancel: cancel)}", cancel));
        await using var terminal = Start($"connect {server.LocalAddress}");
        await terminal.WaitForOutputLineAsync("Connected to");
        await terminal.WriteAsync("typed\n\x04");
        await terminal.WaitForOutputLineAsync("read: typed");
        Assert.Equal(0, (await terminal.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ctrl_C_ends_it_with_130()
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask());
        await using var terminal = Start($"connect {server.LocalAddress}");
        await terminal.WaitForOutputLineAsync("Connected to");
        await terminal.WriteAsync("\x03");
        Assert.Equal(130, (await terminal.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_are_lines_both_ways_until_Ctrl_C()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes));
        await using var terminal = Start($"connect {server.LocalAddress}");
        await terminal.WaitForOutputLineAsync("Each line is a datagram, an empty one too; Ctrl-C ends");
        await terminal.WriteAsync("\n");
        await terminal.WaitForOutputLineAsync("(empty datagram)");
        await terminal.WriteAsync("hello\n");
        await terminal.WaitForOutputAsync("hello\r\nhello\r\n");
        await terminal.WriteAsync("\x03");
        Assert.Equal(130, (await terminal.WaitAsync()).ExitCode);
    }

    private static RunningProgram Start(string words) =>
        RunningProgram.Start(Peers.Require("script"), ["-qefc", $"{SockProcess.Binary} {words}", "/dev/null"]);

    private const int HangGuard = 60_000;
}
