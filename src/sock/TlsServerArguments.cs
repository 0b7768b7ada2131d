using System.CommandLine;
using System.Globalization;
using System.Net;
using Sockeye.Tls;
using Sockeye.Tool.Platform;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool;

/// <summary>The options of a server's TLS, and what they come to.</summary>
internal sealed class TlsServerArguments
{
    private readonly Option<bool> _tls = CommonOptions.Flag("--tls",
        """
        speak TLS, with a certificate made now or `--cert`
        The one that is made is for `localhost`, 127.0.0.1, ::1, the name of this machine and the address listened at, and nobody vouches for
        it: its fingerprint is said on standard error, and the `--pin` by which clients know it. Each handshake has 10s, and
        holds nobody up; one that fails is said, and others are heard.
        """, "--ssl");
    private readonly Option<string[]> _certificates = CommonOptions.Texts("--cert", "FILE",
        """
        with TLS: the certificate to show, then its issuers (PEM)
        It may be given several times: a client gets the first that is for the name it asks for (SNI), else the first.
        """);
    private readonly Option<string[]> _keys = CommonOptions.Texts("--key", "FILE",
        "the private key of `--cert` (PEM)\nAs many as there are certificates, in their order. Without it the key is in the file of the certificate.");
    private readonly Option<string?> _passwordFile = CommonOptions.Text("--key-password-file", "FILE", "what opens an encrypted `--key`: the first line of FILE");
    private readonly Option<ClientCertificates?> _clients = new("--client-cert")
    {
        Description = "with TLS: ask clients for a certificate: required or optional\n`optional` hears those who show none. Who issues them is in `--ca-file`.",
        HelpName = "WHAT",
        CompletionSources = { "optional", "required" },
        CustomParser = argument => argument.Tokens[^1].Value switch
        {
            "required" => ClientCertificates.Required,
            "optional" => ClientCertificates.Optional,
            var text => Wrong(argument, text),
        },
    };

    private readonly TlsArguments _common;

    /// <summary>Declares them on a verb.</summary>
    public TlsServerArguments(Verb verb)
    {
        verb.Add(_tls);
        verb.AddSeldomUsed(_certificates, _keys, _passwordFile, _clients);
        _common = new(verb, "with `--client-cert`: who issues clients' certificates (PEM)");
    }

    /// <summary>How TLS is to be spoken at an address; null if it is not. Files are read.</summary>
    public TlsServing? Settle(ParseResult command, Address address)
    {
        if (!command.GetValue(_tls) && address.Transport != Transport.Tls)
        {
            ThrowIfPointless(command);
            return null;
        }
        ThrowIfContradictory(command, address);
        TlsEnvironment.LeaveOutAuthorities();    // clients are believed by --ca-file alone
        var files = CertificateFiles(command);
        var certificates = files.Length > 0 ? ReadAll(files, CertificateFile.PasswordIn(command.GetValue(_passwordFile))) : [SelfSigned(address)];
        var options = new TlsServerOptions
        {
            Certificates = certificates,
            ClientCertificates = command.GetValue(_clients) ?? ClientCertificates.NotAsked,
        };
        return new(_common.Settle(command, options), IsSelfSigned: files.Length == 0);
    }

    private static void ThrowIfPointless(ParseResult command)
    {
        if (Array.Find(OnlyWithTls, command.IsGiven) is { } option)
            throw new UsageException($"{option} is for TLS, which is not asked for", "Add --tls.");
    }

