namespace Sockeye.Tls;

/// <summary>How a client speaks TLS, and whom it believes. Immutable: derive a variant with <c>with</c>.</summary>
public sealed record TlsClientOptions : TlsOptions
{
    /// <summary>The name that the server is asked for (SNI) and that its certificate has to be for. Defaults to null: the host
    /// that was dialled.</summary>
    public string? ServerName { get; init; }

    /// <summary>What to show to a server that asks who we are. Defaults to null: nothing.</summary>
    public TlsCertificate? Certificate { get; init; }

    /// <summary>Public keys of which the server has to have one: <c>sha256//</c> and the Base64 of the SHA-256 of the key, as
    /// <see cref="CertificateInfo.Pin"/> gives it and <c>curl --pinnedpubkey</c> takes it. It is asked for beside all else,
    /// and also if <see cref="Insecure"/> is set. Defaults to none: any key.</summary>
    /// <exception cref="ArgumentException">One of them is no such text.</exception>
    public IReadOnlyList<string> Pins
    {
        get;
        init => field = CertificatePin.Check(value);
    } = [];

    /// <summary>Go on whatever is wrong with the server's certificate: anybody on the way can then read along.
    /// <see cref="TlsInfo.Problems"/> tells what was overlooked. Defaults to false.</summary>
    public bool Insecure { get; init; }
}
