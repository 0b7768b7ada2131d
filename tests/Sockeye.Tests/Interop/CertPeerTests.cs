using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>sock cert</c> and what openssl says of the same servers.</summary>
public sealed class CertPeerTests : IDisposable
{
    private readonly TlsFiles _files = new();

    [Theory(Timeout = HangGuard)]
    [InlineData("-tls1_2", "TLS 1.2")]
    [InlineData("-tls1_3", "TLS 1.3")]
    public async Task What_is_shown_is_what_openssl_shows(string version, string told)
    {
        await using var server = await ServeAsync(_files.Server, version);
        var fingerprint = await PeerProgram.RunAsync($"openssl x509 -in {_files.Server} -noout -fingerprint -sha256 -serial");
        var result = await CertAsync("--json", $"localhost:{server.Port}");
        var found = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((0, told), (result.ExitCode, found.GetProperty("version").GetString()));
        var own = found.GetProperty("certificates")[0];
        Assert.Contains($"={own.GetProperty("fingerprint").GetString()}\n", fingerprint.Output, StringComparison.Ordinal);
        Assert.Contains($"serial={own.GetProperty("serialNumber").GetString()}\n", fingerprint.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_PEM_that_is_printed_is_read_by_openssl()
    {
        await using var server = await ServeAsync(_files.Server);
        var printed = await CertAsync("--pem", $"localhost:{server.Port}");
        var read = await PeerProgram.RunAsync("openssl x509 -noout -subject -ext subjectAltName", printed.Output);
        Assert.Equal((0, 0), (printed.ExitCode, read.ExitCode));
        Assert.Contains("CN = localhost\n", read.Output, StringComparison.Ordinal);
        Assert.Contains("DNS:localhost, IP Address:127.0.0.1\n", read.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_wrong_is_told_and_openssl_agrees()
    {
        await AssertWrongAsync(_files.IssueExpired("localhost"), "it expired ", "certificate has expired");
        await AssertWrongAsync(_files.Issue("other.test"), "it is not for 'localhost' (it is for 'other.test')", "hostname mismatch");
        var own = _files.PathOf("own.pem");
        await PeerProgram.RunAsync($"openssl req -x509 -newkey rsa:2048 -nodes -keyout {own} -out {own} -subj /CN=localhost -addext subjectAltName=DNS:localhost");
        await AssertWrongAsync(own, "it is self-signed and not trusted here", "self-signed certificate");
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_server_that_wants_to_know_who_we_are_shows_who_it_is(string version)
    {
        await using var server = await ServeAsync(_files.Server, $"{version} -Verify 1 -verify_return_error -CAfile {_files.Root}");
        var nameless = await CertAsync($"localhost:{server.Port}");
        Assert.Contains("\nCN=localhost\n", nameless.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nTrusted here\n", nameless.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CertAsync("--cert", _files.Client, $"localhost:{server.Port}")).ExitCode);
    }

    public void Dispose() => _files.Dispose();

    private async Task AssertWrongAsync(string certificate, string words, string openssls)
    {
        await using var server = await ServeAsync(certificate);
        var result = await CertAsync($"localhost:{server.Port}");
        Assert.Equal(8, result.ExitCode);
        Assert.Contains($"\nNot trusted here: {words}", result.Output, StringComparison.Ordinal);
        var openssl = await PeerProgram.RunAsync(
            $"openssl s_client -connect localhost:{server.Port} -servername localhost -verify_hostname localhost -CAfile {_files.Root}");
        Assert.Contains(openssls, openssl.Output + openssl.Error, StringComparison.Ordinal);
    }

    private static Task<RunningProgram> ServeAsync(string certificate, string options = "-quiet") =>
        PeerProgram.ServeAsync($"openssl s_server -quiet -accept 127.0.0.1:{{port}} -cert {certificate} {options}");

    private Task<ProgramResult> CertAsync(params string[] words) => SockProcess.RunAsync(["cert", "--ca-file", _files.Root, .. words]);

    private const int HangGuard = 120_000;
}
