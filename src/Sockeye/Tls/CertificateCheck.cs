using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>Judges the peer's certificate in one handshake, and keeps the reasons.</summary>
internal sealed class CertificateCheck(TlsOptions options)
{
    private readonly DateTimeOffset _now = options.Time.GetUtcNow();

    /// <summary>The name that it has to be for; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the peer has to show one at all.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The keys of which it has to have one; none for any key.</summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Whether everything but a wrong key is overlooked.</summary>
    public bool IsLenient { get; init; }

    /// <summary>What the peer has shown, and what is wrong with it.</summary>
    public CertificateVerdict Verdict => new(Certificates, Problems);

    /// <summary>The peer's certificate and its issuers, as far as they are known.</summary>
    public IReadOnlyList<CertificateInfo> Certificates { get; private set; } = [];

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<CertificateProblem> Problems { get; private set; } = [];

    /// <summary>Why the handshake must not go on, as the end of a sentence; null where it may.</summary>
    public string? Rejection { get; private set; }

    /// <summary>How the chain is to be built. Nothing is fetched for it: a peer has to send its chain.</summary>
    public X509ChainPolicy CreatePolicy()
    {
        var policy = new X509ChainPolicy
        {
            VerificationTime = _now.UtcDateTime,
            RevocationMode = options.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            DisableCertificateDownloads = true,
        };
        if (options.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities.Certificates);
        }
        return policy;
    }

    /// <summary>For the platform to call back with the peer's certificate and the chain it has built.</summary>
    public bool Accept(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        Problems = [.. (shown, chain) switch
        {
            (X509Certificate2 certificate, not null) => Examine(certificate, chain, errors),
            (null, _) => Missing(),
            _ => [Unverifiable],
        }];
        options.OnCertificate?.Invoke(Verdict);
        var decisive = Problems.Where(problem => !IsLenient || problem.Kind == CertificateProblemKind.WrongKey).ToList();
        if (decisive.Count > 0)
            Rejection = string.Join(", and ", decisive.Select(problem => problem.Text));
        return Rejection is null;
    }

    /// <summary>Judges what a server has shown before the handshake failed, if the platform has not come to it.</summary>
    public void AcceptLate(IReadOnlyList<X509Certificate2> shown)
    {
        if (Certificates.Count > 0 || shown.Count == 0)
            return;
        using var chain = new X509Chain { ChainPolicy = CreatePolicy() };
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));    // for servers
        chain.ChainPolicy.ExtraStore.AddRange(shown.ToArray());
        Accept(this, shown[0], chain, chain.Build(shown[0]) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors);
    }

    private IEnumerable<CertificateProblem> Missing()
    {
        if (IsRequired)
            yield return new(CertificateProblemKind.Missing, "was asked for and not shown");
    }

    private IEnumerable<CertificateProblem> Examine(X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        Certificates = new ShownCertificates(chain.ChainElements.Select(element => element.Certificate).DefaultIfEmpty(certificate));
        List<CertificateProblem> ofChain = [.. ChainProblems.Of(certificate, chain, _now).DistinctBy(problem => problem.Kind)];
        if (ofChain.Count == 0 && errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            ofChain.Add(Unverifiable);
        return ofChain.Concat(NameProblems(certificate)).Concat(KeyProblems(certificate));
    }

    /// <summary>The platform objects, and does not say why.</summary>
    private static CertificateProblem Unverifiable => new(CertificateProblemKind.Invalid, "could not be verified");

    private IEnumerable<CertificateProblem> NameProblems(X509Certificate2 certificate)
    {
        if (Name is not null && !CertificateNames.Match(certificate, Name))
        {
            yield return new(
                CertificateProblemKind.WrongName,
                $"is not for {Quoted.Of(Name)} ({CertificateNames.Listed(Certificates[0])})");
        }
    }

    private IEnumerable<CertificateProblem> KeyProblems(X509Certificate2 certificate)
    {
        if (Pins.Count > 0 && CertificatePin.Of(certificate) is var pin && !Pins.Contains(pin))
            yield return new(CertificateProblemKind.WrongKey, $"has the key {pin}, which is not the pinned one");
    }
}
