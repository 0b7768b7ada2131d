using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>-t</c> against programs that speak telnet, as client and as server.</summary>
public class TelnetPeerTests
{
    /// <summary>It begins with ten requests and offers, and shows nothing before all are answered.</summary>
    [Fact(Timeout = 150_000)]
    public async Task A_telnet_server_shows_its_data_alone()
    {
        await using var server = await TelnetdAsync();
        await using var sock = SockProcess.Start("connect", "-t", "127.0.0.1", $"{server.Port}");
        await sock.WriteAsync("echo $((40 + 2))\n");
        await sock.WaitForOutputAsync("42");
        await sock.WriteAsync("exit\n");
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.DoesNotContain(result.OutputBytes, value => value >= 128);
    }

    /// <summary>The byte that telnet doubles on the wire, in both directions.</summary>
    [Fact(Timeout = 150_000)]
    public async Task A_telnet_client_is_heard_and_answered_byte_for_byte()
    {
        await using var sock = await SockServer.ListenAsync("-t");
        await using var telnet = PeerProgram.Call("telnet -E -8 127.0.0.1 {port}", sock.Port);
        await telnet.WaitForOutputLineAsync("Connected");
        await telnet.WriteAsync((byte[])[.. "to "u8, 255, (byte)'\n']);
        await sock.WaitForOutputBytesAsync(5);
        await sock.WriteAsync((byte[])[.. "fro "u8, 255, (byte)'\n']);
        await telnet.WaitForOutputAsync("fro ");
        sock.EndInput();
        var shown = (await telnet.WaitAsync()).OutputBytes;
        Assert.True(shown.AsSpan().IndexOf((byte[])[.. "fro "u8, 255, (byte)'\n']) > 0, Convert.ToHexString(shown));
        var heard = (await sock.WaitAsync()).OutputBytes;
        Assert.Equal([.. "to "u8, 255], heard.TakeWhile(value => value is not ((byte)'\r' or (byte)'\n')));
    }

    private static async Task<RunningProgram> TelnetdAsync()
    {
        var port = PeerPort.Choose();
        var server = RunningProgram.Start(
            Peers.Require("socat"), [$"TCP4-LISTEN:{port},bind=127.0.0.1,fork", $"EXEC:{Peers.Require("telnetd")} -h -E /bin/sh"]);
        server.Port = port;
        await PeerPort.TcpListenerAsync(port);
        return server;
    }
}
