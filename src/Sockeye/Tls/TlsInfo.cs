using System.Net.Security;

namespace Sockeye.Tls;

/// <summary>What a handshake has agreed on, and who the peer is.</summary>
public sealed record TlsInfo
{
    internal TlsInfo() { }

    /// <summary>The version spoken.</summary>
    public required TlsVersion Version { get; init; }

    /// <summary>The cipher suite, by its registered name: <c>TLS_AES_256_GCM_SHA384</c>.</summary>
    // Spelt only when it is asked for: the names of all suites have to be read for it.
    public string CipherSuite => Suite.ToString();

    internal TlsCipherSuite Suite { get; init; }

    /// <summary>The application protocol that both agreed on (ALPN); null where nothing was said of it.</summary>
    public required string? ApplicationProtocol { get; init; }

    /// <summary>The name that the client asked for (SNI); null where it asked for none.</summary>
    public required string? ServerName { get; init; }

    /// <summary>The peer's certificate, then its issuers as far as they are known; empty where it showed none.</summary>
    public required IReadOnlyList<CertificateInfo> PeerCertificates { get; init; }

    /// <summary>What is wrong with the peer's certificate and was overlooked (<see cref="TlsClientOptions.Insecure"/>); empty
    /// where all is well.</summary>
    public required IReadOnlyList<CertificateProblem> Problems { get; init; }

    /// <summary>How long the handshake took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The peer's own certificate; null where it showed none.</summary>
    public CertificateInfo? PeerCertificate => PeerCertificates.Count > 0 ? PeerCertificates[0] : null;

    /// <summary>What is known of the TLS of a connection.</summary>
    /// <param name="connection">Any connection.</param>
    /// <returns>The facts; null where no TLS is spoken.</returns>
    public static TlsInfo? Of(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.Find<TlsInfo>();
    }
}
