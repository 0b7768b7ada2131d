using Sockeye.Tls;

namespace Sockeye.Tests.Support;

/// <summary>TLS between two connections, for tests of what comes after the handshake.</summary>
internal static class TlsPairs
{
    /// <summary>Puts TLS on both ends; the client takes whatever certificate is shown unless it is told otherwise.</summary>
    public static async Task<(Connection Client, Connection Server)> CreateAsync(
        (Connection Client, Connection Server) inner, TlsClientOptions? client = null, TlsServerOptions? server = null)
    {
        var serving = TlsServer.UpgradeAsync(inner.Server, server ?? new() { Certificates = [Certificate] }).AsTask();
        var calling = TlsClient.UpgradeAsync(inner.Client, client ?? new() { Insecure = true }).AsTask();
        await Task.WhenAll(serving, calling);
        return (await calling, await serving);
    }

    private static TlsCertificate Certificate { get; } = TlsCertificate.SelfSigned();
}
