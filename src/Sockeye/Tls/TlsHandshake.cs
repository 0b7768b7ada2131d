using System.Net.Security;
using System.Security.Authentication;

namespace Sockeye.Tls;

/// <summary>One handshake: puts TLS on a connection, or says why not.</summary>
internal sealed class TlsHandshake
{
    private readonly Connection _inner;
    private readonly TlsOptions _options;
    private readonly CertificateCheck _check;
    private readonly TlsWire _wire;
    private readonly SslStream _tls;
    private readonly long _began;

    private TlsHandshake(Connection inner, TlsOptions options, CertificateCheck check)
    {
        (_inner, _options, _check) = (inner, options, check);
        _wire = new TlsWire(inner, notesAll: options.OnCertificate is not null);
        _tls = new SslStream(_wire, leaveInnerStreamOpen: true);
        _began = options.Time.GetTimestamp();
    }

    public static ValueTask<Connection> AsClientAsync(Connection inner, TlsClientOptions options, CancellationToken cancel)
    {
        var name = options.ServerName ?? HostOf(inner.Dialled);
        if (name is null && !options.Insecure)
            throw new InvalidOperationException("set ServerName: this connection has no host name for the certificate to be checked against");
        var check = new CertificateCheck(options)
        {
            Name = name,
            IsRequired = true,
            Pins = options.Pins,
            IsLenient = options.Insecure,
        };
        var handshake = new TlsHandshake(inner, options, check);
        return handshake.RunAsync(() => handshake._tls.AuthenticateAsClientAsync(handshake.ForClient(options, name), cancel), cancel);
    }

    public static ValueTask<Connection> AsServerAsync(Connection inner, TlsServerOptions options, CancellationToken cancel)
    {
        var check = new CertificateCheck(options) { IsRequired = options.ClientCertificates == ClientCertificates.Required };
        var handshake = new TlsHandshake(inner, options, check);
        return handshake.RunAsync(
            () => handshake._tls.AuthenticateAsServerAsync((_, hello, _, _) => new(handshake.ForServer(options, hello.ServerName)), state: null, cancel),
            cancel);
    }

    private SslClientAuthenticationOptions ForClient(TlsClientOptions options, string? name) => new()
    {
        TargetHost = name is null ? "" : CertificateNames.Normalized(name),
        EnabledSslProtocols = TlsOptions.VersionsOf(options),
        ApplicationProtocols = ApplicationProtocols,
        ClientCertificateContext = options.Certificate?.Context,
        CertificateChainPolicy = _check.CreatePolicy(),
        RemoteCertificateValidationCallback = _check.Accept,
        AllowRenegotiation = false,
    };

    private SslServerAuthenticationOptions ForServer(TlsServerOptions options, string? asked) => new()
    {
        ServerCertificateContext = Choose(options.Certificates, asked).Context,
        EnabledSslProtocols = TlsOptions.VersionsOf(options),
        ApplicationProtocols = ApplicationProtocols,
        ClientCertificateRequired = options.ClientCertificates != ClientCertificates.NotAsked,
        // A resumed session brings the client's certificate without its issuers, and could not be verified.
        AllowTlsResume = options.ClientCertificates == ClientCertificates.NotAsked,
        CertificateChainPolicy = _check.CreatePolicy(),
        RemoteCertificateValidationCallback = _check.Accept,
        AllowRenegotiation = false,
    };

    private List<SslApplicationProtocol>? ApplicationProtocols => _options.ApplicationProtocols.Count == 0
        ? null
        : [.. _options.ApplicationProtocols.Select(protocol => new SslApplicationProtocol(protocol))];

    private static TlsCertificate Choose(IReadOnlyList<TlsCertificate> certificates, string? asked) =>
        certificates.FirstOrDefault(certificate => !string.IsNullOrEmpty(asked) && certificate.IsFor(asked)) ?? certificates[0];

    private static string? HostOf(Address dialled) => dialled.Host.Length == 0 ? null : dialled.Host;

    private async ValueTask<Connection> RunAsync(Func<Task> authenticate, CancellationToken cancel)
    {
        try
        {
            await authenticate().ConfigureAwait(false);
            _wire.Leave();
            return Connection.Above(_inner, new TlsLink(_inner, _tls, _wire, Facts()));
        }
        catch (Exception error)
        {
            await _tls.DisposeAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (error is not NetException && !TlsFailure.IsOfTls(error))
                throw;
            var explained = Explain(error);
            if (!_tls.IsServer && _options.OnCertificate is not null)
                _check.AcceptLate(PlainCertificates.In(_wire.Noted));
            // Politely, so that an alert of ours arrives.
            await _inner.CloseAsync(AlertGrace, cancel).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw explained;
        }
    }

    private TlsInfo Facts() => new()
    {
        Version = _tls.SslProtocol == SslProtocols.Tls12 ? TlsVersion.Tls12 : TlsVersion.Tls13,
        Suite = _tls.NegotiatedCipherSuite,
        ApplicationProtocol = _tls.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : _tls.NegotiatedApplicationProtocol.ToString(),
        ServerName = _tls.TargetHostName is { Length: > 0 } name ? name : null,
        PeerCertificates = _check.Certificates,
        Problems = _check.Problems,
        Elapsed = _options.Time.GetElapsedTime(_began),
    };

    private NetException Explain(Exception error)
    {
        if (error is NetException below)
            return _inner.Error(below.Kind, NetOperation.Handshake, below.Reason, below);
        if (_check.Rejection is { } rejection)
        {
            return _inner.Error(
                NetErrorKind.TlsRejected, NetOperation.Handshake, $"the {(_tls.IsServer ? "client" : "server")}'s certificate {rejection}",
                new CertificateRefusal(_check.Verdict, error));
        }
        var (kind, reason) = TlsFailure.ClassifyHandshake(error, _wire);
        return _inner.Error(kind, NetOperation.Handshake, reason, error);
    }

    // How long a peer may take to end the connection after our alert.
    private static readonly TimeSpan AlertGrace = TimeSpan.FromMilliseconds(200);
}
