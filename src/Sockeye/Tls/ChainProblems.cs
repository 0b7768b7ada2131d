using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>What building a certificate's chain has found, in words.</summary>
internal static class ChainProblems
{
    public static IEnumerable<CertificateProblem> Of(X509Certificate2 certificate, X509Chain chain, DateTimeOffset now)
    {
        var told = X509ChainStatusFlags.NoError;
        foreach (var element in chain.ChainElements)
        {
            foreach (var status in element.ChainElementStatus)
            {
                told |= status.Status;
                if (ProblemOf(status.Status, element.Certificate, element == chain.ChainElements[0], now) is { } problem)
                    yield return problem;
            }
        }
        // What is wrong with no certificate in particular.
        foreach (var status in chain.ChainStatus.Where(status => !told.HasFlag(status.Status)))
        {
            if (ProblemOf(status.Status, certificate, isPeersOwn: true, now) is { } problem)
                yield return problem;
        }
    }

    private static CertificateProblem? ProblemOf(
        X509ChainStatusFlags status, X509Certificate2 certificate, bool isPeersOwn, DateTimeOffset now)
    {
        var (kind, text) = Describe(status, certificate, isPeersOwn, now);
        if (kind is null)
            return null;
        return new(kind.Value, isPeersOwn || kind == CertificateProblemKind.UnknownIssuer
            ? text
            : $"was issued by {Quoted.Of(NameOf(certificate))}, whose own {text}");
    }

    private static (CertificateProblemKind? Kind, string Text) Describe(
        X509ChainStatusFlags status, X509Certificate2 certificate, bool isPeersOwn, DateTimeOffset now) => status switch
        {
            X509ChainStatusFlags.NoError => (null, ""),
            X509ChainStatusFlags.NotTimeValid => DescribeTime(certificate, now),
            X509ChainStatusFlags.UntrustedRoot when isPeersOwn =>
                (CertificateProblemKind.SelfSigned, "is self-signed and not trusted here"),
            X509ChainStatusFlags.UntrustedRoot =>
                (CertificateProblemKind.UnknownIssuer, $"was issued by {Quoted.Of(NameOf(certificate))}, who is not trusted here"),
            X509ChainStatusFlags.PartialChain =>
                (CertificateProblemKind.UnknownIssuer, $"was issued by {Quoted.Of(IssuerOf(certificate))}, who is not known here"),
            X509ChainStatusFlags.Revoked => (CertificateProblemKind.Revoked, "has been revoked"),
            X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation =>
                (CertificateProblemKind.RevocationUnknown, "may have been revoked: its issuer could not be asked"),
            X509ChainStatusFlags.NotValidForUsage => (CertificateProblemKind.WrongUse, "is meant for another use"),
            X509ChainStatusFlags.NotSignatureValid => (CertificateProblemKind.Invalid, "is not genuine: its signature does not fit"),
            _ => (CertificateProblemKind.Invalid, $"breaks the rules of certificates ({status})"),
        };

    private static (CertificateProblemKind, string) DescribeTime(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (start, end) = (Utc(certificate.NotBefore), Utc(certificate.NotAfter));
        return now < start
            ? (CertificateProblemKind.NotYetValid, $"is not valid before {Date(start)}: in {Rough(start - now)}, by this machine's clock")
            : (CertificateProblemKind.Expired, $"expired {Rough(now - end)} ago ({Date(end)})");
    }

    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime());

    private static string NameOf(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    private static string IssuerOf(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true);

    /// <summary><c>12 days</c>, <c>3 hours</c>, <c>1 minute</c>.</summary>
    private static string Rough(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => Texts.Count((long)time.TotalDays, "day"),
        { TotalHours: >= 1 } => Texts.Count((long)time.TotalHours, "hour"),
        _ => Texts.Count(Math.Max(1, (long)time.TotalMinutes), "minute"),
    };

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