    private void ThrowIfContradictory(ParseResult command, Address address)
    {
        if (address.Transport is Transport.Udp or Transport.UnixDatagram)
            throw new UsageException("TLS is for connections, and these are datagrams", "Leave out --tls, or what asks for datagrams.");
        var (certificates, keys) = (command.GetValue(_certificates) ?? [], command.GetValue(_keys) ?? []);
        if (keys.Length > 0 && keys.Length != certificates.Length)
        {
            throw new UsageException(
                $"--key is given {Times(keys)} and --cert {Times(certificates)}",
                "Each certificate has its key, in the same order; leave out --key where the keys are in the files of the certificates.");
        }
        if (command.IsGiven("--key-password-file") && certificates.Length == 0)
            throw new UsageException("--key-password-file opens the key of a certificate, and none is given", "Add --cert FILE.");
        if (command.IsGiven("--client-cert") && !command.IsGiven("--ca-file"))
            throw new UsageException("--client-cert needs to know who issues clients' certificates", "Add --ca-file FILE.");
        if (command.IsGiven("--ca-file") && !command.IsGiven("--client-cert"))
            throw new UsageException("--ca-file says who issues clients' certificates, and none is asked for", "Add --client-cert required, or optional.");
    }

    private static string Times(string[] values) => OutcomeText.Count(values.Length, "time");

    private (string Certificate, string? Key)[] CertificateFiles(ParseResult command)
    {
        var keys = command.GetValue(_keys) ?? [];
        return [.. (command.GetValue(_certificates) ?? []).Select((file, i) => (file, keys.ElementAtOrDefault(i)))];
    }

    private static List<TlsCertificate> ReadAll((string Certificate, string? Key)[] files, string? password) =>
        [.. files.Select(pair => CertificateFile.Read(pair.Certificate, pair.Key, password))];

    /// <summary>A certificate for who listens at an address, made now.</summary>
    public static TlsCertificate SelfSigned(Address address)
    {
        string[] names = ["localhost", "127.0.0.1", "::1", Environment.MachineName, address.Host];
        return TlsCertificate.SelfSigned([.. names.Where(IsForCertificates).Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    private static bool IsForCertificates(string name) => IPAddress.TryParse(name, out var ip)
        ? !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any)
        : Uri.CheckHostName(name) == UriHostNameType.Dns;

    private static ClientCertificates? Wrong(System.CommandLine.Parsing.ArgumentResult argument, string text)
    {
        argument.AddError($"--client-cert takes required or optional, not '{text}'");
        return null;
    }

    private static readonly string[] OnlyWithTls = ["--cert", "--key", "--key-password-file", "--client-cert", .. TlsArguments.Names];
}

/// <summary>How the server's half of TLS is spoken.</summary>
/// <param name="Options">Certificates, and what is asked of clients.</param>
/// <param name="IsSelfSigned">Whether the certificate was made for this run, so that clients have to be told of it.</param>
internal sealed record TlsServing(TlsServerOptions Options, bool IsSelfSigned)
{
    /// <summary>The certificate that clients cannot know yet; null if they were read from files.</summary>
    public CertificateInfo? Unknown => IsSelfSigned ? Options.Certificates[0].Info : null;

    /// <summary>TLS for accepted connections.</summary>
    public IReadOnlyList<ConnectionLayer> Layers => [TlsServer.Layer(Options)];

    /// <summary>The address as it is announced.</summary>
    public static Address Over(Address address) => address.Transport == Transport.Tcp ? Address.Tls(address.Host, address.Port) : address;

    /// <summary>The address below TLS.</summary>
    public static Address Below(Address address) => address.Transport == Transport.Tls ? Address.Tcp(address.Host, address.Port) : address;

    /// <summary>What has to be said of our certificates, a line each.</summary>
    public IEnumerable<string> Remarks()
    {
        var now = TimeProvider.System.GetUtcNow();
        if (Unknown is { } unknown)
        {
            yield return $"Self-signed certificate, SHA-256 fingerprint {unknown.Fingerprint}";
            yield return $"Clients know it by --insecure --pin {unknown.Pin}";
        }
        foreach (var certificate in Options.Certificates.Select(certificate => certificate.Info))
        {
            if (now > certificate.NotAfter)
                yield return $"warning: the certificate of {TlsText.NameOf(certificate)} expired on {Day(certificate.NotAfter)}: clients will refuse it";
            else if (now < certificate.NotBefore)
                yield return $"warning: the certificate of {TlsText.NameOf(certificate)} is not valid before {Day(certificate.NotBefore)}: clients will refuse it";
        }
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
