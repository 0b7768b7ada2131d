using System.CommandLine;
using Sockeye.Tls;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool;

/// <summary>The options of a client's TLS, and what they come to.</summary>
internal sealed class TlsClientArguments
{
    private readonly Option<bool> _tls = CommonOptions.Flag("--tls",
        """
        speak TLS (`tls://HOST:PORT` says the same)
        The server's certificate has to be valid, for the name that was typed, and from an issuer that this system trusts.
        What `SSLKEYLOGFILE` names gets the keys, for a program that reads captured traffic.
        """, "--ssl");
    private readonly Option<string[]> _pins = CommonOptions.Texts("--pin", "PIN",
        """
        with TLS: the key that the server has to have
        `sha256//` and the Base64 of its SHA-256, as curl writes it. It is asked for beside all else, and also with
        `--insecure`. Several may be given: one of them has to fit.
        """);
    private readonly Option<bool> _insecure = CommonOptions.Flag("--insecure",
        "with TLS: talk with whomever answers\nWhat is wrong with the certificate is said on standard error. Who issued it is not looked at, unless `--ca-file` names somebody.");
    private readonly Option<string?> _serverName = CommonOptions.Text("--servername", "HOST",
        "with TLS: the name to ask for (SNI), that the certificate has to be for\nThe host that was typed unless given; a Unix socket has none.");
    private readonly Option<string?> _certificate = CommonOptions.Text("--cert", "FILE",
        "with TLS: the certificate to show, then its issuers (PEM)\nOnly to a server that asks for one.");
    private readonly Option<string?> _key = CommonOptions.Text("--key", "FILE",
        "the private key of `--cert` (PEM)\nWithout it the key is in the file of the certificate.");
    private readonly Option<string?> _passwordFile = CommonOptions.Text("--key-password-file", "FILE", "what opens an encrypted `--key`: the first line of FILE");
    private readonly Option<StartTlsProtocol?> _startTls = StartTlsArgument.Create();
    private readonly TlsArguments _common;
    private readonly bool _isAlwaysOn;

    /// <summary>Declares them on a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="isAlwaysOn">Whether it is for TLS alone, and overlooks nothing.</param>
    /// <param name="hasStartTls">Whether it may be for protocols that begin in the clear.</param>
    public TlsClientArguments(Verb verb, bool isAlwaysOn = false, bool hasStartTls = true)
    {
        _isAlwaysOn = isAlwaysOn;
        if (!isAlwaysOn)
            verb.Add(_tls);
        if (hasStartTls)
            verb.AddSeldomUsed(_startTls);
        _common = new(verb, "with TLS: who may have issued the server's certificate (PEM)\nNobody else then counts. A self-signed certificate is its own issuer.");
        verb.AddSeldomUsed(_pins, _serverName, _certificate, _key, _passwordFile);
        if (!isAlwaysOn)
            verb.AddSeldomUsed(_insecure);
    }

    /// <summary>What is spoken before TLS; null for nothing.</summary>
    public StartTlsProtocol? StartTlsOf(ParseResult command) => command.GetValue(_startTls);

    /// <summary>Where to connect to, and how TLS is to be spoken there. Files are read.</summary>
    public Target Settle(ParseResult command, Address address) => SettleAll(command, [address])[0];

    /// <summary>The same for several addresses: TLS is spoken where the address says so, or everywhere.</summary>
    public IReadOnlyList<Target> SettleAll(ParseResult command, IReadOnlyList<Address> addresses)
    {
        var startTls = command.GetValue(_startTls);
        if (startTls is not null && (command.GetValue(_tls) || addresses.Any(address => address.Transport == Transport.Tls)))
            throw new UsageException("--starttls is for TLS after a beginning in the clear; --tls and tls:// are for TLS from the start", "Leave out one of them.");
        if (IsAsked(command))
            addresses = [.. addresses.Select(Over)];
        var speaking = addresses.Where(address => Speaks(command, address)).ToList();
        ThrowIfNameless(command, speaking);
        var options = Settle(command, isAsked: speaking.Count > 0);
        return [.. addresses.Select(address => new Target(address, Speaks(command, address) ? options : null, startTls))];
    }

