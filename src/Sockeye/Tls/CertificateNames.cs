using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>Whether a certificate is for a name (RFC 9525): by its alternative names alone, <c>*</c> standing for the whole
/// of the first label. The common name of old does not count.</summary>
internal static class CertificateNames
{
    public static bool Match(X509Certificate2 certificate, string name)
    {
        try
        {
            return certificate.MatchesHostname(Normalized(name), allowWildcards: true, allowCommonName: false);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException or NetException)
        {
            // No name that a certificate could be for, or alternative names that cannot be read.
            return false;
        }
    }

    /// <summary>As certificates and the server name extension spell it: Punycode, no root's dot, no zone.</summary>
    public static string Normalized(string name)
    {
        if (!IPAddress.TryParse(name, out var ip))
            return HostText.ToAscii(name).TrimEnd('.');
        return new IPAddress(HostText.Unmapped(ip).GetAddressBytes()).ToString();
    }

    /// <summary>The names for a message: the first few, quoted.</summary>
    public static string Listed(CertificateInfo certificate)
    {
        if (certificate.Names.Count == 0)
            return "it has no alternative names";
        var listed = "it is for " + string.Join(", ", certificate.Names.Take(MostListed).Select(Quoted.Of));
        var more = certificate.Names.Count - MostListed;
        return more > 0 ? $"{listed} and {more} more" : listed;
    }

    private const int MostListed = 5;
}
