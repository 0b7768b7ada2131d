using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Datagrams between the program and every netcat, with either as the one who begins.</summary>
public class UdpPeerTests
{
    private const int HangGuard = 150_000;

    public static TheoryData<string> Callers => Netcat.That(netcat => netcat.CallUdp);

    public static TheoryData<string> Servers => Netcat.That(netcat => netcat.ServeUdp);

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Connect_asks_and_is_answered(string netcat)
    {
        await using var server = await PeerProgram.ServeUdpAsync(Netcat.Named(netcat).ServeUdp!);
        await using var sock = SockProcess.Start("connect", "--udp", "--replies", "1", "127.0.0.1", $"{server.Port}");
        await sock.WriteAsync("question\n");
        await server.WaitForOutputAsync("question\n");
        await server.WriteAsync("answer\n");
        var result = await sock.WaitAsync();
        Assert.Equal((0, "answer\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Callers))]
    public async Task Listen_is_asked_and_answers(string netcat)
    {
        await using var sock = await SockServer.ListenAsync("--udp", "-q", "0");
        await using var client = PeerProgram.Call(Netcat.Named(netcat).CallUdp!, sock.Port);
        await client.WriteAsync("question\n");
        await sock.WaitForOutputAsync("question\n");
        await sock.WriteAsync("answer\n");
        await client.WaitForOutputAsync("answer\n");
        sock.EndInput();
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Every_datagram_keeps_its_bounds()
    {
        await using var server = await Python.ServeUdpAsync(
            """
            while True:
                datagram, caller = server.recvfrom(65536)
                print(len(datagram))
                server.sendto(datagram.upper(), caller)
            """);
        var result = await SockProcess.RunWithInputAsync("one\n\nthree\n", "connect", "-u", "-q", "30s", "--datagrams", "line", "--replies", "3", "127.0.0.1", $"{server.Port}");
        Assert.Equal((0, "ONETHREE"), (result.ExitCode, result.Output));
        await server.WaitForOutputAsync("3\n0\n5\n");
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_largest_datagram_passes_and_a_larger_one_is_told()
    {
        await using var server = await Python.ServeUdpAsync("data = server.recv(65536); print(len(data), hashlib.sha256(data).hexdigest())");
        var bytes = Payload.Create(65_507);
        await using var sock = SockProcess.Start("connect", "-u", "--datagrams", "whole", "-q", "0", "127.0.0.1", $"{server.Port}");
        await sock.WriteAsync(bytes);
        sock.EndInput();
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
        Assert.Equal($"65507 {Payload.Sha256(bytes)}\n", (await server.WaitAsync()).Output);

        var tooLarge = await SockProcess.RunWithInputAsync(new string('x', 65_508), "connect", "-u", "--datagrams", "whole", "127.0.0.1", $"{server.Port}");
        Assert.Equal((8, ""), (tooLarge.ExitCode, tooLarge.Output));
        Assert.StartsWith("sock: Error sending data: ", tooLarge.Error);
    }
}
