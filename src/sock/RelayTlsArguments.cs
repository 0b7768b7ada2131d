using System.CommandLine;
using Sockeye.Tls;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool;

/// <summary>The options of a relay's TLS: its certificate where callers speak it, whom to believe where it is spoken onward.</summary>
internal sealed class RelayTlsArguments
{
    private readonly Option<string?> _certificate = CommonOptions.Text("--cert", "FILE",
        "with FROM `tls://`: the certificate to show, then its issuers (PEM)\nWithout it one is made now, and its fingerprint is said.");
    private readonly Option<string?> _key = CommonOptions.Text("--key", "FILE",
        "the private key of `--cert` (PEM)\nWithout it the key is in the file of the certificate.");
    private readonly Option<string?> _passwordFile = CommonOptions.Text("--key-password-file", "FILE", "what opens an encrypted `--key`: the first line of FILE");
    private readonly Option<string?> _authorities = CommonOptions.Text("--ca-file", "FILE",
        "with TO `tls://`: who may have issued its certificate (PEM)\nNobody else then counts.");
    private readonly Option<string[]> _pins = CommonOptions.Texts("--pin", "PIN", "with TO `tls://`: the key that it has to have\n`sha256//` and the Base64 of its SHA-256.");
    private readonly Option<string?> _serverName = CommonOptions.Text("--servername", "HOST", "with TO `tls://`: the name that its certificate has to be for");
    private readonly Option<bool> _insecure = CommonOptions.Flag("--insecure", "with TO `tls://`: talk with whomever answers");

    /// <summary>Declares them on a verb.</summary>
    public RelayTlsArguments(Verb verb) =>
        verb.AddSeldomUsed(_certificate, _key, _passwordFile, _authorities, _pins, _serverName, _insecure);

    /// <summary>How TLS is spoken with callers; null if it is not. Files are read.</summary>
    public TlsServing? Accepting(ParseResult command, Address from)
    {
        ThrowIfPointless(command, from, "FROM", "--cert", "--key", "--key-password-file");
        if (from.Transport != Transport.Tls)
            return null;
        if (command.GetValue(_certificate) is { } file)
            return new(new() { Certificates = [CertificateFile.Read(file, command.GetValue(_key), CertificateFile.PasswordIn(command.GetValue(_passwordFile)))] }, IsSelfSigned: false);
        return new(new() { Certificates = [TlsServerArguments.SelfSigned(from)] }, IsSelfSigned: true);
    }

    /// <summary>What is put on connections onward. Files are read.</summary>
    public IReadOnlyList<ConnectionLayer> Connecting(ParseResult command, Address to)
    {
        ThrowIfPointless(command, to, "TO", "--ca-file", "--pin", "--servername", "--insecure");
        if (to.Transport != Transport.Tls)
            return [];
        if (command.GetValue(_insecure) || command.IsGiven("--ca-file"))
            TlsEnvironment.LeaveOutAuthorities();
        TlsEnvironment.AllowKeyLog();
        return
        [
            TlsClient.Layer(new()
            {
                Authorities = command.GetValue(_authorities) is { } file ? CertificateFile.ReadAuthorities(file) : null,
                Pins = TlsClientArguments.PinsIn(command.GetValue(_pins) ?? []),
                ServerName = command.GetValue(_serverName),
                Insecure = command.GetValue(_insecure),
            }),
        ];
    }

    private static void ThrowIfPointless(ParseResult command, Address side, string name, params string[] options)
    {
        if (side.Transport != Transport.Tls && Array.Find(options, command.IsGiven) is { } pointless)
            throw new UsageException($"{pointless} is for TLS on the side of {name}, where it is not asked for", $"Write tls:// in front of {name}.");
    }
}
