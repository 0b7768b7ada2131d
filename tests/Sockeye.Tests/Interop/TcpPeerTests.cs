using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>sock connect</c> and <c>sock listen</c> against every netcat: no byte is changed, and no side is cut short.</summary>
public class TcpPeerTests
{
    private static readonly byte[] Ours = Exchange.Ours;
    private static readonly byte[] Theirs = Exchange.Theirs;

    public static TheoryData<string> Netcats => Netcat.That(netcat => netcat.Call);

    public static TheoryData<string> NetcatsThatExecute => Netcat.That(netcat => netcat.Execute);

    [Theory(Timeout = 150_000), MemberData(nameof(Netcats))]
    public async Task Connect_carries_bytes_both_ways_at_once(string netcat)
    {
        await using var server = await PeerProgram.ServeAsync(Netcat.Named(netcat).Serve);
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{server.Port}");
        await Exchange.BothWaysAsync(sock, server);
    }

    [Theory(Timeout = 150_000), MemberData(nameof(Netcats))]
    public async Task Listen_carries_bytes_both_ways_at_once(string netcat)
    {
        await using var sock = await SockServer.ListenAsync();
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, sock.Port);
        await Exchange.BothWaysAsync(sock, client);
    }

    [Theory(Timeout = 150_000), MemberData(nameof(NetcatsThatExecute))]
    public async Task Connect_reads_what_a_server_answers_only_after_our_end(string netcat)
    {
        Peers.Require("sha256sum");
        await using var server = await PeerProgram.ServeAsync(Netcat.Named(netcat).Execute!);
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{server.Port}");
        await sock.WriteAsync(Ours);
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal((0, $"{Payload.Sha256(Ours)}  -\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory(Timeout = 150_000), MemberData(nameof(Netcats))]
    public async Task Listen_answers_after_the_callers_end(string netcat)
    {
        await using var sock = await SockServer.ListenAsync();
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, sock.Port);
        await client.WriteAsync(Theirs);
        client.EndInput();
        await sock.WaitForOutputBytesAsync(Theirs.Length);
        await sock.WriteAsync(Ours);
        sock.EndInput();
        Exchange.AssertSame(Ours, (await client.WaitAsync()).OutputBytes);
        var result = await sock.WaitAsync();
        Assert.Equal(0, result.ExitCode);
        Exchange.AssertSame(Theirs, result.OutputBytes);
    }

    [Theory(Timeout = 150_000), MemberData(nameof(Netcats))]
    public async Task A_call_with_nothing_to_say_takes_in_everything(string netcat)
    {
        await using var server = await PeerProgram.ServeAsync(Netcat.Named(netcat).Serve);
        await using var sock = SockProcess.Start("connect", "--recv-only", "127.0.0.1", $"{server.Port}");
        await server.WriteAsync(Theirs);
        await sock.WaitForOutputBytesAsync(Theirs.Length);
        server.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Exchange.AssertSame(Theirs, result.OutputBytes);
    }

    [Fact(Timeout = 150_000)]
    public async Task Listen_talks_with_telnet()
    {
        await using var sock = await SockServer.ListenAsync();
        await using var client = PeerProgram.Call("telnet -E 127.0.0.1 {port}", sock.Port);
        await client.WriteAsync("question\n");
        await sock.WaitForOutputAsync("question");
        await sock.WriteAsync("answer\n");
        sock.EndInput();
        await client.WaitForOutputLineAsync("answer");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = 150_000)]
    public async Task Files_pass_from_shell_to_shell_unchanged()
    {
        Peers.Require("socat");
        using var scratch = new Scratch();
        var (input, output, echoed) = (scratch.File("in"), scratch.File("out"), scratch.File("echoed"));
        await File.WriteAllBytesAsync(input, Ours, TestContext.Current.CancellationToken);
        await using var server = await PeerProgram.ServeAsync("socat -t60 TCP4-LISTEN:{port} EXEC:cat");
        var run = await Shell.RunAsync($"{{ echo before; \"$SOCK\" connect 127.0.0.1 {server.Port}; echo after $?; }} <{input} >{output}; tail -c +8 {output} | head -c {Ours.Length} >{echoed}; tail -n 1 {output}");
        Assert.Equal(("after 0\n", ""), (run.Output[^8..], run.Error));
        Exchange.AssertSame(Ours, await File.ReadAllBytesAsync(echoed, TestContext.Current.CancellationToken));
    }
}
