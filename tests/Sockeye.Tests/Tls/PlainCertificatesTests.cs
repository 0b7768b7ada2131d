using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>What a server of TLS 1.2 has shown, where its handshake then fails.</summary>
public class PlainCertificatesTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("x.test", null)]
    [InlineData("y.test", CertificateProblemKind.WrongName)]
    public async Task A_handshake_that_fails_after_the_certificate_tells_it_all_the_same(string asked, CertificateProblemKind? problem)
    {
        var certificate = Root.CreateBelow().Issue("x.test");
        var (verdict, error) = await OutcomeAsync(certificate, ClientOf(asked));
        Assert.Equal(NetErrorKind.TlsRejected, error.Kind);
        Assert.StartsWith("the peer refused: handshake_failure", error.Reason, StringComparison.Ordinal);
        Assert.Equal(["CN=x.test", "CN=Test Intermediate", "CN=Test Root"], verdict!.Certificates.Select(one => one.Subject));
        Assert.Equal(problem is { } kind ? [kind] : [], verdict.Problems.Select(one => one.Kind));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_issued_it_is_looked_at_too()
    {
        var (verdict, _) = await OutcomeAsync(TlsCertificate.SelfSigned(["x.test"]), ClientOf("x.test"));
        Assert.Equal([CertificateProblemKind.SelfSigned], verdict!.Problems.Select(one => one.Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("16")]
    [InlineData("1603030004")]
    [InlineData("16030300040b000000")]                      // a list without a length
    [InlineData("160303000a0b000006000003000001")]          // a certificate that is cut off
    [InlineData("160303000b0b00000700000400000100")]        // one byte that is none
    [InlineData("16030300080b000004ffffff00")]              // a list that is longer than its message
    [InlineData("1703030004deadbeef")]                      // nothing of a handshake
    public void What_holds_no_certificates_gives_none(string hex) => Assert.Empty(PlainCertificates.In(Convert.FromHexString(hex)));

    [Fact]
    public void Any_bytes_can_be_looked_at() => Prop.ForAll(
        Gen.ArrayOf(Gen.Frequency((3, Gen.Elements<byte>(22, 3, 11, 0, 1)), (1, Gen.Choose(0, 255).Select(value => (byte)value)))).ToArbitrary(),
        bytes => PlainCertificates.In(bytes).Count == 0).QuickCheckThrowOnFailure();

    /// <summary>Talks TLS 1.2 with a server that wants a certificate of ours, which we have not.</summary>
    private static async Task<(CertificateVerdict? Verdict, NetException Error)> OutcomeAsync(TlsCertificate certificate, TlsClientOptions client)
    {
        Peers.Require("openssl");
        using var files = new Scratch();
        var (path, key) = (files.File("x.pem"), files.File("x.key"));
        await File.WriteAllTextAsync(path, string.Concat(certificate.Context.IntermediateCertificates.Prepend(certificate.Context.TargetCertificate).Select(one => one.ExportCertificatePem() + "\n")));
        await File.WriteAllTextAsync(key, System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate.Context.TargetCertificate)!.ExportPkcs8PrivateKeyPem());
        await using var server = await PeerProgram.ServeAsync($"openssl s_server -quiet -accept 127.0.0.1:{{port}} -cert {path} -cert_chain {path} -key {key} -tls1_2 -Verify 1 -verify_return_error");
        CertificateVerdict? verdict = null;
        var error = await Assert.ThrowsAsync<NetException>(
            () => ConnectAsync(Address.Tcp("127.0.0.1", server.Port), client with { OnCertificate = told => verdict = told }).AsTask());
        return (verdict, error);
    }
}
