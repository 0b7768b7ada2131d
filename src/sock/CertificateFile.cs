using Sockeye.Tls;

namespace Sockeye.Tool;

/// <summary>Certificates in files, with a next step where they cannot be read.</summary>
internal static class CertificateFile
{
    /// <summary>A certificate of ours.</summary>
    /// <param name="certificate">The certificate, then its issuers (PEM).</param>
    /// <param name="key">Its key; null if it is in the same file.</param>
    /// <param name="password">Opens the key; null if it is not encrypted.</param>
    public static TlsCertificate Read(string certificate, string? key, string? password)
    {
        foreach (var file in key is null ? [certificate] : (string[])[certificate, key])
            Require(file);
        try
        {
            return TlsCertificate.FromPemFiles(certificate, key, password);
        }
        catch (IOException error)
        {
            throw Advised(error, key, password);
        }
    }

    /// <summary>Those who may issue certificates.</summary>
    public static TlsAuthorities ReadAuthorities(string file)
    {
        try
        {
            Require(file);
            return TlsAuthorities.FromPemFile(file);
        }
        catch (IOException error)
        {
            throw new AdvisedException(error, "--ca-file FILE holds the certificates of those who issue others: '-----BEGIN CERTIFICATE-----' and so on.");
        }
    }

    /// <summary>A password: the first line of a file, null if there is no file.</summary>
    public static string? PasswordIn(string? file)
    {
        if (file is null)
            return null;
        Require(file);
        return File.ReadLines(file).FirstOrDefault("");
    }

    private static void Require(string file)
    {
        if (!File.Exists(file))
            throw new IOException(Directory.Exists(file) ? $"'{file}' is a directory" : $"there is no file '{file}'");
    }

    private static Exception Advised(IOException error, string? key, string? password) => (key, password) switch
    {
        (null, null) => new AdvisedException(error, "--key FILE says where its key is, --key-password-file FILE what opens it."),
        (null, _) => new AdvisedException(error, "--key FILE says where its key is."),
        (_, null) => new AdvisedException(error, "--key-password-file FILE says what opens an encrypted key."),
        _ => error,
    };
}
