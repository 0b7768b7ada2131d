using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>TLS after a beginning in the clear: our servers of the tests with openssl's client, which shows that they speak their
/// protocols, and then with ours.</summary>
public sealed class StartTlsPeerTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public static TheoryData<string> Protocols => [.. StartTlsServer.Names];

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task Openssls_client_and_ours_talk_with_the_same_servers(string protocol)
    {
        await using var server = Start(protocol);
        var line = $"openssl s_client -quiet -connect {server.LocalAddress} -starttls {protocol} -CAfile {_files.Root} -verify_return_error";
        await using (var openssl = PeerProgram.Start(line))
        {
            await openssl.WriteAsync("secret\n");
            await openssl.WaitForOutputLineAsync("secret");
        }
        await using var sock = SockProcess.Start("connect", "-v", "--starttls", protocol, "--ca-file", _files.Root, $"{server.LocalAddress}");
        await sock.WriteAsync("secret\n");
        await sock.WaitForOutputLineAsync("secret");
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal((0, "secret\n"), (result.ExitCode, result.Output));
        Assert.Matches(@"(?m)^> (EHLO \[127\.0\.0\.1\]|a1 CAPABILITY|STLS|AUTH TLS|SSLRequest)$", result.Error);
        Assert.Contains("\nTLS 1.3, ", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task The_certificate_is_looked_at_as_with_TLS_from_the_start(string protocol)
    {
        await using var server = Start(protocol);
        var result = await SockProcess.RunWithInputAsync("secret\n", "connect", "--starttls", protocol, $"{server.LocalAddress}");
        Assert.Equal((8, ""), (result.ExitCode, result.Output));
        Assert.Contains("the server's certificate was issued by 'Test Root', who is not known here", result.Error, StringComparison.Ordinal);
    }

    private Server Start(string protocol) => StartTlsServer.Start(
        Enum.Parse<StartTlsProtocol>(protocol, ignoreCase: true), new() { Certificates = [TlsCertificate.FromPemFiles(_files.Server)] });

    public void Dispose() => _files.Dispose();

    private const int HangGuard = 60_000;
}
