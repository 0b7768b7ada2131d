using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>What a certificate says. Its texts are the peer's: show them with care.</summary>
public sealed record CertificateInfo
{
    private CertificateInfo() { }

    /// <summary>Whom it is for, as a distinguished name: <c>CN=www.example.com</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Who issued it, as a distinguished name.</summary>
    public required string Issuer { get; init; }

    /// <summary>Whom it is for, in short: the common name, or what stands in its place.</summary>
    public required string SubjectName { get; init; }

    /// <summary>Who issued it, in short.</summary>
    public required string IssuerName { get; init; }

    /// <summary>The host names and IP addresses that it is for (subject alternative names).</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>From when it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Kind and size of its key: <c>RSA 2048</c>, <c>EC P-256</c>, <c>Ed25519</c>.</summary>
    public required string Key { get; init; }

    /// <summary>How its issuer has signed it: <c>sha256ECDSA</c>, <c>sha256RSA</c>, <c>Ed25519</c>.</summary>
    public required string SignatureAlgorithm { get; init; }

    /// <summary>The serial number, in hexadecimal.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>The SHA-256 of the whole certificate: 32 hexadecimal bytes with colons between.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The SHA-256 of its public key, as <see cref="TlsClientOptions.Pins"/> takes it.</summary>
    public required string Pin { get; init; }

    /// <summary>The certificate itself (DER).</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Whether it names itself as its issuer.</summary>
    public bool IsSelfIssued => Subject == Issuer;

    /// <summary>The certificate as a PEM block.</summary>
    public string ToPem() => PemEncoding.WriteString("CERTIFICATE", Bytes.Span) + "\n";

    internal static CertificateInfo Of(X509Certificate2 certificate) => new()
    {
        Subject = certificate.Subject,
        Issuer = certificate.Issuer,
        SubjectName = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
        IssuerName = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
        Names = NamesOf(certificate),
        NotBefore = Utc(certificate.NotBefore),
        NotAfter = Utc(certificate.NotAfter),
        Key = KeyOf(certificate),
        SignatureAlgorithm = NameOf(certificate.SignatureAlgorithm),
        SerialNumber = Unsigned(certificate.SerialNumber),
        Fingerprint = Convert.ToHexString(SHA256.HashData(certificate.RawDataMemory.Span)).Chunk(2)
            .Aggregate("", (text, pair) => text.Length == 0 ? new(pair) : $"{text}:{new(pair)}"),
        Pin = CertificatePin.Of(certificate),
        Bytes = certificate.RawDataMemory,
    };

    /// <summary>Without the octet that only says that the number is positive.</summary>
    private static string Unsigned(string serial) => serial.Length > 2 && serial.StartsWith("00", StringComparison.Ordinal) ? serial[2..] : serial;

    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime());

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        try
        {
            foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
            {
                names.AddRange(extension.EnumerateDnsNames());
                names.AddRange(extension.EnumerateIPAddresses().Select(ip => ip.ToString()));
            }
        }
        catch (CryptographicException)
        {
            // Malformed: what could be read counts, and verifying refuses the certificate.
        }
        return names;
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            using var ec = certificate.GetECDsaPublicKey();
            if (rsa is not null)
                return $"RSA {rsa.KeySize}";
            if (ec is not null)
                return $"EC {CurveOf(ec.ExportParameters(includePrivateParameters: false).Curve)}";
        }
        catch (CryptographicException)
        {
            // A curve or a form that this system does not know: the algorithm's name has to do.
        }
        return NameOf(certificate.PublicKey.Oid);
    }

    private static string NameOf(Oid algorithm) =>
        algorithm.Value == Ed25519 ? "Ed25519" : algorithm.FriendlyName ?? algorithm.Value ?? "unknown";

    private static string CurveOf(ECCurve curve) => curve.Oid?.Value switch
    {
        "1.2.840.10045.3.1.7" => "P-256",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        var other => curve.Oid?.FriendlyName ?? other ?? "on a curve of its own",
    };

    private const string Ed25519 = "1.3.101.112";
}
