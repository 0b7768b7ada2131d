using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>A public key's fingerprint: <c>sha256//</c> and the Base64 of the SHA-256 of its SubjectPublicKeyInfo.</summary>
internal static class CertificatePin
{
    public static string Of(X509Certificate2 certificate) =>
        Front + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The pins, if they are pins.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<string> pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        return pins.FirstOrDefault(pin => !IsPin(pin)) is { } wrong
            ? throw new ArgumentException($"{Quoted.Of(wrong)} is no pin: write {Front} and the Base64 of 32 bytes", nameof(pins))
            : pins;
    }

    private static bool IsPin(string pin)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return pin.StartsWith(Front, StringComparison.Ordinal)
            && pin.Length == Front.Length + Base64Length
            && Convert.TryFromBase64String(pin[Front.Length..], hash, out var count)
            && count == hash.Length;
    }

    private const string Front = "sha256//";
    private const int Base64Length = 44;
}
