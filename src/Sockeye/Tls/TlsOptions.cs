using System.Security.Authentication;
using System.Text;

namespace Sockeye.Tls;

/// <summary>What both ends of TLS can be told. Immutable.</summary>
public abstract record TlsOptions
{
    private protected TlsOptions() { }

    /// <summary>The lowest version to accept. Defaults to TLS 1.2: older ones are broken (RFC 8996).</summary>
    public TlsVersion LowestVersion { get; init; } = TlsVersion.Tls12;

    /// <summary>The highest version to offer. Defaults to TLS 1.3.</summary>
    public TlsVersion HighestVersion { get; init; } = TlsVersion.Tls13;

    /// <summary>The application protocols spoken here, the preferred one first (ALPN, RFC 7301), such as <c>h2</c> or
    /// <c>http/1.1</c>. Defaults to none: nothing is said of it.</summary>
    /// <exception cref="ArgumentException">A name is empty, longer than 255 bytes or not ASCII.</exception>
    public IReadOnlyList<string> ApplicationProtocols
    {
        get;
        init => field = CheckProtocols(value);
    } = [];

    /// <summary>Who may have issued the peer's certificate. Defaults to null: whom this system trusts. Where it is given, the
    /// system's own list does not count.</summary>
    public TlsAuthorities? Authorities { get; init; }

    /// <summary>Ask the issuer whether the certificate has been revoked. Defaults to false, as with most clients: the
    /// handshake would wait for another server, which then knows who talks with whom.</summary>
    public bool CheckRevocation { get; init; }

    /// <summary>Called once in each handshake that comes so far, with what the peer has shown and what is wrong with it:
    /// whatever fails then, this is known. Defaults to null.</summary>
    public Action<CertificateVerdict>? OnCertificate { get; init; }

    /// <summary>Limit for the handshake of an upgrade. Defaults to 10 s. Where TLS is a layer from the start, the limit of the
    /// layers holds instead (<see cref="ConnectOptions.Timeout"/>, <see cref="ListenOptions.LayerTimeout"/>).</summary>
    public TimeSpan HandshakeTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>The clock that says whether a certificate is valid, and of <see cref="HandshakeTimeout"/>. Defaults to
    /// <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The versions as the platform names them.</summary>
    /// <exception cref="ArgumentException">The lowest is above the highest.</exception>
    internal static SslProtocols VersionsOf(TlsOptions options) => (options.LowestVersion, options.HighestVersion) switch
    {
        (TlsVersion.Tls12, TlsVersion.Tls12) => SslProtocols.Tls12,
        (TlsVersion.Tls12, TlsVersion.Tls13) => SslProtocols.Tls12 | SslProtocols.Tls13,
        (TlsVersion.Tls13, TlsVersion.Tls13) => SslProtocols.Tls13,
        _ => throw new ArgumentException("the lowest version of TLS is above the highest", nameof(options)),
    };

    private static IReadOnlyList<string> CheckProtocols(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.FirstOrDefault(name => name.Length is 0 or > byte.MaxValue || !Ascii.IsValid(name)) is { } wrong
            ? throw new ArgumentException($"{Quoted.Of(wrong)} is no application protocol", nameof(names))
            : names;
    }
}
