using System.Globalization;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>A proxy between <c>sock connect</c> and <c>sock serve</c> changes nothing.</summary>
public sealed class ProxiedPeerTests : IDisposable
{
    private const int HangGuard = 150_000;
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = HangGuard)]
    public async Task Haproxy_carries_both_ways_and_half_closes()
    {
        await using var server = await SockServer.ServeAsync("echo");
        await using var proxy = await StartHaproxyAsync(server.Port);
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{proxy.Port}");
        var writing = sock.WriteAsync(Exchange.Ours);
        await sock.WaitForOutputBytesAsync(Exchange.Ours.Length / 2);
        await writing;
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Exchange.AssertSame(Exchange.Ours, result.OutputBytes);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Socat_carries_both_ways_and_half_closes()
    {
        await using var server = await SockServer.ServeAsync("echo");
        await using var proxy = await PeerProgram.ServeAsync($"socat -t60 TCP4-LISTEN:{{port}} TCP4:127.0.0.1:{server.Port}");
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{proxy.Port}");
        await sock.WriteAsync(Exchange.Ours);
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Exchange.AssertSame(Exchange.Ours, result.OutputBytes);
    }

    private async Task<RunningProgram> StartHaproxyAsync(int target)
    {
        var port = PeerPort.Choose();
        await File.WriteAllTextAsync(_scratch.File("config"), string.Create(CultureInfo.InvariantCulture, $"""
            defaults
                mode tcp
                timeout connect 10s
                timeout client 60s
                timeout server 60s
            listen relay
                bind 127.0.0.1:{port}
                server sock 127.0.0.1:{target}

            """));
        var proxy = PeerProgram.Start($"haproxy -db -f {_scratch.File("config")}");
        proxy.Port = port;
        await PeerPort.TcpListenerAsync(port);
        return proxy;
    }
}
