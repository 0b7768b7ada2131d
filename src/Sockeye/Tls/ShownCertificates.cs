using System.Collections;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>What a peer has shown, read when somebody looks: most handshakes go well, and then nobody does.</summary>
internal sealed class ShownCertificates : IReadOnlyList<CertificateInfo>
{
    private readonly ReadOnlyMemory<byte>[] _encoded;
    private readonly Lazy<CertificateInfo[]> _read;

    public ShownCertificates(IEnumerable<X509Certificate2> certificates)
    {
        // The platform disposes of its own.
        _encoded = [.. certificates.Select(certificate => certificate.RawDataMemory)];
        _read = new(() => Array.ConvertAll(_encoded, Read));
    }

    public int Count => _encoded.Length;

    public CertificateInfo this[int index] => _read.Value[index];

    public IEnumerator<CertificateInfo> GetEnumerator() => _read.Value.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static CertificateInfo Read(ReadOnlyMemory<byte> encoded)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(encoded.Span);
        return CertificateInfo.Of(certificate);
    }
}