    /// <summary>Whether TLS is asked for, whatever an address says.</summary>
    public bool IsAsked(ParseResult command) => _isAlwaysOn || command.GetValue(_tls) || command.GetValue(_startTls) is not null;

    /// <summary>How TLS is to be spoken where it is asked for; null where it is not. Files are read.</summary>
    public TlsClientOptions? Settle(ParseResult command, bool isAsked)
    {
        if (!isAsked && Array.Find(OnlyWithTls, command.IsGiven) is { } pointless)
            throw new UsageException($"{pointless} is for TLS, which is not asked for", "Add --tls, or write tls:// in front of the address.");
        if (!command.IsGiven("--cert") && Array.Find(OnlyWithCertificate, command.IsGiven) is { } alone)
            throw new UsageException($"{alone} belongs to a certificate, and none is given", "Add --cert FILE.");
        return isAsked ? OptionsOf(command) : null;
    }

    /// <summary>The same address with TLS.</summary>
    private static Address Over(Address address) => address.Transport switch
    {
        Transport.Tcp => Address.Tls(address.Host, address.Port),
        Transport.Udp or Transport.UnixDatagram =>
            throw new UsageException($"TLS is for connections, and '{address}' takes datagrams", "Leave out what asks for TLS, or what asks for datagrams."),
        _ => address,
    };

    private bool Speaks(ParseResult command, Address address) => IsAsked(command) || address.Transport == Transport.Tls;

    private void ThrowIfNameless(ParseResult command, List<Address> addresses)
    {
        if (command.GetValue(_serverName) is null && !command.GetValue(_insecure) && addresses.Find(address => address.Path is not null) is { } unnamed)
            throw new UsageException($"'{unnamed}' has no host name that a certificate could be for", "--servername HOST says for which it has to be.");
    }

    private TlsClientOptions OptionsOf(ParseResult command)
    {
        if (command.GetValue(_insecure) || command.IsGiven("--ca-file"))
            TlsEnvironment.LeaveOutAuthorities();
        return _common.Settle(command, new TlsClientOptions
        {
            ServerName = command.GetValue(_serverName),
            Certificate = command.GetValue(_certificate) is { } file
                ? CertificateFile.Read(file, command.GetValue(_key), CertificateFile.PasswordIn(command.GetValue(_passwordFile)))
                : null,
            Pins = PinsIn(command.GetValue(_pins) ?? []),
            Insecure = command.GetValue(_insecure),
        });
    }

    /// <summary>The pins, if all of them are well-formed.</summary>
    public static string[] PinsIn(string[] pins)
    {
        try
        {
            _ = new TlsClientOptions { Pins = pins };
            return pins;
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"--pin: {error.Message.Split(" (Parameter")[0]}", "'sock cert ADDRESS' says that of a server.");
        }
    }

    private static readonly string[] OnlyWithCertificate = ["--key", "--key-password-file"];

    private static readonly string[] OnlyWithTls =
        [.. TlsArguments.Names, "--pin", "--insecure", "--servername", "--cert", .. OnlyWithCertificate];
}

/// <summary>Where to connect to.</summary>
/// <param name="Address">The address.</param>
/// <param name="Tls">How TLS is spoken there; null if it is not.</param>
/// <param name="StartTls">What is spoken before TLS; null where it is spoken from the start.</param>
internal sealed record Target(Address Address, TlsClientOptions? Tls, StartTlsProtocol? StartTls)
{
    /// <summary>What is put on a connection to there.</summary>
    /// <param name="onLine">Called with each line that is said in the clear before TLS.</param>
    public IReadOnlyList<ConnectionLayer> Layers(Action<StartTlsLine>? onLine = null) => (Tls, StartTls) switch
    {
        (null, _) => [],
        (_, null) => [TlsClient.Layer(Tls)],
        (_, { } protocol) => [Sockeye.Tls.StartTls.Layer(protocol, Tls, onLine)],
    };
}
