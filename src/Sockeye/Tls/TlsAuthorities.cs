using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>Who may issue certificates: the roots that are trusted instead of the system's own.</summary>
public sealed class TlsAuthorities
{
    private TlsAuthorities(X509Certificate2Collection certificates) => Certificates = certificates;

    internal X509Certificate2Collection Certificates { get; }

    /// <summary>Reads authorities from a file of PEM blocks. A self-signed certificate is its own authority.</summary>
    /// <param name="path">The file.</param>
    /// <returns>All certificates in it.</returns>
    /// <exception cref="IOException">The file cannot be read, or holds no certificate.</exception>
    public static TlsAuthorities FromPemFile(string path) => FromPem(PemFile.Read(path), Quoted.Of(path));

    /// <summary>Reads authorities from PEM text.</summary>
    /// <param name="pem">Certificates, one after another.</param>
    /// <returns>All certificates in it.</returns>
    /// <exception cref="IOException">It holds no certificate.</exception>
    public static TlsAuthorities FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return FromPem(pem, "the text");
    }

    private static TlsAuthorities FromPem(string pem, string source) => new(PemFile.Certificates(pem, source));
}

/// <summary>PEM files, with errors that say which file and what is wrong with it.</summary>
internal static class PemFile
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return File.ReadAllText(path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"{Quoted.Of(path)} may not be read", error);
        }
    }

    /// <summary>All certificates of a text, at least one.</summary>
    /// <exception cref="IOException">There is none, or one of them cannot be read.</exception>
    public static X509Certificate2Collection Certificates(string pem, string source)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new IOException($"{source} holds a certificate that cannot be read", error);
        }
        return certificates.Count > 0 ? certificates : throw new IOException($"{source} holds no certificate (PEM)");
    }
}
