using System.Text.Json;
using Sockeye.Tls;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool;

/// <summary>What TLS has agreed on, and who the peer is, in words and as JSON.</summary>
internal static class TlsText
{
    /// <summary>A version as it is typed: <c>1.3</c>.</summary>
    public static string Of(TlsVersion version) => version == TlsVersion.Tls12 ? "1.2" : "1.3";

    /// <summary>One line: <c>TLS 1.3, TLS_AES_256_GCM_SHA384, server name www.example.com, ALPN h2, certificate of ...</c>.</summary>
    public static string Of(TlsInfo tls)
    {
        var facts = new List<string> { $"TLS {Of(tls.Version)}", tls.CipherSuite };
        if (tls.ServerName is { } name)
            facts.Add($"server name {name}");
        if (tls.ApplicationProtocol is { } protocol)
            facts.Add($"ALPN {protocol}");
        if (tls.PeerCertificate is { } certificate)
            facts.Add(Of(certificate));
        return Terminal.Harmless(string.Join(", ", facts));
    }

    /// <summary>What is wrong with the server's certificate and was overlooked; null if nothing was.</summary>
    public static string? Overlooked(TlsInfo tls) => tls.Problems.Count == 0
        ? null
        : Terminal.Harmless($"warning: the server's certificate {string.Join(", and ", tls.Problems.Select(problem => Overlooked(problem, tls)))} (--insecure)");

    /// <summary>Whether this system trusts an issuer has not been looked at.</summary>
    private static string Overlooked(CertificateProblem problem, TlsInfo tls) => problem.Kind == CertificateProblemKind.UnknownIssuer
        ? $"was issued by '{tls.PeerCertificate!.IssuerName}', which was not verified"
        : problem.Text;

    /// <summary><c>certificate of www.example.com by Example CA, 57 days left</c>.</summary>
    private static string Of(CertificateInfo certificate)
    {
        var issuer = certificate.IsSelfIssued ? "itself" : certificate.IssuerName;
        return $"certificate of {NameOf(certificate)} by {issuer}, {Remaining(certificate.NotAfter - TimeProvider.System.GetUtcNow())}";
    }

    /// <summary><c>57 days left</c>, <c>expired 3 days ago</c>.</summary>
    public static string Remaining(TimeSpan left) => left < TimeSpan.Zero
        ? $"expired {OutcomeText.Count((long)-left.TotalDays, "day")} ago"
        : $"{OutcomeText.Count((long)left.TotalDays, "day")} left";

    /// <summary>The same, as properties of an object.</summary>
    public static void Write(Utf8JsonWriter json, TlsInfo tls)
    {
        WriteAgreement(json, tls);
        if (tls.PeerCertificate is { } certificate)
            WriteCertificate(json, "peerCertificate", certificate);
        if (tls.Problems.Count > 0)
            WriteProblems(json, tls.Problems);
    }

    /// <summary>What both ends agreed on, as properties of an object.</summary>
    public static void WriteAgreement(Utf8JsonWriter json, TlsInfo tls)
    {
        json.WriteString("version", $"TLS {Of(tls.Version)}");
        json.WriteString("cipherSuite", tls.CipherSuite);
        if (tls.ServerName is { } name)
            json.WriteString("serverName", name);
        if (tls.ApplicationProtocol is { } protocol)
            json.WriteString("applicationProtocol", protocol);
    }

    /// <summary>What is wrong with a certificate, as an array of objects.</summary>
    public static void WriteProblems(Utf8JsonWriter json, IReadOnlyList<CertificateProblem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("kind", problem.Kind.ToString());
            json.WriteString("text", problem.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>What a certificate says, as an object.</summary>
    public static void WriteCertificate(Utf8JsonWriter json, string name, CertificateInfo certificate)
    {
        json.WriteStartObject(name);
        WriteFields(json, certificate);
        json.WriteEndObject();
    }

    /// <summary>What a certificate says, as properties of an object.</summary>
    public static void WriteFields(Utf8JsonWriter json, CertificateInfo certificate)
    {
        json.WriteString("subject", certificate.Subject);
        json.WriteString("issuer", certificate.Issuer);
        json.WriteStartArray("names");
        foreach (var one in certificate.Names)
            json.WriteStringValue(one);
        json.WriteEndArray();
        json.WriteString("notBefore", certificate.NotBefore);
        json.WriteString("notAfter", certificate.NotAfter);
        json.WriteString("fingerprint", certificate.Fingerprint);
        json.WriteString("pin", certificate.Pin);
    }

    /// <summary>Whom a certificate is for: its first alternative name, else its subject.</summary>
    public static string NameOf(CertificateInfo certificate) => certificate.Names is [var first, ..] ? first : certificate.SubjectName;
}
