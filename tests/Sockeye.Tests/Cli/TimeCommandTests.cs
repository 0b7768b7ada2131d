using System.Text.Json;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public class TimeCommandTests
{
    private static readonly byte[] Moment = [0xed, 0x48, 0x60, 0x67];
    private const string MomentInUtc = "2026-02-24 17:37:43 +00:00\n";

    [Theory]
    [InlineData("127.0.0.1:{0} --utc", MomentInUtc)]
    [InlineData("127.0.0.1 --port {0} --utc", MomentInUtc)]
    [InlineData("udp://127.0.0.1:{0} --utc", MomentInUtc)]
    [InlineData("127.0.0.1:{0}", "2026-02-24 17:37:43 +00:00\n")]
    public async Task The_time_is_printed(string words, string printed)
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (_, _) => new(Moment));
        await using var sock = SockProcess.Start(
            ["time", .. string.Format(words, server.LocalAddress.Port).Split(' ')], new Dictionary<string, string> { ["TZ"] = "UTC" });
        var result = await sock.WaitAsync();
        Assert.Equal((0, printed, ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Over_TCP_too()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) => await peer.WriteAsync(Moment, cancel));
        var result = await SockProcess.RunAsync("time", "--tcp", "--utc", server.LocalAddress.ToString());
        Assert.Equal((0, MomentInUtc, ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Json_has_the_reading()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (_, _) => new(Moment));
        var result = await SockProcess.RunAsync("time", "--json", server.LocalAddress.ToString());
        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal("2026-02-24T17:37:43Z", json.GetProperty("time").GetString());
        Assert.Equal(server.LocalAddress.ToString(), json.GetProperty("server").GetString());
        Assert.Equal(1, json.GetProperty("tries").GetInt32());
        Assert.Equal(0, json.GetProperty("extraBytes").GetInt32());
        Assert.Equal(JsonValueKind.Number, json.GetProperty("offsetSeconds").ValueKind);
    }

    [Fact]
    public async Task With_v_the_local_clock_is_compared()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Time.Answer);
        var result = await SockProcess.RunAsync("time", "-v", server.LocalAddress.ToString());
        Assert.Contains($"{server.LocalAddress} answered the first try in ", result.Error);
        Assert.EndsWith("The local clock agrees to the second.\n", result.Error);
    }

    [Fact]
    public async Task Daytime_prints_what_the_server_says()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) => await peer.Lines.WriteLineAsync("half past nine\r", cancel));
        var result = await SockProcess.RunAsync("time", "--daytime", "--tcp", server.LocalAddress.ToString());
        Assert.Equal((0, "half past nine\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Eight_bytes_are_used_with_a_warning()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (_, _) => new((byte[])[.. Moment, 0, 0, 0, 0]));
        var result = await SockProcess.RunAsync("time", "--utc", server.LocalAddress.ToString());
        Assert.Equal((0, MomentInUtc), (result.ExitCode, result.Output));
        Assert.Equal("sock: warning: the server sent 8 bytes; the first four were taken for the time\n", result.Error);
    }

    [Fact]
    public async Task Three_bytes_are_refused()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (_, _) => new(Moment.AsMemory(0, 3)));
        var result = await SockProcess.RunAsync("time", server.LocalAddress.ToString());
        Assert.Equal((8, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: Error receiving data: read udp 127.0.0.1:{server.LocalAddress.Port}: wrong-sized reply", result.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_there_is_refused(bool tcp)
    {
        var result = await SockProcess.RunAsync("time", $"{(tcp ? "tcp" : "udp")}://127.0.0.1:{PeerPort.Choose()}");
        Assert.Equal((4, ""), (result.ExitCode, result.Output));
        Assert.Contains("refused", result.Error);
    }

    [Fact]
    public async Task Silence_times_out_after_as_many_tries_as_were_asked_for()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        var result = await SockProcess.RunAsync("time", server.LocalAddress.ToString(), "--timeout", "50ms", "--retries", "1");
        Assert.Equal((5, ""), (result.ExitCode, result.Output));
        Assert.Contains("no answer within 50 ms to any of 2 tries", result.Error);
        await server.ReceiveAsync();
        await server.ReceiveAsync();
        await server.SendToAsync("end"u8.ToArray(), server.LocalAddress);
        Assert.Equal("end", (await server.ReceiveAsync()).Text);
    }

    [Theory]
    [InlineData("127.0.0.1:37 --port 38", 2, "two ports for '127.0.0.1:37'")]
    [InlineData("127.0.0.1 --port tiem", 2, "Couldn't find your port: ")]
    [InlineData("udp://127.0.0.1:37 --tcp", 2, "'udp://127.0.0.1:37' is no TCP address")]
    [InlineData("nowhere.invalid", 3, "Address-related error connecting to server: ")]
    [InlineData("127.0.0.1 --retries -1", 2, "--retries")]
    public async Task What_cannot_be_asked_is_told(string words, int exitCode, string said)
    {
        var result = await SockProcess.RunAsync(["time", .. words.Split(' ')]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith("sock: ", result.Error);
        Assert.Contains(said, result.Error);
    }
}
