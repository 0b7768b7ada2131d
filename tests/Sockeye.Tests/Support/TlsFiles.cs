using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockeye.Tls;

namespace Sockeye.Tests.Support;

/// <summary>Certificates as other people's programs want them: files of PEM blocks, of one test's own.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly Scratch _files = new();
    private readonly TestAuthority _root = TestAuthority.Create();

    /// <summary>The root that has issued all the others.</summary>
    public string Root => Write("root.pem", _root.Pem);

    /// <summary>The same for our own side.</summary>
    public TlsAuthorities Trust => _root.Trust;

    /// <summary>A server's certificate for localhost and 127.0.0.1, with its key.</summary>
    public string Server => Write("server.pem", PemOf(new("localhost", "127.0.0.1")));

    /// <summary>A client's certificate, with its key.</summary>
    public string Client => Write("client.pem", PemOf(new("alice.test") { Use = CertificatePlan.ForClients }));

    /// <summary>A server's certificate for other names, with its key.</summary>
    public string Issue(params string[] names) => Write($"{names[0].Replace('*', '_')}.pem", PemOf(new(names)));

    /// <summary>One that was valid once.</summary>
    public string IssueExpired(string name) => Write($"{name}.pem", PemOf(new(name) { NotAfter = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero) }));

    /// <summary>One whose key is in a file of its own, and encrypted.</summary>
    public (string Certificate, string Key) IssueEncrypted(string name, string password)
    {
        var (certificate, _) = _root.IssueBare(new(name));
        using var key = certificate.GetECDsaPrivateKey()!;
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        return (Write($"{name}.pem", certificate.ExportCertificatePem() + "\n"), Write($"{name}.key", key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters) + "\n"));
    }

    /// <summary>Where a file of the test's own would be.</summary>
    public string PathOf(string name) => _files.File(name);

    public void Dispose()
    {
        _root.Dispose();
        _files.Dispose();
    }

    private string PemOf(CertificatePlan plan)
    {
        var (certificate, _) = _root.IssueBare(plan);
        using var key = certificate.GetECDsaPrivateKey()!;
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    private string Write(string name, string text)
    {
        var path = _files.File(name);
        if (!File.Exists(path))
            File.WriteAllText(path, text);
        return path;
    }
}
