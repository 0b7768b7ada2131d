using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>sock listen --tls</c> and <c>sock serve --tls</c> with other people's clients.</summary>
public sealed class ServedTlsPeerTests : IDisposable
{
    private readonly TlsFiles _files = new();

    /// <summary>Callers that send their input and print what comes.</summary>
    public static TheoryData<string> Callers =>
    [
        "ncat --ssl 127.0.0.1 {port}",
        "ncat --ssl --ssl-verify --ssl-trustfile {root} localhost {port}",
        "socat -t 30 - OPENSSL:localhost:{port},cafile={root}",
        "socat -t 30 - OPENSSL:localhost:{port},cafile={root},max-version=TLS1.2",
        "openssl s_client -quiet -nocommands -connect localhost:{port} -tls1_2 -CAfile {root} -verify_return_error",
        "openssl s_client -quiet -nocommands -connect localhost:{port} -tls1_3 -CAfile {root} -verify_return_error",
    ];

    [Theory(Timeout = HangGuard), MemberData(nameof(Callers))]
    public async Task Every_byte_goes_both_ways(string line)
    {
        await using var sock = await SockServer.ListenAsync("--tls", "--cert", _files.Server);
        await using var caller = PeerProgram.Call(At(line), sock.Port);
        await Task.WhenAll(caller.WriteAsync(Exchange.Ours), sock.WriteAsync(Exchange.Theirs));
        await caller.WaitForOutputBytesAsync(Exchange.Theirs.Length);
        await sock.WaitForOutputBytesAsync(Exchange.Ours.Length);
        sock.EndInput();
        caller.EndInput();
        var result = await sock.WaitAsync();
        Exchange.AssertSame(Exchange.Ours, result.OutputBytes);
        // ncat ends the connection without TLS's own end, as somebody on the way could.
        Assert.Equal(line.StartsWith("ncat", StringComparison.Ordinal) ? 7 : 0, result.ExitCode);
        Exchange.AssertSame(Exchange.Theirs, (await caller.WaitAsync()).OutputBytes);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-servername localhost", "subject=CN = localhost", "server name localhost")]
    [InlineData("-servername other.test -alpn nothing,chat", "subject=CN = other.test", "server name other.test, ALPN chat")]
    [InlineData("-noservername -cert {client}", "subject=CN = localhost", "certificate of alice.test by Test Root")]
    [InlineData("-tls1_2 -cert {client}", "Protocol  : TLSv1.2", "TLS 1.2, TLS_")]
    [InlineData("-tls1_3", "New, TLSv1.3", "TLS 1.3, TLS_")]
    public async Task Openssl_and_we_say_the_same_of_what_was_agreed_on(string options, string theirs, string ours)
    {
        await using var sock = await SockServer.ListenAsync(
            "-k", "-v", "--tls", "--cert", _files.Server, "--cert", _files.Issue("other.test"), "--alpn", "h2,chat", "--client-cert", "optional", "--ca-file", _files.Root);
        await using var caller = PeerProgram.Call(At($"openssl s_client -connect 127.0.0.1:{{port}} {options}"), sock.Port);
        await caller.WriteAsync("hello\n");
        await sock.WaitForOutputLineAsync("hello");
        await caller.WaitForOutputAsync(theirs);
        Assert.Contains(ours, await sock.WaitForErrorLineAsync(": TLS 1"), StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("openssl s_client -connect 127.0.0.1:{port} -verify_return_error", "the peer refused: unknown_ca")]
    [InlineData("openssl s_client -connect 127.0.0.1:{port} -tls1_1 -cipher DEFAULT@SECLEVEL=0", "no version of TLS in common")]
    [InlineData("openssl s_client -connect 127.0.0.1:{port} -alpn nothing", "no application protocol in common")]
    [InlineData("curl -s https://127.0.0.1:{port}/", "the peer refused: unknown_ca")]
    [InlineData("ncat --ssl-verify localhost {port}", "the peer refused: unknown_ca")]
    [InlineData("curl -s http://127.0.0.1:{port}/", "the peer does not speak TLS: it began with 'GET / HTTP/1.1")]
    public async Task Who_does_not_get_on_with_us_is_said_in_one_line(string line, string says)
    {
        await using var sock = await SockServer.ListenAsync("-k", "--tls", "--cert", _files.Server, "--alpn", "http/1.1");
        await using var caller = PeerProgram.Call(line, sock.Port);
        Assert.Contains(says, await sock.WaitForErrorLineAsync("sock: Connection error: handshake tcp 127.0.0.1:"), StringComparison.Ordinal);
        Assert.Single(sock.Error.Split('\n'), told => told.StartsWith("sock:", StringComparison.Ordinal));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_gets_files_by_https()
    {
        var curl = Peers.Require("curl");
        await using var sock = SockProcess.Start("serve", "http=0", "--tls", "--cert", _files.Server, "--root", Path.GetDirectoryName(_files.Root)!);
        var port = SockServer.PortIn(await sock.WaitForErrorLineAsync("running on port"));
        var result = await RunningProgram.RunAsync(curl, ["-sS", "--cacert", _files.Root, $"https://localhost:{port}/root.pem"]);
        Assert.Equal((0, "", await File.ReadAllTextAsync(_files.Root, TestContext.Current.CancellationToken)), (result.ExitCode, result.Error, result.Output));
        result = await RunningProgram.RunAsync(curl, ["-sS", $"https://localhost:{port}/root.pem"]);
        Assert.Equal(60, result.ExitCode);    // CURLE_PEER_FAILED_VERIFICATION
    }

    [Fact(Timeout = HangGuard)]
    public async Task Python_hears_an_answer_and_our_clean_end()
    {
        await using var sock = await SockServer.ListenAsync("--tls", "--cert", _files.Server, "--sh-exec", "read line; echo got $line");
        await using var caller = Python.Call(sock.Port, $"""
            import ssl
            context = ssl.create_default_context(cafile='{_files.Root}')
            tls = context.wrap_socket(peer, server_hostname='localhost', suppress_ragged_eofs=False)
            tls.sendall(b'it\n')
            print(b''.join(iter(lambda: tls.recv(100), b'')).decode(), end='')
            tls.unwrap()
            """);
        var result = await caller.WaitAsync();
        Assert.Equal(("got it\n", 0), (result.Output, result.ExitCode));
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Our_own_client_takes_the_pin_as_it_was_said()
    {
        await using var sock = await SockServer.ListenAsync("--tls");
        var options = (await sock.WaitForErrorLineAsync("Clients know it by ")).Split("by ")[1].Split(' ');
        await sock.WriteAsync("from the server\n");
        sock.EndInput();
        var result = await SockProcess.RunWithInputAsync("from the client\n", ["connect", "--tls", .. options, $"127.0.0.1:{sock.Port}"]);
        Assert.Equal((0, "from the server\n"), (result.ExitCode, result.Output));
        Assert.Equal((0, "from the client\n"), ((await sock.WaitAsync()).ExitCode, sock.Output));
        using var other = TlsCertificate.SelfSigned();
        await using var another = await SockServer.ListenAsync("-k", "--tls");
        var refused = await SockProcess.RunAsync("connect", "--tls", "--insecure", "--pin", other.Info.Pin, $"127.0.0.1:{another.Port}");
        Assert.Equal(8, refused.ExitCode);
    }

    public void Dispose() => _files.Dispose();

    private string At(string line) => line
        .Replace("{root}", _files.Root, StringComparison.Ordinal)
        .Replace("{client}", _files.Client, StringComparison.Ordinal);

    private const int HangGuard = 120_000;
}
