using System.Text.Json;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

public sealed class WaitCommandTests : IDisposable
{
    private readonly Scratch _files = new();

    public void Dispose() => _files.Dispose();

    [Fact(Timeout = HangGuard)]
    public async Task It_ends_in_silence_once_every_address_is_open()
    {
        var (path, port) = (_files.File("s"), PeerPort.Choose());
        await using var sock = SockProcess.Start("wait", "--interval", "20ms", "-v", $"127.0.0.1:{port}", $"unix:{path}");
        await sock.WaitForErrorLineAsync($"127.0.0.1:{port}: connection refused (");
        await sock.WaitForErrorLineAsync($"unix:{path}: there is no such path (");
        await using var first = Server.Start($"127.0.0.1:{port}", IgnoreAsync);
        await sock.WaitForErrorLineAsync($"127.0.0.1:{port}: open (");
        await using var second = Server.Start(Address.Unix(path), IgnoreAsync);
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains($"unix:{path}: open (", result.Error, StringComparison.Ordinal);
        Assert.Equal((0, "", ""), Facts(await SockProcess.RunAsync("wait", $"127.0.0.1:{port}", $"unix:{path}")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task With_closed_it_ends_once_none_is_open()
    {
        var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        await using var sock = SockProcess.Start("wait", "--closed", "-v", "--interval", "20ms", $"{server.LocalAddress}", "nosuch.invalid:80", "unix:/nowhere");
        await sock.WaitForErrorLineAsync("nosuch.invalid:80: there is no host");
        await sock.WaitForErrorLineAsync($"{server.LocalAddress}: open (");
        await server.DisposeAsync();
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains($"{server.LocalAddress}: connection refused (", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_address_may_be_a_host_and_a_port()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        Assert.Equal((0, "", ""), Facts(await SockProcess.RunAsync("wait", "-4", "localhost", $"{server.LocalAddress.Port}")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task No_byte_is_sent()
    {
        var heard = new TaskCompletionSource<string>();
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) => heard.SetResult(await peer.Lines.ReadToEndAsync(cancel: cancel)));
        await SockProcess.RunAsync("wait", $"{server.LocalAddress}");
        Assert.Equal("", await heard.Task);
    }

    [Fact(Timeout = HangGuard)]
    public async Task When_the_time_has_passed_it_says_what_is_missing_and_why()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        var port = PeerPort.Choose();
        var result = await SockProcess.RunAsync("wait", "--timeout", "1s", $"{server.LocalAddress}", $"127.0.0.1:{port}", "nosuch.invalid:80");
        Assert.Equal((5, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            $"sock: not open within 1 s: 127.0.0.1:{port} (connection refused), nosuch.invalid:80 (there is no host 'nosuch.invalid')\n"
            + "--timeout TIME waits longer; -v shows each try.\n",
            result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_does_not_close_is_named_too()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        var result = await SockProcess.RunAsync("wait", "--closed", "--timeout", "1s", $"{server.LocalAddress}", "nosuch.invalid:80");
        Assert.Equal(5, result.ExitCode);
        Assert.StartsWith($"sock: not closed within 1 s: {server.LocalAddress} (open)\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_is_a_line_for_each_address_and_the_error()
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        var result = await SockProcess.RunAsync("wait", "--json", "--timeout", "1s", "nosuch.invalid:80", $"{server.LocalAddress}");
        var lines = result.Output.Split('\n')[..^1].Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([$"{server.LocalAddress}", "nosuch.invalid:80"], lines.Select(line => line.GetProperty("address").GetString()));
        Assert.Equal([true, false], lines.Select(line => line.GetProperty("open").GetBoolean()));
        Assert.Equal("there is no host 'nosuch.invalid'", lines[1].GetProperty("reason").GetString());
        Assert.Equal(1, lines[0].GetProperty("tries").GetInt32());
        Assert.Equal(5, JsonDocument.Parse(result.Error).RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Over_TLS_the_handshake_has_to_succeed_too()
    {
        using var files = new TlsFiles();
        await using var server = Serve(TlsCertificate.FromPemFiles(files.Server));
        var trust = new Dictionary<string, string> { ["SSL_CERT_FILE"] = files.Root };
        await using var trusting = SockProcess.Start(["wait", $"tls://{server.LocalAddress}"], trust);
        Assert.Equal((0, "", ""), Facts(await trusting.WaitAsync()));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_that_is_not_trusted_ends_it_at_once_but_is_no_sign_of_being_closed()
    {
        using var files = new TlsFiles();
        await using var server = Serve(TlsCertificate.FromPemFiles(files.Server));
        var result = await SockProcess.RunAsync("wait", "--timeout", "none", $"tls://{server.LocalAddress}");
        Assert.Equal((8, ""), (result.ExitCode, result.Output));
        Assert.Equal(5, (await SockProcess.RunAsync("wait", "--closed", "--timeout", "1s", $"tls://{server.LocalAddress}")).ExitCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("localhost:nosuchservice", 2, "Couldn't find your port: ")]
    [InlineData("localhost:70000", 2, "65535")]
    [InlineData("localhost", 2, "'localhost' has no port")]
    [InlineData("127.0.0.1:80 udp://127.0.0.1:53", 2, "'udp://127.0.0.1:53' takes datagrams, not connections")]
    [InlineData("unixgram:/tmp/s", 2, "'unixgram:/tmp/s' takes datagrams, not connections")]
    [InlineData("-6 127.0.0.1:80", 3, "127.0.0.1 is no IPv6 address\nLeave out -6.")]
    [InlineData("--interval 0 127.0.0.1:80", 2, "--interval takes a time above zero")]
    [InlineData("--interval none 127.0.0.1:80", 2, "--interval takes a time above zero")]
    [InlineData("", 2, "wait needs ADDRESS")]
    public async Task What_waiting_cannot_mend_is_told_at_once(string words, int exitCode, string said)
    {
        var result = await SockProcess.RunAsync(["wait", "--timeout", "none", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("sock: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ctrl_C_ends_it_with_130()
    {
        await using var sock = SockProcess.Start("wait", "-v", "--timeout", "none", "nosuch.invalid:80");
        await sock.WaitForErrorLineAsync("nosuch.invalid:80: there is no host");
        sock.Signal("INT");
        Assert.Equal(130, (await sock.WaitAsync()).ExitCode);
    }

    private static (int, string, string) Facts(ProgramResult result) => (result.ExitCode, result.Output, result.Error);

    private static Task IgnoreAsync(Connection peer, CancellationToken cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask();

    private static Server Serve(TlsCertificate certificate) =>
        Server.Start("127.0.0.1:0", IgnoreAsync, new() { Listen = new() { Layers = [TlsServer.Layer(new() { Certificates = [certificate] })] } });

    private const int HangGuard = 60_000;
}
