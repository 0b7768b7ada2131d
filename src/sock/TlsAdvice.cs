using System.CommandLine;
using Sockeye.Tls;

namespace Sockeye.Tool;

/// <summary>The next step where a client's TLS does not come about.</summary>
internal static class TlsAdvice
{
    /// <summary>What to do; null where it has nothing to do with TLS.</summary>
    public static string? For(NetException error, ParseResult command) => error switch
    {
        _ when !command.Has("--pin") => null,
        _ when CertificateVerdict.Of(error) is { Certificates: [var shown, ..] } verdict => OfCertificate(shown, verdict.Problems),
        { Kind: NetErrorKind.TlsRejected } => OfRefusal(error.Reason, command),
        { Kind: NetErrorKind.ClosedEarly, Operation: NetOperation.Read } when Tells(error.Reason, "close_notify") =>
            "Some programs end so all the time: only a length in what they sent tells whether it is whole.",
        { Operation: NetOperation.Handshake } => OfHandshake(error, command),
        _ => null,
    };

    private static string OfCertificate(CertificateInfo shown, IReadOnlyList<CertificateProblem> problems)
    {
        var kinds = problems.Select(problem => problem.Kind).ToList();
        var pinned = $"--insecure --pin {shown.Pin}";
        return kinds switch
        {
            _ when kinds.Contains(CertificateProblemKind.WrongKey) => $"If its owner confirms that key: --pin {shown.Pin}",
            _ when kinds.Contains(CertificateProblemKind.SelfSigned) =>
                $"If its owner confirms that key: {pinned} believes it; --ca-file FILE believes the certificate.",
            _ when kinds.Contains(CertificateProblemKind.UnknownIssuer) =>
                $"--ca-file FILE names its issuer; {pinned} believes that key, if its owner confirms it.",
            [CertificateProblemKind.WrongName] when NameToAskFor(shown) is { } name => $"--servername {name} asks for a name that it is for.",
            [CertificateProblemKind.WrongName] => "--servername HOST says for which name it has to be.",
            _ => $"Its owner has to renew it, or a clock is wrong; {pinned} goes on with that key all the same.",
        };
    }

    /// <summary>A name that the certificate is for; null if there is none that could be asked for.</summary>
    public static string? NameToAskFor(CertificateInfo shown) => shown.Names.FirstOrDefault(name => !name.Contains('*'));

    /// <summary>The peer has refused us, or there is nothing in common.</summary>
    private static string? OfRefusal(string reason, ParseResult command) => reason switch
    {
        _ when Tells(reason, "protocol_version", "no version") => command.IsGiven("--tls-min") || command.IsGiven("--tls-max")
            ? "--tls-min and --tls-max leave it none that it speaks."
            : "It speaks none but old versions of TLS, which are broken.",
        _ when Tells(reason, "application protocol", "no_application_protocol") => "--alpn LIST names others; without it nothing is said of them.",
        _ when Tells(reason, "unrecognized_name") => "--servername HOST asks for another name.",
        _ when !Tells(reason, "certificate", "unknown_ca", "access_denied", "handshake_failure") => null,
        _ when command.IsGiven("--cert") => "It has to know the issuer of --cert; the server's log may say more.",
        _ => "If it wants to know who you are, --cert FILE says so.",
    };

    private static bool Tells(string reason, params string[] words) => Array.Exists(words, word => reason.Contains(word, StringComparison.Ordinal));

    /// <summary>There was no handshake to begin with, or it broke off.</summary>
    private static string? OfHandshake(NetException error, ParseResult command) => (error.Kind, command.CommandResult.Command.Name) switch
    {
        (NetErrorKind.ProtocolViolation, "get") => "http:// asks without TLS.",
        (NetErrorKind.ProtocolViolation, _) when command.IsGiven("--starttls") => "'sock connect' without TLS shows what the server says.",
        (NetErrorKind.ProtocolViolation, _) => "It may speak no TLS at that port. If it begins in the clear, --starttls PROTOCOL goes over to TLS.",
        (NetErrorKind.ClosedEarly or NetErrorKind.Reset, _) => "It may speak no TLS at that port, or its log says why.",
        (NetErrorKind.TimedOut, _) when command.IsGiven("--starttls") =>
            "It may speak TLS from the start, and wait for it: try tls:// instead of --starttls.",
        (NetErrorKind.TimedOut, _) => $"It takes connections and says nothing: perhaps it speaks no TLS there. {Limit(command)} TIME waits longer.",
        _ => null,
    };

    private static string Limit(ParseResult command) => command.Has("--connect-timeout") ? "--connect-timeout" : "--timeout";
}
