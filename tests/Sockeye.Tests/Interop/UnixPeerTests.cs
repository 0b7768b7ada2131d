using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Unix sockets between the program and other programs: streams, abstract names, datagrams.</summary>
public sealed class UnixPeerTests : IDisposable
{
    private const int HangGuard = 150_000;
    private readonly Scratch _scratch = new();

    public static TheoryData<string> Callers => Netcat.That(netcat => netcat.CallUnix);

    public static TheoryData<string> Servers => Netcat.That(netcat => netcat.ServeUnix);

    public void Dispose() => _scratch.Dispose();

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Connect_carries_bytes_both_ways_at_once(string netcat)
    {
        var path = _scratch.File("socket");
        await using var server = await PeerProgram.ServeUnixAsync(Netcat.Named(netcat).ServeUnix!, path);
        await using var sock = SockProcess.Start("connect", "-U", path);
        await Exchange.BothWaysAsync(sock, server);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Callers))]
    public async Task Listen_carries_bytes_both_ways_at_once_and_clears_its_path_away(string netcat)
    {
        var path = _scratch.File("socket");
        await using var sock = await ListenAsync($"unix:{path}");
        await using var client = PeerProgram.CallUnix(Netcat.Named(netcat).CallUnix!, path);
        await Exchange.BothWaysAsync(sock, client);
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Abstract_names_are_reached()
    {
        var name = Path.GetFileName(_scratch.Directory);
        await using var server = await PeerProgram.ServeUnixAsync("socat -t60 - ABSTRACT-LISTEN:" + name, "@" + name);
        await using var sock = SockProcess.Start("connect", $"unix:@{name}");
        await Exchange.BothWaysAsync(sock, server);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Abstract_names_are_listened_at()
    {
        var name = Path.GetFileName(_scratch.Directory);
        await using var sock = await ListenAsync($"unix:@{name}");
        await using var client = PeerProgram.Start("socat -t60 - ABSTRACT-CONNECT:" + name);
        await Exchange.BothWaysAsync(sock, client);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_are_answered_if_the_asker_has_a_name()
    {
        var path = _scratch.File("server");
        await using var server = await PeerProgram.ServeUnixAsync("socat UNIX-RECVFROM:{path} EXEC:cat", path);
        var result = await SockProcess.RunWithInputAsync(
            "hello", "connect", "-q", "30s", "--replies", "1", "-s", _scratch.File("client"), $"unixgram:{path}");
        Assert.Equal((0, "hello", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_are_listened_for()
    {
        var path = _scratch.File("server");
        await using var sock = await ListenAsync($"unixgram:{path}", "-q", "0");
        await using var client = PeerProgram.Start($"socat - UNIX-SENDTO:{path},bind={_scratch.File("client")}");
        await client.WriteAsync("question\n");
        await sock.WaitForOutputAsync("question\n");
        await sock.WriteAsync("answer\n");
        await client.WaitForOutputAsync("answer\n");
        sock.EndInput();
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
        Assert.False(File.Exists(path));
    }

    private static async Task<RunningProgram> ListenAsync(string address, params string[] options)
    {
        var sock = SockProcess.Start(["listen", address, .. options]);
        await sock.WaitForErrorLineAsync("Listening at ");
        return sock;
    }
}
