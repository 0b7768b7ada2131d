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
