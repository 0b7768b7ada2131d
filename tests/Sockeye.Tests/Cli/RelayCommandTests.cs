using System.Security.Cryptography;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock relay FROM TO</c>, between real peers.</summary>
public sealed class RelayCommandTests : IDisposable
{
    private readonly TlsFiles _files = new();

    [Fact(Timeout = HangGuard)]
    public async Task Callers_are_carried_to_another_address_and_each_is_told()
    {
        await using var target = Server.Start(AnyPort, Echo.ServeAsync);
        await using var relay = await StartAsync("-v", "0", $"{target.LocalAddress}");
        Assert.Equal("hello\n", (await SockProcess.RunWithInputAsync("hello\n", "connect", "127.0.0.1", $"{relay.Port}")).Output);
        Assert.Contains($" to {target.LocalAddress}", await relay.WaitForErrorLineAsync("connected from "), StringComparison.Ordinal);
        Assert.EndsWith("done: 6 bytes sent, 6 received", await relay.WaitForErrorLineAsync("done"), StringComparison.Ordinal);
        await StopAsync(relay);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_port_alone_is_for_this_machine_only()
    {
        await using var relay = await StartAsync("0", "127.0.0.1:1");
        var line = await relay.WaitForErrorLineAsync("Relaying from ");
        Assert.StartsWith("Relaying from 127.0.0.1:", line, StringComparison.Ordinal);
        Assert.EndsWith(" to 127.0.0.1:1", line, StringComparison.Ordinal);
        await StopAsync(relay);
        await using var open = await StartAsync("*:0", "127.0.0.1:1");
        Assert.Contains("from *:", await open.WaitForErrorLineAsync("Relaying from "), StringComparison.Ordinal);
        await StopAsync(open);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_target_that_cannot_be_reached_is_said_and_the_next_caller_is_heard()
    {
        var nobody = Address.Tcp("127.0.0.1", PeerPort.Choose());
        await using var relay = await StartAsync("127.0.0.1:0", $"{nobody}");
        for (var round = 0; round < 2; round++)
            Assert.Equal(7, (await SockProcess.RunAsync("connect", "--recv-only", "127.0.0.1", $"{relay.Port}")).ExitCode);
        Assert.Equal($"sock: Connection error: connect tcp {nobody}: connection refused", await relay.WaitForErrorLineAsync("refused"));
        await StopAsync(relay);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Tls_is_spoken_on_the_side_that_asks_for_it()
    {
        await using var plain = Server.Start(AnyPort, Echo.ServeAsync);
        await using var encrypting = await StartAsync("--cert", _files.Server, "tls://127.0.0.1:0", $"{plain.LocalAddress}");
        await using (var client = await TlsClient.ConnectAsync("localhost", encrypting.Port, new() { Authorities = _files.Trust }, cancel: Cancel))
        {
            await client.Lines.WriteLineAsync("hello", Cancel);
            Assert.Equal("hello", await client.Lines.ReadLineAsync(Cancel));
        }
        await using var decrypting = await StartAsync("--ca-file", _files.Root, "127.0.0.1:0", $"tls://localhost:{encrypting.Port}");
        Assert.Equal("there and back\n", (await SockProcess.RunWithInputAsync("there and back\n", "connect", "127.0.0.1", $"{decrypting.Port}")).Output);
        await StopAsync(decrypting);
        await StopAsync(encrypting);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Unix_sockets_are_carried_and_their_file_is_removed()
    {
        using var scratch = new Scratch();
        var path = Path.Combine(scratch.Directory, "relay.sock");
        await using var target = Server.Start(AnyPort, Echo.ServeAsync);
        await using var relay = SockProcess.Start("relay", $"unix:{path}", $"{target.LocalAddress}");
        await relay.WaitForErrorLineAsync("Relaying from ");
        Assert.Equal("hello\n", (await SockProcess.RunWithInputAsync("hello\n", "connect", $"unix:{path}")).Output);
        await StopAsync(relay);
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_gets_a_large_page_through_it_unchanged()
    {
        var curl = Peers.Require("curl");
        var content = RandomNumberGenerator.GetBytes(6_000_000);
        await using var http = Server.Start(AnyPort, Http.Serve((_, _) => new(HttpReply.Of(content, "application/octet-stream"))));
        await using var relay = await StartAsync("127.0.0.1:0", $"{http.LocalAddress}");
        var result = await RunningProgram.RunAsync(curl, ["-sf", $"http://127.0.0.1:{relay.Port}/"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(result.OutputBytes));
        await StopAsync(relay);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("relay needs TO", "relay", "8080")]
    [InlineData("'udp://localhost:53' takes datagrams, and a relay carries connections", "relay", "8080", "udp://localhost:53")]
    [InlineData("--cert is for TLS on the side of FROM, where it is not asked for", "relay", "8080", "localhost:80", "--cert", "x.pem")]
    [InlineData("--insecure is for TLS on the side of TO, where it is not asked for", "relay", "tls://localhost:0", "localhost:80", "--insecure")]
    public async Task What_cannot_be_meant_is_refused(string said, params string[] words)
    {
        var result = await SockProcess.RunAsync(words);
        Assert.Equal((2, $"sock: {said}"), (result.ExitCode, result.Error.Split('\n')[0]));
    }

    public void Dispose() => _files.Dispose();

    private static async Task<RunningProgram> StartAsync(params string[] words)
    {
        var relay = SockProcess.Start(["relay", .. words]);
        var line = await relay.WaitForErrorLineAsync("Relaying from ");
        relay.Port = int.Parse(line.Split(" to ")[0].Split(':')[^1]);
        return relay;
    }

    private static async Task StopAsync(RunningProgram relay)
    {
        relay.Signal("TERM");
        Assert.Equal(0, (await relay.WaitAsync()).ExitCode);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const string AnyPort = "127.0.0.1:0";
    private const int HangGuard = 120_000;
}
