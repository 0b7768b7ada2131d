using System.Text.Json;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public sealed class CertCommandTests : IDisposable
{
    private readonly TestAuthority _root = TestAuthority.Create();
    private readonly Scratch _files = new();

    [Fact(Timeout = HangGuard)]
    public async Task Everything_that_is_shown_fits_on_a_screen()
    {
        var certificate = _root.CreateBelow().Issue("localhost", "127.0.0.1", "mail.test");
        await using var server = Serve(certificate, new() { Certificates = [certificate], ApplicationProtocols = ["h2"] });
        var result = await RunAsync("--alpn", "h2", $"localhost:{server.LocalAddress.Port}");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var info = certificate.Info;
        Assert.Matches($@"\Atls://localhost:\d+ \(127\.0\.0\.1:\d+\)\nTLS 1\.3, TLS_\w+, ALPN h2, handshake [\d.]+ m?s\n", result.Output);
        Assert.Contains($"""

            CN=localhost
              for      localhost, mail.test, 127.0.0.1
              by       CN=Test Intermediate
              valid    2020-01-01 to 2100-01-01, 2
            """, result.Output, StringComparison.Ordinal);
        Assert.Contains($"""
             days left
              key      EC P-256, signed with sha256ECDSA
              SHA-256  {info.Fingerprint.Replace(":", "")}
              pin      {info.Pin}
            CN=Test Intermediate
              by       CN=Test Root
            """, result.Output, StringComparison.Ordinal);
        Assert.Contains("CN=Test Root\n  by       itself\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nTrusted here\n", result.Output, StringComparison.Ordinal);
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.InRange(result.Output.Count(c => c == '\n'), 20, 22);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Every_problem_is_said_and_the_exit_code_is_8()
    {
        var plan = new CertificatePlan("other.test", "b.test") { NotAfter = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        var certificate = TestAuthority.Create("Nobody").Issue(plan);
        await using var server = Serve(certificate);
        var result = await RunAsync("--pin", _root.Issue("x.test").Info.Pin, "127.0.0.1", $"{server.LocalAddress.Port}");
        Assert.Equal(8, result.ExitCode);
        Assert.Contains(certificate.Info.Pin, result.Output, StringComparison.Ordinal);
        var verdicts = result.Output.Split('\n').Where(line => line.StartsWith("Not trusted here: it ", StringComparison.Ordinal)).Select(line => line[21..]);
        Assert.Collection(
            verdicts,
            text => Assert.Matches(@"^expired [\d,]+ days ago \(2021-01-01\)$", text),
            text => Assert.Equal("was issued by 'Nobody', who is not known here", text),
            text => Assert.Equal("is not for '127.0.0.1' (it is for 'other.test', 'b.test')", text),
            text => Assert.Equal("has another key than the pinned one", text));
        Assert.Equal(
            $"sock: tls://127.0.0.1:{server.LocalAddress.Port} would not be trusted\nIt has to be renewed; or this machine's clock is wrong.\n", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_key_that_was_pinned_is_no_problem()
    {
        var certificate = _root.Issue("localhost");
        await using var server = Serve(certificate);
        Assert.Equal(0, (await RunAsync("--pin", certificate.Info.Pin, $"localhost:{server.LocalAddress.Port}")).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_name_asked_for_can_be_another_than_that_of_the_address()
    {
        await using var server = Serve(_root.Issue("other.test"));
        Assert.Equal(0, (await RunAsync("--servername", "other.test", $"tls://127.0.0.1:{server.LocalAddress.Port}")).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_is_one_object_and_the_error_another()
    {
        var certificate = _root.Issue("other.test");
        await using var server = Serve(certificate);
        var result = await RunAsync("--json", "--tls-max", "1.2", $"localhost:{server.LocalAddress.Port}");
        Assert.Equal(8, result.ExitCode);
        var found = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(
            ($"tls://localhost:{server.LocalAddress.Port}", "TLS 1.2", false, "WrongName"),
            (Text(found, "address"), Text(found, "version"), found.GetProperty("trusted").GetBoolean(), Text(found.GetProperty("problems")[0], "kind")));
        Assert.True(found.GetProperty("handshake").GetDouble() > 0);
        var shown = found.GetProperty("certificates");
        Assert.Equal(2, shown.GetArrayLength());
        Assert.Equal(
            ("CN=other.test", "CN=Test Root", certificate.Info.Fingerprint, certificate.Info.Pin, "EC P-256", "sha256ECDSA", certificate.Info.SerialNumber),
            (Text(shown[0], "subject"), Text(shown[0], "issuer"), Text(shown[0], "fingerprint"), Text(shown[0], "pin"), Text(shown[0], "key"), Text(shown[0], "signatureAlgorithm"), Text(shown[0], "serialNumber")));
        Assert.Equal(["other.test"], shown[0].GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.True(shown[0].GetProperty("daysLeft").GetInt64() > 10_000);
        var error = JsonDocument.Parse(result.Error).RootElement;
        Assert.Equal((8, "the server's certificate is not for 'localhost' (it is for 'other.test')"), (error.GetProperty("exitCode").GetInt32(), Text(error, "error")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_that_ends_soon_is_told_when_that_is_asked_for()
    {
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(12.5);
        await using var server = Serve(_root.Issue(new CertificatePlan("localhost") { NotAfter = end }));
        var address = $"localhost:{server.LocalAddress.Port}";
        Assert.Equal(0, (await RunAsync("--warn-days", "12", address)).ExitCode);
        var result = await RunAsync("--warn-days", "13", address);
        Assert.Equal((8, $"sock: tls://{address}: a certificate ends soon\nIt is time to renew it.\n"), (result.ExitCode, result.Error));
        Assert.EndsWith("\nTrusted here\nEnds soon (--warn-days 13): localhost, 12 days left\n", result.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await RunAsync("--json", "--warn-days", "13", address)).Output).RootElement;
        Assert.Equal([true, false], json.GetProperty("certificates").EnumerateArray().Select(one => one.GetProperty("endsSoon").GetBoolean()));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_chain_as_PEM_is_what_a_ca_file_can_be_made_of()
    {
        var certificate = TlsCertificate.SelfSigned(["localhost"]);
        await using var server = Serve(certificate);
        var address = $"localhost:{server.LocalAddress.Port}";
        var result = await SockProcess.RunAsync("cert", "--pem", address);
        Assert.Equal((8, certificate.Info.ToPem()), (result.ExitCode, result.Output));
        Assert.StartsWith("sock: the server's certificate is self-signed and not trusted here\n--ca-file FILE ", result.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_files.File("self.pem"), result.Output);
        Assert.Equal(0, (await SockProcess.RunAsync("cert", "--ca-file", _files.File("self.pem"), address)).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_wants_a_certificate_of_ours_shows_its_own_all_the_same()
    {
        var certificate = _root.Issue("localhost");
        await using var server = Serve(certificate, new()
        {
            Certificates = [certificate],
            Authorities = _root.Trust,
            ClientCertificates = ClientCertificates.Required,
        });
        var result = await RunAsync($"localhost:{server.LocalAddress.Port}");
        Assert.Contains(certificate.Info.Pin, result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_certificates_say_cannot_steer_a_terminal()
    {
        var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=\u001b[31mred", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        await using var server = Serve(TlsCertificate.From(request.CreateSelfSigned(now, now.AddDays(1))));
        var result = await SockProcess.RunAsync("cert", $"localhost:{server.LocalAddress.Port}");
        Assert.Equal(8, result.ExitCode);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
        Assert.Contains("red", result.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("smtp", "> EHLO [127.0.0.1]")]
    [InlineData("imap", "> a1 CAPABILITY")]
    [InlineData("pop3", "> STLS")]
    [InlineData("ftp", "> AUTH TLS")]
    [InlineData("postgres", "> SSLRequest")]
    public async Task It_goes_over_to_TLS_where_that_is_asked_for(string protocol, string says)
    {
        var certificate = _root.Issue("127.0.0.1");
        await using var server = StartTlsServer.Start(Enum.Parse<StartTlsProtocol>(protocol, ignoreCase: true), new() { Certificates = [certificate] });
        var result = await RunAsync("-v", "--starttls", protocol, $"{server.LocalAddress}");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(certificate.Info.Pin, result.Output, StringComparison.Ordinal);
        Assert.Contains(says, result.Error.Split('\n'));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", "cert needs HOST [PORT] or ADDRESS")]
    [InlineData("--starttls smtp localhost", "--starttls needs a port\nIt is usually 25 or 587.")]
    [InlineData("--starttls smpt localhost 25", "--starttls takes smtp, imap, pop3, ftp or postgres, not 'smpt': did you mean smtp?")]
    [InlineData("--starttls smtp tls://localhost:25", "--starttls is for TLS after a beginning in the clear")]
    [InlineData("--pem --json localhost", "--pem and --json exclude each other")]
    [InlineData("--warn-days 0 localhost", "--warn-days takes a whole number from 1 to 36500, not '0'")]
    [InlineData("--pin abc localhost", "--pin: 'abc' is no pin")]
    [InlineData("--insecure localhost", "unknown option '--insecure'")]
    [InlineData("udp://localhost:53", "takes datagrams, not connections")]
    [InlineData("unix:/tmp/x", "has no host name that a certificate could be for")]
    public async Task What_cannot_be_meant_ends_2(string words, string said)
    {
        var result = await SockProcess.RunAsync(["cert", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("www.example.com", "tls://www.example.com:443")]
    [InlineData("tls://www.example.com", "tls://www.example.com:443")]
    [InlineData("::1", "tls://[::1]:443")]
    [InlineData("[::1]", "tls://[::1]:443")]
    [InlineData("www.example.com imaps", "tls://www.example.com:993")]
    [InlineData("tls://www.example.com:8443", "tls://www.example.com:8443")]
    public void A_host_alone_means_port_443(string words, string address)
    {
        var verb = new Verb("cert", "show");
        var (arguments, tls) = (AddressArguments.OfTlsPeer(verb), new TlsClientArguments(verb, isAlwaysOn: true));
        var command = verb.Parse(words.Split(' '));
        Assert.Equal(address, tls.Settle(command, arguments.Stream(command, () => 443)).Address.ToString().Replace(":imaps", ":993"));
    }

    public void Dispose()
    {
        _root.Dispose();
        _files.Dispose();
    }

    private static Server Serve(TlsCertificate certificate, TlsServerOptions? options = null) => TlsServer.Start(
        "127.0.0.1:0", (peer, cancel) => peer.CopyToAsync(Stream.Null, cancel), options ?? new() { Certificates = [certificate] });

    /// <summary>Runs it with our root as the only one that is trusted.</summary>
    private async Task<ProgramResult> RunAsync(params string[] words)
    {
        await File.WriteAllTextAsync(_files.File("root.pem"), _root.Pem);
        return await SockProcess.RunAsync(["cert", "--ca-file", _files.File("root.pem"), .. words]);
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private const int HangGuard = 60_000;
}
