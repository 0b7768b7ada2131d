using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>TLS with other people's programs at the other end, in both roles.</summary>
public sealed class TlsPeerTests : IDisposable
{
    private readonly TlsFiles _files = new();

    /// <summary>Servers that send their input and print what comes.</summary>
    public static TheoryData<string> Servers =>
    [
        "ncat --ssl --ssl-cert {server} --ssl-key {server} -l 127.0.0.1 {port}",
        "openssl s_server -quiet -accept 127.0.0.1:{port} -cert {server}",
        "socat -t 30 - OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,cert={server},verify=0",
        "socat -t 30 - OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,cert={server},verify=0,max-version=TLS1.2",
    ];

    /// <summary>Callers that send their input and print what comes.</summary>
    public static TheoryData<string> Callers =>
    [
        "ncat --ssl --ssl-verify --ssl-trustfile {root} localhost {port}",
        "socat -t 30 - OPENSSL:localhost:{port},cafile={root}",
        "socat -t 30 - OPENSSL:localhost:{port},cafile={root},max-version=TLS1.2",
    ];

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task A_client_sends_and_gets_every_byte(string line)
    {
        await using var server = await PeerProgram.ServeAsync(At(line));
        await using var connection = await TlsClient.ConnectAsync("127.0.0.1", server.Port, Trusting);
        var sending = Task.WhenAll(connection.WriteAsync(Exchange.Ours).AsTask(), server.WriteAsync(Exchange.Theirs));
        Exchange.AssertSame(Exchange.Theirs, (await connection.Lines.ReadExactlyAsync(Exchange.Theirs.Length)).ToArray());
        await sending;
        await server.WaitForOutputBytesAsync(Exchange.Ours.Length);
        await connection.CloseAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Callers))]
    public async Task A_server_sends_and_gets_every_byte(string line)
    {
        await using var server = TlsServer.Start("localhost:0", AnswerAsync, Showing);
        await using var caller = PeerProgram.Call(At(line), server.LocalAddress.Port);
        await caller.WriteAsync(Exchange.Ours);
        await caller.WaitForOutputBytesAsync(Exchange.Theirs.Length);
        caller.EndInput();
        Exchange.AssertSame(Exchange.Theirs, (await caller.WaitAsync()).OutputBytes);

        static async Task AnswerAsync(Connection peer, CancellationToken cancel)
        {
            Exchange.AssertSame(Exchange.Ours, (await peer.Lines.ReadExactlyAsync(Exchange.Ours.Length, cancel)).ToArray());
            await peer.WriteAsync(Exchange.Theirs, cancel);
        }
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-tls1_2", TlsVersion.Tls12)]
    [InlineData("-tls1_3", TlsVersion.Tls13)]
    public async Task A_client_agrees_with_openssl_on_what_was_agreed_on(string version, TlsVersion expected)
    {
        await using var server = await PeerProgram.ServeAsync(At($"openssl s_server -rev -accept 127.0.0.1:{{port}} {version} -cert {{server}} -alpn b,a"));
        await using var connection = await TlsClient.ConnectAsync("localhost", server.Port, Trusting with { ApplicationProtocols = ["a"] });
        await connection.Lines.WriteLineAsync("live");
        Assert.Equal("evil", await connection.Lines.ReadLineAsync());
        var tls = TlsInfo.Of(connection)!;
        Assert.Equal((expected, "a"), (tls.Version, tls.ApplicationProtocol));
        await connection.CloseAsync();
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task A_server_agrees_with_openssl_on_what_was_agreed_on(string version, string told)
    {
        await using var server = TlsServer.Start("127.0.0.1:0", EchoAsync, Showing with { ApplicationProtocols = ["h2", "a"] });
        var line = At($"openssl s_client -connect 127.0.0.1:{{port}} {version} -CAfile {{root}} -verify_return_error -servername localhost -alpn a,b");
        await using var caller = PeerProgram.Call(line, server.LocalAddress.Port);
        await caller.WaitForOutputAsync("Verify return code: 0 (ok)");
        await caller.WriteAsync("hello\n");
        await caller.WaitForOutputAsync("hello\n");
        Assert.Contains($"New, {told}, Cipher is ", caller.Output, StringComparison.Ordinal);
        Assert.Contains("ALPN protocol: a\n", caller.Output, StringComparison.Ordinal);
        caller.EndInput();
        Assert.Equal(0, (await caller.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Python_hears_our_half_close_and_answers_after_it()
    {
        await using var server = await Python.ServeAsync($"""
            import ssl
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain('{_files.Server}')
            tls = context.wrap_socket(peer, server_side=True, suppress_ragged_eofs=False)
            heard = b''.join(iter(lambda: tls.recv(65536), b''))
            tls.sendall(str(len(heard)).encode())
            tls.unwrap()
            print('clean')
            """);
        await using var connection = await TlsClient.ConnectAsync("127.0.0.1", server.Port, Trusting);
        await connection.WriteAsync(Exchange.Ours);
        await connection.CloseWriteAsync();
        Assert.Equal($"{Exchange.Ours.Length}", await connection.Lines.ReadToEndAsync());
        await connection.CloseAsync();
        var result = await server.WaitAsync();
        Assert.Equal(("clean\n", 0), (result.Output, result.ExitCode));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Python_ends_its_direction_cleanly_and_sees_our_clean_end()
    {
        var heard = new TaskCompletionSource<string>();
        await using var server = TlsServer.Start(
            "127.0.0.1:0", async (peer, cancel) => heard.SetResult(await peer.Lines.ReadToEndAsync(cancel: cancel)), Showing);
        await using var caller = Python.Call(server.LocalAddress.Port, $"""
            import ssl
            context = ssl.create_default_context(cafile='{_files.Root}')
            tls = context.wrap_socket(peer, server_hostname='localhost', suppress_ragged_eofs=False)
            tls.sendall(b'all of it')
            tls.unwrap()
            print(tls.version() or 'unwrapped')
            """);
        Assert.Equal("all of it", await heard.Task);
        var result = await caller.WaitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_of_Pythons_that_just_closes_did_not_end_cleanly()
    {
        await using var server = await Python.ServeAsync($"""
            import ssl
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain('{_files.Server}')
            tls = context.wrap_socket(peer, server_side=True)
            tls.sendall(b'half')
            tls.recv(1)
            tls.close()
            """);
        await using var connection = await TlsClient.ConnectAsync("127.0.0.1", server.Port, Trusting);
        Assert.Equal(4, (await connection.Lines.ReadExactlyAsync(4)).Length);
        await connection.WriteAsync("x"u8.ToArray());
        var error = await Assert.ThrowsAsync<NetException>(() => connection.Lines.ReadLineAsync().AsTask());
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_gets_a_page_trusts_our_root_and_knows_our_pin()
    {
        var curl = Peers.Require("curl");
        using var certificate = TlsCertificate.FromPemFiles(_files.Server);
        await using var server = StartHttp(Showing with { Certificates = [certificate] });
        string[] call = ["-s", "-S", $"https://localhost:{server.LocalAddress.Port}/page", "--cacert", _files.Root];
        var result = await RunningProgram.RunAsync(curl, [.. call, "--pinnedpubkey", certificate.Info.Pin]);
        Assert.Equal(("page over TLS", "", 0), (result.Output, result.Error, result.ExitCode));
        using var other = TlsCertificate.SelfSigned();
        result = await RunningProgram.RunAsync(curl, [.. call, "--pinnedpubkey", other.Info.Pin]);
        Assert.Equal(90, result.ExitCode);    // CURLE_SSL_PINNEDPUBKEYNOTMATCH
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_shows_who_it_is_to_a_server_that_asks()
    {
        var curl = Peers.Require("curl");
        await using var server = StartHttp(Showing with { ClientCertificates = ClientCertificates.Required, Authorities = _files.Trust });
        string[] call = ["-s", "-S", $"https://localhost:{server.LocalAddress.Port}/page", "--cacert", _files.Root];
        var result = await RunningProgram.RunAsync(curl, [.. call, "--cert", _files.Client]);
        Assert.Equal(("page over TLS", 0), (result.Output, result.ExitCode));
        result = await RunningProgram.RunAsync(curl, call);
        Assert.NotEqual(0, result.ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_client_shows_who_it_is_to_openssl()
    {
        await using var server = await PeerProgram.ServeAsync(
            At("openssl s_server -rev -accept 127.0.0.1:{port} -cert {server} -Verify 1 -verify_return_error -CAfile {root}"));
        using var certificate = TlsCertificate.FromPemFiles(_files.Client);
        await using var connection = await TlsClient.ConnectAsync("localhost", server.Port, Trusting with { Certificate = certificate });
        await connection.Lines.WriteLineAsync("live");
        Assert.Equal("evil", await connection.Lines.ReadLineAsync());
        await connection.CloseAsync();
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("openssl s_client -connect 127.0.0.1:{port} -verify_return_error", "unknown_ca")]
    [InlineData("curl -s https://127.0.0.1:{port}/", "unknown_ca")]
    [InlineData("openssl s_client -connect 127.0.0.1:{port} -CAfile {root} -verify_return_error -verify_hostname other.test", "bad_certificate")]
    [InlineData("openssl s_client -connect 127.0.0.1:{port} -tls1_2 -cipher NULL:@SECLEVEL=0", null)]
    public async Task A_caller_that_refuses_us_is_reported_in_words(string line, string? alert)
    {
        var reported = new TaskCompletionSource<Exception?>();
        await using var server = TlsServer.Start(
            "127.0.0.1:0", EchoAsync, Showing, new() { OnDisconnected = (_, error) => reported.SetResult(error) });
        await using var caller = PeerProgram.Call(At(line), server.LocalAddress.Port);
        var error = Assert.IsType<NetException>(await reported.Task);
        Assert.Equal(NetErrorKind.TlsRejected, error.Kind);
        Assert.Contains(alert is null ? "no cipher suite in common" : $"the peer refused: {alert} ", error.Reason, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("openssl s_server -quiet -accept 127.0.0.1:{port} -cert {server} -tls1_2", "the peer refused: protocol_version")]
    [InlineData("ncat -l 127.0.0.1 {port}", null)]
    public async Task A_server_that_cannot_be_agreed_with_is_told_in_words(string line, string? words)
    {
        await using var server = await PeerProgram.ServeAsync(At(line));
        var connecting = TlsClient.ConnectAsync("127.0.0.1", server.Port, Trusting with { LowestVersion = TlsVersion.Tls13 }).AsTask();
        if (words is null)
            await server.WriteAsync("220 plain text\r\n");
        var error = await Assert.ThrowsAsync<NetException>(() => connecting);
        Assert.Contains(words ?? "the peer does not speak TLS: it began with '220 plain text'", error.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_expired_certificate_of_openssls_is_refused()
    {
        var later = new FakeTimeProvider();
        later.Advance(TimeSpan.FromDays(365 * 80));
        await using var server = await PeerProgram.ServeAsync(At("openssl s_server -quiet -accept 127.0.0.1:{port} -cert {server}"));
        var error = await Assert.ThrowsAsync<NetException>(
            () => TlsClient.ConnectAsync("127.0.0.1", server.Port, Trusting with { Time = later }).AsTask());
        Assert.Contains("the server's certificate expired ", error.Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private TlsClientOptions Trusting => new() { Authorities = _files.Trust };

    private TlsServerOptions Showing => new() { Certificates = [TlsCertificate.FromPemFiles(_files.Server)] };

    private string At(string line) => line
        .Replace("{server}", _files.Server, StringComparison.Ordinal)
        .Replace("{root}", _files.Root, StringComparison.Ordinal);

    private static Server StartHttp(TlsServerOptions tls) => TlsServer.Start(
        "localhost:0", Http.Serve((request, _) => new(HttpReply.Text($"{request.Target[1..]} over TLS"))), tls);

    private static async Task EchoAsync(Connection peer, CancellationToken cancel)
    {
        await foreach (var line in peer.Lines.ReadAllAsync(cancel))
            await peer.Lines.WriteLineAsync(line, cancel);
    }

    private const int HangGuard = 120_000;
}
