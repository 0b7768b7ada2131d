using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>The program as a client of other people's servers, over TLS.</summary>
public sealed class TlsProgramTests : IDisposable
{
    private readonly TlsFiles _files = new();

    [Theory(Timeout = HangGuard), MemberData(nameof(TlsPeerTests.Servers), MemberType = typeof(TlsPeerTests))]
    public async Task It_sends_and_gets_every_byte(string line)
    {
        await using var server = await PeerProgram.ServeAsync(At(line));
        await using var sock = SockProcess.Start("connect", "-q", "0", "--ca-file", _files.Root, $"tls://localhost:{server.Port}");
        await Task.WhenAll(
            sock.WriteAsync(Exchange.Ours), server.WriteAsync(Exchange.Theirs),
            sock.WaitForOutputBytesAsync(Exchange.Theirs.Length), server.WaitForOutputBytesAsync(Exchange.Ours.Length));
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
        Exchange.AssertSame(Exchange.Theirs, result.OutputBytes);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("socat -t 30 OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,cert={server},verify=0 EXEC:wc")]
    [InlineData("python")]
    public async Task An_answer_that_comes_after_our_end_is_read(string line)
    {
        await using var server = line == "python"
            ? await Python.ServeAsync($"""
                import ssl
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain('{_files.Server}')
                tls = context.wrap_socket(peer, server_side=True, suppress_ragged_eofs=False)
                heard = b''.join(iter(lambda: tls.recv(65536), b''))
                tls.sendall(str(len(heard)).encode())
                tls.unwrap()
                """)
            : await PeerProgram.ServeAsync(At(line));
        await using var sock = SockProcess.Start("connect", "--ca-file", _files.Root, $"tls://localhost:{server.Port}");
        await sock.WriteAsync(Exchange.Ours);
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.EndsWith($"{Exchange.Ours.Length}", result.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-tls1_2", "handshake_failure")]
    [InlineData("-tls1_3", "certificate_required")]
    public async Task OpenSSL_is_told_who_we_are_and_else_refuses(string version, string alert)
    {
        await using var server = await PeerProgram.ServeAsync(
            At($"openssl s_server -www -accept 127.0.0.1:{{port}} {version} -cert {{server}} -Verify 1 -verify_return_error -CAfile {{root}}"));
        string[] words = ["get", "--ca-file", _files.Root, $"https://localhost:{server.Port}/"];
        var known = await SockProcess.RunAsync([.. words, "--cert", _files.Client]);
        Assert.True(known.ExitCode == 0, known.Error);
        Assert.Contains("CN=alice.test", known.Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var unknown = await SockProcess.RunAsync(words);
        Assert.Equal((8, ""), (unknown.ExitCode, unknown.Output));
        Assert.Matches($": the peer refused: {alert} [^\n]*\nIf it wants to know who you are, --cert FILE says so\\.\n$", unknown.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_page_of_Pythons_is_got()
    {
        await using var server = await Python.ServeAsync($$"""
            import ssl
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain('{{_files.Server}}')
            context.set_alpn_protocols(['http/1.1'])
            tls = context.wrap_socket(peer, server_side=True)
            asked = tls.recv(65536).decode().splitlines()[0]
            tls.sendall(f'HTTP/1.1 200 OK\r\n\r\n{asked}, {tls.selected_alpn_protocol()}'.encode())
            tls.unwrap()
            """);
        var result = await SockProcess.RunAsync("get", "--alpn", "http/1.1", "--ca-file", _files.Root, $"https://localhost:{server.Port}/page");
        Assert.Equal((0, "GET /page HTTP/1.0, http/1.1", ""), (result.ExitCode, result.Output, result.Error));
    }

    public void Dispose() => _files.Dispose();

    private string At(string line) => line
        .Replace("{server}", _files.Server, StringComparison.Ordinal)
        .Replace("{root}", _files.Root, StringComparison.Ordinal);

    private const int HangGuard = 120_000;
}
