using Sockeye.Tls;

namespace Sockeye.Tool.Certificates;

/// <summary>What a server has shown of its certificates, and what comes of it.</summary>
internal sealed record Examination
{
    /// <summary>The address that was asked for.</summary>
    public required Address Address { get; init; }

    /// <summary>What was shown, and what is wrong with it.</summary>
    public required CertificateVerdict Verdict { get; init; }

    /// <summary>The moment that all days are counted from.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>A certificate that ends within so many days is to be told; null for none.</summary>
    public required int? WarnDays { get; init; }

    /// <summary>The address that was connected to, numeric; null if the handshake did not succeed.</summary>
    public Address? Remote { get; init; }

    /// <summary>What was agreed on; null if the handshake did not succeed.</summary>
    public TlsInfo? Tls { get; init; }

    public bool IsTrusted => Verdict.Problems.Count == 0;

    public bool IsGood => IsTrusted && EndingSoon.Count == 0;

    /// <summary>Those that end within <see cref="WarnDays"/>.</summary>
    public IReadOnlyList<CertificateInfo> EndingSoon => WarnDays is not { } days
        ? []
        : [.. Verdict.Certificates.Where(certificate => certificate.NotAfter > Now && certificate.NotAfter - Now < TimeSpan.FromDays(days))];

    /// <summary>What is wrong, all of it, as a sentence.</summary>
    public string Complaint => string.Join("; ", ((string[])[TrustComplaint, EndComplaint]).Where(part => part.Length > 0));

    private string TrustComplaint => IsTrusted ? "" : $"the server's certificate {string.Join(", and ", Verdict.Problems.Select(problem => problem.Text))}";

    private string EndComplaint => string.Join("; ", EndingSoon.Select(certificate =>
        $"the certificate of '{TlsText.NameOf(certificate)}' ends soon: {TlsText.Remaining(certificate.NotAfter - Now)}"));
}
