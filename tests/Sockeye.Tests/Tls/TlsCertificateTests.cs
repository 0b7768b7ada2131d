using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>Certificates from files and made on the spot, and what they say.</summary>
public sealed class TlsCertificateTests : IDisposable
{
    private readonly Scratch _files = new();

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_its_issuers_and_its_key_are_read_from_one_file()
    {
        using var below = Root.CreateBelow();
        var (certificate, issuers) = below.IssueBare(new("good.test"));
        var path = Write("all.pem", Pem(certificate) + Pem(issuers[0]) + Key(certificate).ExportPkcs8PrivateKeyPem());
        using var read = TlsCertificate.FromPemFiles(path);
        await using var server = StartEcho(Showing(read));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test"));
        Assert.Equal(3, TlsInfo.Of(connection)!.PeerCertificates.Count);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_key_has_a_file_of_its_own_and_may_be_encrypted()
    {
        var (certificate, _) = Root.IssueBare(new("good.test"));
        var path = Write("cert.pem", Pem(certificate));
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var key = Write("key.pem", Key(certificate).ExportEncryptedPkcs8PrivateKeyPem("open sesame", encryption));
        using var read = TlsCertificate.FromPemFiles(path, key, "open sesame");
        await using var server = StartEcho(Showing(read));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test"));
        AssertUnusable("is encrypted: it needs its password", path, key);
        AssertUnusable("wrong password, or the key of another certificate", path, key, "open barley");
    }

    [Fact]
    public void Files_that_cannot_be_used_say_which_and_why()
    {
        var (certificate, _) = Root.IssueBare(new("good.test"));
        var (other, _) = Root.IssueBare(new("other.test"));
        var path = Write("cert.pem", Pem(certificate));
        AssertUnusable($"'{path}' holds no private key", path);
        AssertUnusable($"the private key in '{Write("other.key", Key(other).ExportPkcs8PrivateKeyPem())}' cannot be used", path, _files.File("other.key"));
        AssertUnusable($"'{Write("empty.pem", "")}' holds no certificate", _files.File("empty.pem"));
        AssertUnusable("holds a certificate that cannot be read", Write("bad.pem", PemEncoding.WriteString("CERTIFICATE", new byte[100])));
        Assert.Throws<FileNotFoundException>(() => TlsCertificate.FromPemFiles(_files.File("missing.pem")));
        Assert.Contains("holds no certificate", Assert.Throws<IOException>(() => TlsAuthorities.FromPemFile(_files.File("empty.pem"))).Message, StringComparison.Ordinal);
        Assert.Contains("the text holds no certificate", Assert.Throws<IOException>(() => TlsAuthorities.FromPem("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_without_its_key_is_refused()
    {
        using var bare = X509CertificateLoader.LoadCertificate(Root.IssueBare(new("x.test")).Certificate.RawData);
        Assert.Throws<ArgumentException>(() => TlsCertificate.From(bare));
    }

    [Fact]
    public void A_self_signed_certificate_is_for_this_machine_and_for_a_year()
    {
        var time = new FakeTimeProvider();
        using var certificate = TlsCertificate.SelfSigned(time: time);
        var info = certificate.Info;
        Assert.Equal(["localhost", "127.0.0.1", "::1"], info.Names);
        Assert.Equal(("CN=localhost", "EC P-256", true), (info.Subject, info.Key, info.IsSelfIssued));
        Assert.Equal(time.GetUtcNow().AddDays(365), info.NotAfter);
        Assert.Equal(time.GetUtcNow().AddHours(-1), info.NotBefore);
    }

    [Fact]
    public void A_self_signed_certificate_is_for_the_names_asked_for()
    {
        using var certificate = TlsCertificate.SelfSigned(["a.test", "192.0.2.1"], TimeSpan.FromDays(2), new FakeTimeProvider());
        Assert.Equal(["a.test", "192.0.2.1"], certificate.Info.Names);
        Assert.Equal(new DateTimeOffset(2030, 1, 3, 0, 0, 0, TimeSpan.Zero), certificate.Info.NotAfter);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Fingerprint_pin_names_and_key_are_those_that_openssl_tells()
    {
        var openssl = Peers.Require("openssl");
        var (certificate, _) = Root.IssueBare(new("a.test", "192.0.2.1"));
        var path = Write("cert.pem", Pem(certificate));
        using var read = TlsCertificate.From(certificate);
        var told = await RunningProgram.RunAsync(openssl, ["x509", "-in", path, "-noout", "-fingerprint", "-sha256", "-serial"]);
        Assert.Contains($"={read.Info.Fingerprint}\n", told.Output, StringComparison.Ordinal);
        Assert.Contains($"serial={read.Info.SerialNumber}", told.Output, StringComparison.Ordinal);
        var pin = await RunningProgram.RunAsync(
            "/bin/sh", ["-c", $"{openssl} x509 -in {path} -pubkey -noout | {openssl} pkey -pubin -outform der | {openssl} dgst -sha256 -binary | {openssl} base64"]);
        Assert.Equal(read.Info.Pin, $"sha256//{pin.Output.Trim()}");
        Assert.Equal(await File.ReadAllTextAsync(path), read.Info.ToPem());
    }

    [Fact]
    public void Kinds_of_keys_are_named()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = TlsCertificate.From(request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200)));
        Assert.Equal(("RSA 2048", "CN=rsa"), (certificate.Info.Key, certificate.Info.Issuer));
        Assert.Empty(certificate.Info.Names);
    }

    public void Dispose() => _files.Dispose();

    private void AssertUnusable(string words, string path, string? key = null, string? password = null) => Assert.Contains(
        words, Assert.Throws<IOException>(() => TlsCertificate.FromPemFiles(path, key, password)).Message, StringComparison.Ordinal);

    private string Write(string name, string text)
    {
        File.WriteAllText(_files.File(name), text);
        return _files.File(name);
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static ECDsa Key(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!;
}
