using System.Security.Authentication;
using System.Security.Cryptography;

namespace Sockeye.Tls;

/// <summary>What the platform's TLS means when it throws.</summary>
internal static class TlsFailure
{
    /// <summary>For <c>catch (Exception e) when (TlsFailure.IsOfTls(e))</c>: whether TLS itself has failed, and not the connection
    /// below it or the caller's patience; nor was either disposed or misused. What is left comes in many types, one of
    /// them not public.</summary>
    public static bool IsOfTls(Exception error) =>
        error is not (NetException or OperationCanceledException or ArgumentException or InvalidOperationException)
        && error.GetBaseException() is not ObjectDisposedException;

    /// <summary>Why a handshake failed.</summary>
    public static (NetErrorKind Kind, string Reason) ClassifyHandshake(Exception error, TlsWire wire)
    {
        if (!wire.SpeaksTls)
            return (NetErrorKind.ProtocolViolation, $"the peer does not speak TLS: it began with {Quoted.Of(wire.Beginning)}");
        // The platform asks for a server's certificate when it sees the client's hello, and misses it where there was none.
        if (error is NotSupportedException)
            return (NetErrorKind.ProtocolViolation, "the peer broke the rules of TLS: it did not begin with a client's hello");
        if (!wire.HasEnded)
            return Classify(error);
        return (NetErrorKind.ClosedEarly, wire.HasBegun
            ? "the peer ended the connection in the middle of the TLS handshake"
            : "the peer ended the connection instead of answering the TLS handshake");
    }

    /// <summary>What OpenSSL says, where it is OpenSSL; else what the platform says of it.</summary>
    public static (NetErrorKind Kind, string Reason) Classify(Exception error)
    {
        var (code, text) = OpenSslErrorOf(error);
        if (code is > AlertOffset and <= AlertOffset + byte.MaxValue)
            return (NetErrorKind.TlsRejected, $"the peer refused: {TlsAlert.Describe((byte)(code - AlertOffset))}");
        if (RejectionOf(code) is { } rejection)
            return (NetErrorKind.TlsRejected, rejection);
        // Other systems' own codes stand in an inner exception: there, most mean that something is not agreed to.
        return code == 0 && error is AuthenticationException { InnerException: not null }
            ? (NetErrorKind.TlsRejected, $"the TLS handshake failed: {text}")
            : (NetErrorKind.ProtocolViolation, $"the peer broke the rules of TLS: {text}");
    }

    /// <summary>
    /// The code of the innermost error, 0 if it is not OpenSSL's. It is packed as
    /// <code>library (8 bits) | reason (23 bits)    ERR_GET_REASON in openssl/err.h</code>
    /// and a received alert has the reason 1000 + its number.
    /// </summary>
    private static (int Code, string Text) OpenSslErrorOf(Exception error)
    {
        var innermost = error.GetBaseException();
        var text = innermost.Message.TrimEnd('.');
        if (innermost is not CryptographicException || innermost.HResult >> LibraryShift != SslLibrary)
            return (0, text);
        return (innermost.HResult & ReasonMask, text[(text.LastIndexOf(':') + 1)..]);
    }

    /// <summary>What both ends cannot agree on, as opposed to what is malformed (openssl/sslerr.h).</summary>
    private static string? RejectionOf(int code) => code switch
    {
        193 => "no cipher suite in common",
        258 or 266 or 191 => "no version of TLS in common",
        235 => "no application protocol in common",
        101 or 118 => "no key exchange or signature algorithm in common",
        338 => "the peer's TLS lacks secure renegotiation (RFC 5746)",
        394 or 397 or 398 or 399 => "a key or certificate of the peer is too weak",
        _ => null,
    };

    private const int LibraryShift = 23;
    private const int SslLibrary = 20;
    private const int ReasonMask = (1 << LibraryShift) - 1;
    private const int AlertOffset = 1000;
}
