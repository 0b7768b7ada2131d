using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>A certificate with its private key and its issuers: what an end of TLS says who it is by.</summary>
/// <example>
/// <code>
/// using var certificate = TlsCertificate.SelfSigned();
/// await using var server = TlsServer.Start(
///     "localhost:0", (peer, cancel) => peer.CopyToAsync(peer, cancel), new() { Certificates = [certificate] });
/// Console.WriteLine($"{server.LocalAddress} has the key {certificate.Info.Pin}");
/// </code>
/// </example>
public sealed class TlsCertificate : IDisposable
{
    private readonly X509Certificate2 _certificate;

    private TlsCertificate(X509Certificate2 certificate, X509Certificate2Collection? issuers = null)
    {
        _certificate = certificate;
        Info = CertificateInfo.Of(certificate);
        Context = SslStreamCertificateContext.Create(certificate, issuers, offline: true);
    }

    /// <summary>What it says.</summary>
    public CertificateInfo Info { get; }

    /// <summary>Certificate, key and issuers as the platform takes them.</summary>
    internal SslStreamCertificateContext Context { get; }

    /// <summary>Reads a certificate and its key from PEM files.</summary>
    /// <param name="path">The certificate, then its issuers.</param>
    /// <param name="keyPath">The private key. Defaults to null: it is in the same file.</param>
    /// <param name="password">Opens an encrypted key. Defaults to null: it is not encrypted.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="IOException">A file cannot be read; there is no certificate, no key, or a key of another
    /// certificate; the password is missing or wrong.</exception>
    public static TlsCertificate FromPemFiles(string path, string? keyPath = null, string? password = null)
    {
        var pem = PemFile.Read(path);
        var keyPem = keyPath is null ? pem : PemFile.Read(keyPath);
        var all = PemFile.Certificates(pem, Quoted.Of(path));
        var certificate = WithKey(pem, keyPem, password, Quoted.Of(keyPath ?? path));
        return new(Usable(certificate), [.. all.Skip(1)]);
    }

    /// <summary>Takes a certificate that has its private key.</summary>
    /// <param name="certificate">The certificate, which is disposed together with this.</param>
    /// <param name="issuers">Its issuers, to be shown with it. Defaults to none.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="ArgumentException">It has no private key.</exception>
    public static TlsCertificate From(X509Certificate2 certificate, IEnumerable<X509Certificate2>? issuers = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.HasPrivateKey
            ? new(certificate, [.. issuers ?? []])
            : throw new ArgumentException("the certificate has no private key", nameof(certificate));
    }

    /// <summary>Makes a certificate that nobody but itself vouches for, with a new P-256 key: for tests, and for peers that
    /// compare its <see cref="CertificateInfo.Fingerprint"/> or <see cref="CertificateInfo.Pin"/>.</summary>
    /// <param name="names">Host names and IP addresses that it is for. Defaults to null: <c>localhost</c>, 127.0.0.1 and ::1.</param>
    /// <param name="lifetime">How long it is valid from now on. Defaults to null: a year.</param>
    /// <param name="time">The clock. Defaults to <see cref="TimeProvider.System"/>.</param>
    /// <returns>The certificate.</returns>
    public static TlsCertificate SelfSigned(
        IReadOnlyList<string>? names = null, TimeSpan? lifetime = null, TimeProvider? time = null)
    {
        if (names is not { Count: > 0 })
            names = LocalNames;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={names[0]}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(AlternativeNames(names));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication, ClientAuthentication], critical: false));
        var now = (time ?? TimeProvider.System).GetUtcNow();
        return new(Usable(request.CreateSelfSigned(now - ClockDifference, now + (lifetime ?? TimeSpan.FromDays(365)))));
    }

    /// <summary>Whether it is for a host name or IP address; <c>*.example.com</c> is for every name one level below.</summary>
    internal bool IsFor(string name) => CertificateNames.Match(_certificate, name);

    /// <summary>Frees the key.</summary>
    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 WithKey(string pem, string keyPem, string? password, string keySource)
    {
        var isEncrypted = keyPem.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (isEncrypted && password is null)
            throw new IOException($"the private key in {keySource} is encrypted: it needs its password");
        if (!isEncrypted && !keyPem.Contains(" PRIVATE KEY-----", StringComparison.Ordinal))
            throw new IOException($"{keySource} holds no private key (PEM)");
        try
        {
            return isEncrypted
                ? X509Certificate2.CreateFromEncryptedPem(pem, keyPem, password)
                : X509Certificate2.CreateFromPem(pem, keyPem);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new IOException(
                isEncrypted
                    ? $"the private key in {keySource} cannot be used: wrong password, or the key of another certificate"
                    : $"the private key in {keySource} cannot be used: unknown form, or the key of another certificate",
                error);
        }
    }

    /// <summary>Windows uses no key that was never stored: one that has been through PKCS #12 counts as stored.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var ip))
                builder.AddIpAddress(ip);
            else
                builder.AddDnsName(name);
        }
        return builder.Build();
    }

    private static readonly string[] LocalNames = ["localhost", "127.0.0.1", "::1"];

    // So that a peer whose clock is a little behind takes it too.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    private static Oid ServerAuthentication => new("1.3.6.1.5.5.7.3.1");

    private static Oid ClientAuthentication => new("1.3.6.1.5.5.7.3.2");
}
