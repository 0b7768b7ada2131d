using System.Globalization;
using System.Text.Json;
using Sockeye.Tls;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Certificates;

/// <summary>What a server has shown, on a screen and as JSON.</summary>
internal static class ExaminationText
{
    public static void Print(Examination found)
    {
        foreach (var (text, colour) in LinesOf(found))
            Terminal.Print(Terminal.PaintOutput(Terminal.Harmless(text), colour));
    }

    public static void PrintJson(Examination found) => JsonOutput.Print(json => Write(json, found));

    /// <summary>The certificates themselves, the server's own first.</summary>
    public static void PrintPem(Examination found)
    {
        foreach (var certificate in found.Verdict.Certificates)
            Terminal.Print(certificate.ToPem().TrimEnd('\n'));
    }

    private static IEnumerable<(string Text, Colour Colour)> LinesOf(Examination found)
    {
        yield return (found.Remote is null || found.Remote.Equals(found.Address) ? $"{found.Address}" : $"{found.Address} ({found.Remote})", Colour.Plain);
        if (found.Tls is { } tls)
            yield return (AgreedOn(tls), Colour.Plain);
        foreach (var certificate in found.Verdict.Certificates)
        {
            yield return (certificate.Subject.Length > 0 ? certificate.Subject : "(no subject)", Colour.Bold);
            foreach (var (label, value) in RowsOf(certificate, found.Now))
            {
                var lines = Terminal.Wrap(value, ScreenWidth - LabelWidth).ToList();
                for (var i = 0; i < lines.Count; i++)
                    yield return ((i == 0 ? $"  {label}" : "").PadRight(LabelWidth) + lines[i], Colour.Plain);
            }
        }
        foreach (var line in VerdictOf(found).SelectMany(line => Terminal.Wrap(line, ScreenWidth)))
            yield return (line, found.IsGood ? Colour.Good : Colour.Error);
    }

    private static string AgreedOn(TlsInfo tls)
    {
        var protocol = tls.ApplicationProtocol is { } name ? $", ALPN {name}" : "";
        return $"TLS {TlsText.Of(tls.Version)}, {tls.CipherSuite}{protocol}, handshake {OutcomeText.Of(tls.Elapsed)}";
    }

    private static IEnumerable<(string Label, string Value)> RowsOf(CertificateInfo certificate, DateTimeOffset now)
    {
        if (certificate.Names.Count > 0)
            yield return ("for", NamesOf(certificate));
        yield return ("by", certificate.IsSelfIssued ? "itself" : certificate.Issuer);
        yield return ("valid", $"{Date(certificate.NotBefore)} to {Date(certificate.NotAfter)}, {TlsText.Remaining(certificate.NotAfter - now)}");
        yield return ("key", $"{certificate.Key}, signed with {certificate.SignatureAlgorithm}");
        yield return ("SHA-256", certificate.Fingerprint.Replace(":", "", StringComparison.Ordinal));
        yield return ("pin", certificate.Pin);
    }

    /// <summary>As many as a line holds, and how many more there are.</summary>
    private static string NamesOf(CertificateInfo certificate)
    {
        var text = certificate.Names[0];
        for (var i = 1; i < certificate.Names.Count; i++)
        {
            if (text.Length + certificate.Names[i].Length > WidestNames)
                return $"{text} and {certificate.Names.Count - i} more";
            text += $", {certificate.Names[i]}";
        }
        return text;
    }

    private static IEnumerable<string> VerdictOf(Examination found)
    {
        if (found.IsTrusted)
            yield return "Trusted here";
        foreach (var problem in found.Verdict.Problems)
            yield return $"Not trusted here: it {problem.Text}";
        foreach (var certificate in found.EndingSoon)
            yield return $"Ends soon (--warn-days {found.WarnDays}): {TlsText.NameOf(certificate)}, {TlsText.Remaining(certificate.NotAfter - found.Now)}";
    }

    private static void Write(Utf8JsonWriter json, Examination found)
    {
        JsonOutput.WriteAddress(json, "address", found.Address);
        JsonOutput.WriteAddress(json, "remoteAddress", found.Remote);
        if (found.Tls is { } tls)
        {
            TlsText.WriteAgreement(json, tls);
            json.WriteNumber("handshake", tls.Elapsed.TotalSeconds);
        }
        json.WriteBoolean("trusted", found.IsTrusted);
        TlsText.WriteProblems(json, found.Verdict.Problems);
        json.WriteStartArray("certificates");
        foreach (var certificate in found.Verdict.Certificates)
        {
            json.WriteStartObject();
            TlsText.WriteFields(json, certificate);
            json.WriteString("key", certificate.Key);
            json.WriteString("signatureAlgorithm", certificate.SignatureAlgorithm);
            json.WriteString("serialNumber", certificate.SerialNumber);
            json.WriteNumber("daysLeft", (long)Math.Floor((certificate.NotAfter - found.Now).TotalDays));
            json.WriteBoolean("endsSoon", found.EndingSoon.Contains(certificate));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private const int ScreenWidth = 80;
    private const int LabelWidth = 11;
    private const int WidestNames = 55;
}
