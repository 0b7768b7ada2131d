using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>A layer is put on a connection after dialling or accepting; here it is .NET's own TLS stream, which shows that
/// a connection carries it and that it can be carried on.</summary>
public class LayerTests
{
    [Fact(Timeout = HangGuard)]
    public async Task A_layer_takes_the_inner_connection_and_gives_the_one_to_use()
    {
        using var certificate = SelfSigned();
        await using var server = Server.Start("127.0.0.1:0", EchoLineAsync, new()
        {
            Listen = new() { Layers = [(inner, cancel) => ServerTlsAsync(inner, certificate, cancel)] },
        });
        await using var connection = await Connection.ConnectAsync(server.LocalAddress, new() { Layers = [ClientTlsAsync] });
        await connection.Lines.WriteLineAsync("hello");
        Assert.Equal("hello", await connection.Lines.ReadLineAsync());
        Assert.Equal(server.LocalAddress, connection.RemoteAddress);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_layer_that_does_not_get_done_is_a_time_out_of_the_handshake()
    {
        var time = new FakeTimeProvider();
        await using var server = Server.Start("127.0.0.1:0", (_, cancel) => Task.Delay(Timeout.Infinite, cancel), new()
        {
            DrainTimeout = TimeSpan.Zero,
        });
        var entered = new TaskCompletionSource();
        var connecting = Connection.ConnectAsync(server.LocalAddress, new()
        {
            Time = time,
            Layers = [async (inner, cancel) =>
            {
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, cancel);
                return inner;
            }],
        }).AsTask();
        await entered.Task;
        time.Advance(TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<NetException>(() => connecting);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake), (error.Kind, error.Operation));
    }

    private static async Task EchoLineAsync(Connection peer, CancellationToken cancel) =>
        await peer.Lines.WriteLineAsync(await peer.Lines.ReadLineAsync(cancel) ?? "", cancel);

    private static async ValueTask<Connection> ClientTlsAsync(Connection inner, CancellationToken cancel)
    {
        var tls = new SslStream(inner, leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, cancel);
        return Connection.Over(tls, inner.LocalAddress, inner.RemoteAddress);
    }

    private static async ValueTask<Connection> ServerTlsAsync(Connection inner, X509Certificate2 certificate, CancellationToken cancel)
    {
        var tls = new SslStream(inner);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancel);
        return Connection.Over(tls, inner.LocalAddress, inner.RemoteAddress);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private const int HangGuard = 60_000;
}
