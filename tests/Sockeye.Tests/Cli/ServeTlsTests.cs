using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock serve --tls</c>: every service of streams over TLS, and no datagrams.</summary>
public sealed class ServeTlsTests : IDisposable
{
    private readonly TlsFiles _files = new();

    [Fact(Timeout = HangGuard)]
    public async Task Services_are_served_over_TLS_and_what_was_agreed_on_is_said()
    {
        await using var sock = await StartAsync("echo=0", "--tls", "-v", "--cert", _files.Server);
        await using (var client = await TlsClient.ConnectAsync("localhost", sock.Port, Trusting, cancel: Cancel))
        {
            await client.Lines.WriteLineAsync("hello", Cancel);
            Assert.Equal("hello", await client.Lines.ReadLineAsync(Cancel));
        }
        Assert.StartsWith($"  echo: tls://127.0.0.1:{sock.Port}", await sock.WaitForErrorLineAsync("  echo: "), StringComparison.Ordinal);
        Assert.Matches(@"^echo: [^ ]+ connected: TLS 1\.3, TLS_\w+, server name localhost$", await sock.WaitForErrorLineAsync(" connected"));
        Assert.Equal("Datagrams are not answered: TLS is for connections.", await sock.WaitForErrorLineAsync("Datagrams"));
        await StopAsync(sock);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_are_left_alone()
    {
        await using var sock = await StartAsync("echo=0", "--tls");
        await using var datagrams = DatagramSocket.Bind(Address.Udp("127.0.0.1", sock.Port));
        Assert.Equal(sock.Port, datagrams.LocalAddress.Port);
        await StopAsync(sock);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_knows_it_by_its_pin()
    {
        var curl = Peers.Require("curl");
        await using var sock = await StartAsync("http=0", "--tls");
        var pin = (await sock.WaitForErrorLineAsync("--pin ")).Split("--pin ")[1];
        var result = await RunningProgram.RunAsync(curl, ["-skf", $"https://localhost:{sock.Port}/page", "--pinnedpubkey", pin]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("GET /page", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Datagrams", sock.Error, StringComparison.Ordinal);
        await StopAsync(sock);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Clients_may_have_to_say_who_they_are()
    {
        await using var sock = await StartAsync("daytime=0", "--tls", "-v", "--cert", _files.Server, "--client-cert", "required", "--ca-file", _files.Root);
        using var alice = TlsCertificate.FromPemFiles(_files.Client);
        await using var client = await TlsClient.ConnectAsync("localhost", sock.Port, Trusting with { Certificate = alice }, cancel: Cancel);
        Assert.NotEmpty((await client.Lines.ReadLineAsync(Cancel))!);
        await sock.WaitForErrorLineAsync("certificate of alice.test");
        await Assert.ThrowsAsync<NetException>(async () =>
        {
            await using var nobody = await TlsClient.ConnectAsync("localhost", sock.Port, Trusting, cancel: Cancel);
            await nobody.Lines.ReadLineAsync(Cancel);
        });
        await sock.WaitForErrorLineAsync("the client's certificate was asked for and not shown");
        await StopAsync(sock);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Https_has_its_own_assigned_port()
    {
        var result = await SockProcess.RunAsync("serve", "http", "--tls", "--standard-ports", "--host", "198.51.100.7");
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("198.51.100.7:443", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_said_before_anything_is_bound()
    {
        var result = await SockProcess.RunAsync("serve", "http=0", "--tls", "--cert", _files.Root);
        Assert.Equal((6, $"sock: '{_files.Root}' holds no private key (PEM)\n"), (result.ExitCode, string.Concat(result.Error.Split('\n')[0], "\n")));
    }

    public void Dispose() => _files.Dispose();

    private TlsClientOptions Trusting => new() { Authorities = _files.Trust };

    private static async Task<RunningProgram> StartAsync(params string[] words)
    {
        var sock = SockProcess.Start(["serve", .. words]);
        sock.Port = SockServer.PortIn(await sock.WaitForErrorLineAsync("TLS server is running on port "));
        return sock;
    }

    private static async Task StopAsync(RunningProgram sock)
    {
        sock.Signal("TERM");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
