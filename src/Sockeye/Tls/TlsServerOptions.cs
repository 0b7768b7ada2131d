namespace Sockeye.Tls;

/// <summary>How a server speaks TLS. Immutable.</summary>
public sealed record TlsServerOptions : TlsOptions
{
    /// <summary>What the server shows to its clients: the first certificate that is for the name a client asks for (SNI), else
    /// the first of all. Defaults to none, with which no client can be served.</summary>
    public required IReadOnlyList<TlsCertificate> Certificates { get; init; }

    /// <summary>Whether clients have to say who they are, by a certificate that <see cref="TlsOptions.Authorities"/> have
    /// issued. Defaults to <see cref="ClientCertificates.NotAsked"/>.</summary>
    public ClientCertificates ClientCertificates { get; init; }
}

/// <summary>What a server asks of its clients.</summary>
public enum ClientCertificates
{
    /// <summary>Nothing.</summary>
    NotAsked,

    /// <summary>A certificate, if they have one; one that is not trusted ends the handshake.</summary>
    Optional,

    /// <summary>A certificate that is trusted.</summary>
    Required,
}
