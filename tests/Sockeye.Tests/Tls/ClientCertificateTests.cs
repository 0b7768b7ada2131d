using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>Servers that ask who their clients are.</summary>
public class ClientCertificateTests
{
    private static readonly CertificatePlan Alice = new("alice.test") { Use = CertificatePlan.ForClients };

    private static TlsServerOptions Asking(ClientCertificates asked) =>
        Showing(Root.Issue("good.test")) with { ClientCertificates = asked, Authorities = Root.Trust };

    [Theory(Timeout = HangGuard)]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task A_client_that_shows_a_trusted_certificate_is_known(TlsVersion version)
    {
        var known = new TaskCompletionSource<CertificateInfo?>();
        await using var server = Server.Start("127.0.0.1:0", (peer, _) => Task.FromResult(known.TrySetResult(TlsInfo.Of(peer)!.PeerCertificate)), new()
        {
            Listen = new() { Layers = [TlsServer.Layer(Asking(ClientCertificates.Required))] },
        });
        await using var connection = await ConnectAsync(
            server.LocalAddress, ClientOf("good.test") with { Certificate = Root.Issue(Alice), HighestVersion = version });
        Assert.Equal(["alice.test"], (await known.Task)!.Names);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(ClientCertificates.Optional, null)]
    [InlineData(ClientCertificates.Required, "the client's certificate was asked for and not shown")]
    public async Task A_client_that_shows_none(ClientCertificates asked, string? refusal)
    {
        var error = await EndOfAsync(Asking(asked), ClientOf("good.test"));
        Assert.Equal(refusal, (error as NetException)?.Reason);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(ClientCertificates.NotAsked, null)]
    [InlineData(ClientCertificates.Optional, "the client's certificate is self-signed and not trusted here")]
    [InlineData(ClientCertificates.Required, "the client's certificate is self-signed and not trusted here")]
    public async Task A_client_that_shows_one_of_its_own_making(ClientCertificates asked, string? refusal)
    {
        var error = await EndOfAsync(Asking(asked), ClientOf("good.test") with { Certificate = TlsCertificate.SelfSigned() });
        Assert.Equal(refusal, (error as NetException)?.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_for_servers_is_none_for_clients()
    {
        var error = await EndOfAsync(Asking(ClientCertificates.Required), ClientOf("good.test") with { Certificate = Root.Issue("alice.test") });
        Assert.Equal("the client's certificate is meant for another use", ((NetException)error!).Reason);
    }

    /// <summary>What the server reports of a client that says hello and waits for its end.</summary>
    private static async Task<Exception?> EndOfAsync(TlsServerOptions server, TlsClientOptions client)
    {
        var reported = new TaskCompletionSource<Exception?>();
        await using var serving = StartEcho(server, (_, error) => reported.SetResult(error));
        await using var connection = await ConnectAsync(serving.LocalAddress, client);
        try
        {
            await connection.Lines.WriteLineAsync("hello");
            await connection.CloseWriteAsync();
            await connection.Lines.ReadToEndAsync();
        }
        catch (NetException)
        {
            // In TLS 1.3 a client learns only now that it was refused.
        }
        return await reported.Task;
    }
}
