using System.Security.Authentication;

namespace Sockeye.Tls;

/// <summary>One reason not to trust a certificate.</summary>
/// <param name="Kind">Which one, in a word.</param>
/// <param name="Text">Which one, as the end of a sentence that begins with the certificate: <c>expired 12 days ago</c>.</param>
public sealed record CertificateProblem(CertificateProblemKind Kind, string Text);

/// <summary>What a peer has shown in a handshake, and what is wrong with it.</summary>
/// <param name="Certificates">Its certificate, then the issuers as far as they are known; empty where it showed none.</param>
/// <param name="Problems">What is wrong; empty where all is well.</param>
public sealed record CertificateVerdict(IReadOnlyList<CertificateInfo> Certificates, IReadOnlyList<CertificateProblem> Problems)
{
    /// <summary>Why a peer's certificate was refused.</summary>
    /// <param name="error">The error that a handshake ended with.</param>
    /// <returns>What the peer had shown; null if that was not the reason.</returns>
    public static CertificateVerdict? Of(NetException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Exception? cause = error;
        while (cause is not (null or CertificateRefusal))
            cause = cause.InnerException;
        return (cause as CertificateRefusal)?.Verdict;
    }
}

/// <summary>What stands behind the error of a handshake that ended because of a certificate.</summary>
internal sealed class CertificateRefusal(CertificateVerdict verdict, Exception error) : AuthenticationException(error.Message, error)
{
    public CertificateVerdict Verdict { get; } = verdict;
}

/// <summary>What can be wrong with a certificate.</summary>
public enum CertificateProblemKind
{
    /// <summary>None was shown.</summary>
    Missing,

    /// <summary>It, or one of its issuers, has expired.</summary>
    Expired,

    /// <summary>It, or one of its issuers, is not valid yet.</summary>
    NotYetValid,

    /// <summary>It is for other names than the one asked for.</summary>
    WrongName,

    /// <summary>It was issued by itself, and is not among those that are trusted.</summary>
    SelfSigned,

    /// <summary>It was issued by somebody who is not trusted, or not known.</summary>
    UnknownIssuer,

    /// <summary>Its issuer has revoked it.</summary>
    Revoked,

    /// <summary>Its issuer could not be asked whether it is revoked.</summary>
    RevocationUnknown,

    /// <summary>It is meant for something else, such as for clients instead of servers.</summary>
    WrongUse,

    /// <summary>Its key is none of those that were pinned.</summary>
    WrongKey,

    /// <summary>It is malformed, or not genuine.</summary>
    Invalid,
}
