using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockeye.Tls;

namespace Sockeye.Tests.Support;

/// <summary>What a certificate of a test is to say.</summary>
internal sealed record CertificatePlan(params string[] Names)
{
    public DateTimeOffset NotBefore { get; init; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset NotAfter { get; init; } = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The purpose, server authentication unless it says otherwise.</summary>
    public string Use { get; init; } = "1.3.6.1.5.5.7.3.1";

    /// <summary>Where the issuer tells which certificates it has revoked; null for nowhere.</summary>
    public string? RevocationList { get; init; }

    public const string ForClients = "1.3.6.1.5.5.7.3.2";
}

/// <summary>Issues certificates for tests, and is trusted by those who are told to.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly TestAuthority? _issuer;

    private TestAuthority(X509Certificate2 certificate, TestAuthority? issuer) => (_certificate, _issuer) = (certificate, issuer);

    public static TestAuthority Create(string name = "Test Root") =>
        new(RequestFor(name, out _).CreateSelfSigned(new CertificatePlan().NotBefore, new CertificatePlan().NotAfter), issuer: null);

    /// <summary>An authority below this one.</summary>
    public TestAuthority CreateBelow(string name = "Test Intermediate", CertificatePlan? plan = null)
    {
        plan ??= new();
        return new(Sign(RequestFor(name, out var key), plan, key), this);
    }

    /// <summary>What makes this one trusted.</summary>
    public TlsAuthorities Trust => TlsAuthorities.FromPem(Pem);

    public string Pem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>A certificate for these names, together with the authorities between the root and it.</summary>
    public TlsCertificate Issue(params string[] names) => Issue(new CertificatePlan(names));

    public TlsCertificate Issue(CertificatePlan plan)
    {
        var (certificate, issuers) = IssueBare(plan);
        return TlsCertificate.From(certificate, issuers);
    }

    /// <summary>The same as the base class library has it.</summary>
    public (X509Certificate2 Certificate, List<X509Certificate2> Issuers) IssueBare(CertificatePlan plan)
    {
        var issuers = new List<X509Certificate2>();
        for (var authority = this; authority._issuer is not null; authority = authority._issuer)
            issuers.Add(authority._certificate);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (Sign(LeafRequest(plan, key), plan, key), issuers);
    }

    /// <summary>A list of the certificates that are revoked, signed by this authority.</summary>
    public byte[] RevocationListOf(params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked)
            builder.AddEntry(certificate);
        var identifier = X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false);
        using var signer = _certificate.GetECDsaPrivateKey()!;
        return builder.Build(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), crlNumber: 1,
            nextUpdate: new CertificatePlan().NotAfter, HashAlgorithmName.SHA256, identifier, thisUpdate: new CertificatePlan().NotBefore);
    }

    /// <summary>A certificate that nobody but itself vouches for.</summary>
    public static TlsCertificate SelfSigned(CertificatePlan plan)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return TlsCertificate.From(LeafRequest(plan, key).CreateSelfSigned(plan.NotBefore, plan.NotAfter));
    }

    public void Dispose() => _certificate.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, CertificatePlan plan, ECDsa key)
    {
        var serial = new byte[8];
        RandomNumberGenerator.Fill(serial.AsSpan(1));
        serial[1] |= 0x80;    // so that the zero before it has to be there
        // By name and key: told the issuer itself, it would not let a certificate outlive it.
        using var signer = _certificate.GetECDsaPrivateKey()!;
        using var bare = request.Create(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), plan.NotBefore, plan.NotAfter, serial);
        return bare.CopyWithPrivateKey(key);
    }

    private static CertificateRequest RequestFor(string authority, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={authority}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static CertificateRequest LeafRequest(CertificatePlan plan, ECDsa key)
    {
        var request = new CertificateRequest($"CN={(plan.Names.Length > 0 ? plan.Names[0] : "nobody")}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(plan.Use)], false));
        if (plan.RevocationList is { } list)
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([list]));
        if (plan.Names.Length == 0)
            return request;
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in plan.Names)
        {
            if (IPAddress.TryParse(name, out var ip))
                names.AddIpAddress(ip);
            else
                names.AddDnsName(name);
        }
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
