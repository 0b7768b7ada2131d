using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>What two ends agree on, and what is known of it afterwards.</summary>
public class TlsHandshakeTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Both_ends_know_what_was_agreed_on()
    {
        var seen = new TaskCompletionSource<TlsInfo?>();
        var certificate = Root.Issue("good.test");
        var options = Showing(certificate) with { ApplicationProtocols = ["b", "a"] };
        await using var server = Server.Start("127.0.0.1:0", (peer, _) => Task.FromResult(seen.TrySetResult(TlsInfo.Of(peer))), new()
        {
            Listen = new() { Layers = [TlsServer.Layer(options)] },
        });
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test") with { ApplicationProtocols = ["a", "b", "c"] });
        var ours = TlsInfo.Of(connection)!;
        var theirs = (await seen.Task)!;
        Assert.Equal((TlsVersion.Tls13, "b", "good.test"), (ours.Version, ours.ApplicationProtocol, ours.ServerName));
        Assert.Equal((ours.Version, ours.CipherSuite, ours.ApplicationProtocol, ours.ServerName), (theirs.Version, theirs.CipherSuite, theirs.ApplicationProtocol, theirs.ServerName));
        Assert.StartsWith("TLS_", ours.CipherSuite, StringComparison.Ordinal);
        Assert.Equal(certificate.Info.Fingerprint, ours.PeerCertificate!.Fingerprint);
        Assert.Null(theirs.PeerCertificate);
        Assert.True(connection.IsEncrypted);
        Assert.True(ours.Elapsed > TimeSpan.Zero);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("good.test", null)]
    [InlineData("other.test", CertificateProblemKind.WrongName)]
    public async Task What_the_peer_has_shown_is_told_whatever_comes_of_it(string asked, CertificateProblemKind? problem)
    {
        CertificateVerdict? verdict = null;
        var certificate = Root.Issue("good.test");
        await using var server = StartEcho(Showing(certificate));
        var options = ClientOf(asked) with { OnCertificate = told => verdict = told };
        var error = await Record.ExceptionAsync(async () => await (await ConnectAsync(server.LocalAddress, options)).CloseAsync());
        Assert.Equal(problem is null, error is null);
        Assert.Equal(certificate.Info.Fingerprint, verdict!.Certificates[0].Fingerprint);
        Assert.Equal(problem is { } kind ? [kind] : [], verdict.Problems.Select(one => one.Kind));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_connection_without_TLS_has_no_facts_of_it()
    {
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        Assert.Null(TlsInfo.Of(client));
        Assert.False(client.IsEncrypted);
        client.Abort();
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_facts_are_known_through_what_is_put_on_top()
    {
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tls);
        var above = Connection.Over(client);
        Assert.Same(TlsInfo.Of(client), TlsInfo.Of(above));
        Assert.True(above.IsEncrypted);
        client.Abort();
        server.Abort();
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Either_version_can_be_asked_for(TlsVersion version)
    {
        await using var server = StartEcho(Showing(Root.Issue("good.test")));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test") with { LowestVersion = version, HighestVersion = version });
        await connection.Lines.WriteLineAsync("hello");
        Assert.Equal("hello", await connection.Lines.ReadLineAsync());
        Assert.Equal(version, TlsInfo.Of(connection)!.Version);
        await connection.CloseAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Versions_that_do_not_meet_are_told_by_both_ends()
    {
        var reported = new TaskCompletionSource<Exception?>();
        await using var server = StartEcho(
            Showing(Root.Issue("good.test")) with { LowestVersion = TlsVersion.Tls13 }, (_, error) => reported.SetResult(error));
        var error = await Assert.ThrowsAsync<NetException>(
            () => ConnectAsync(server.LocalAddress, ClientOf("good.test") with { HighestVersion = TlsVersion.Tls12 }).AsTask());
        Assert.Equal(
            (NetErrorKind.TlsRejected, "the peer refused: protocol_version (it speaks no version of TLS that we offer)"),
            (error.Kind, error.Reason));
        var theirs = Assert.IsType<NetException>(await reported.Task);
        Assert.Equal(
            (NetErrorKind.TlsRejected, NetOperation.Handshake, "no version of TLS in common"), (theirs.Kind, theirs.Operation, theirs.Reason));
    }

    [Fact]
    public void Versions_that_cannot_meet_are_refused_at_once() => Assert.Throws<ArgumentException>(
        () => TlsClient.Layer(new() { LowestVersion = TlsVersion.Tls13, HighestVersion = TlsVersion.Tls12 }));

    [Fact(Timeout = HangGuard)]
    public async Task Application_protocols_that_do_not_meet_are_told()
    {
        var error = await RejectionAsync(
            ClientOf("good.test") with { ApplicationProtocols = ["imap"] }, Showing(Root.Issue("good.test")) with { ApplicationProtocols = ["h2"] });
        Assert.Equal(
            (NetErrorKind.TlsRejected, "the peer refused: no_application_protocol (it speaks no protocol that we offer)"), (error.Kind, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_knows_no_application_protocols_leaves_the_choice_open()
    {
        await using var server = StartEcho(Showing(Root.Issue("good.test")));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test") with { ApplicationProtocols = ["h2"] });
        Assert.Null(TlsInfo.Of(connection)!.ApplicationProtocol);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ü")]
    public void An_application_protocol_that_cannot_be_is_refused_when_it_is_set(string name) =>
        Assert.Throws<ArgumentException>(() => new TlsClientOptions { ApplicationProtocols = [name] });

    [Theory(Timeout = HangGuard)]
    [InlineData("a.test", "a.test")]
    [InlineData("b.test", "b.test")]
    [InlineData("x.wild.test", "*.wild.test")]
    public async Task A_server_shows_the_certificate_that_is_for_the_name(string asked, string shown)
    {
        await using var server = StartEcho(Showing(Root.Issue("a.test"), Root.Issue("b.test"), Root.Issue("*.wild.test")));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf(asked));
        Assert.Equal([shown], TlsInfo.Of(connection)!.PeerCertificate!.Names);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("other.test")]
    [InlineData("127.0.0.1")]
    public async Task A_server_shows_the_first_certificate_to_who_asks_for_none_of_them(string asked)
    {
        await using var server = StartEcho(Showing(Root.Issue("a.test"), Root.Issue("b.test")));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf(asked) with { Insecure = true });
        Assert.Equal(["a.test"], TlsInfo.Of(connection)!.PeerCertificate!.Names);
    }

    [Fact]
    public void A_server_without_a_certificate_is_refused_at_once() => Assert.Throws<ArgumentException>(() => TlsServer.Layer(Showing()));

    [Fact(Timeout = HangGuard)]
    public async Task Every_way_to_connect_and_to_serve_leads_to_TLS()
    {
        using var certificate = TlsCertificate.SelfSigned();
        await using var server = TlsServer.Start(
            "localhost:0", (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask(), new() { Certificates = [certificate] });
        var tls = new TlsClientOptions { Authorities = TlsAuthorities.FromPem(certificate.Info.ToPem()) };
        var (text, port) = ($"{server.LocalAddress}", server.LocalAddress.Port);
        Assert.Equal($"tls://127.0.0.1:{port}", text);
        foreach (var connecting in new[]
        {
            TlsClient.ConnectAsync(text, tls),
            TlsClient.ConnectAsync($"localhost:{port}", tls),
            TlsClient.ConnectAsync("localhost", $"{port}", tls),
            TlsClient.ConnectAsync("localhost", port, tls),
            TlsClient.ConnectAsync(server.LocalAddress, tls),
            TlsClient.ConnectAsync(Address.Tcp("localhost", port), tls),
            Connection.ConnectAsync(server.LocalAddress, new ConnectOptions { Layers = [TlsClient.Layer(tls)] }),
        })
        {
            await using var connection = await connecting;
            Assert.Equal("hello", await connection.Lines.ReadLineAsync());
            Assert.True(connection.IsEncrypted);
            Assert.Equal(Transport.Tcp, connection.RemoteAddress.Transport);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task TLS_goes_over_a_Unix_socket_too()
    {
        using var certificate = TlsCertificate.SelfSigned(["inside.test"]);
        var path = $"unix:@{Guid.NewGuid():N}";
        await using var server = TlsServer.Start(
            path, (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask(), new() { Certificates = [certificate] });
        await Assert.ThrowsAsync<InvalidOperationException>(() => TlsClient.ConnectAsync(path).AsTask());
        var tls = new TlsClientOptions { ServerName = "inside.test", Authorities = TlsAuthorities.FromPem(certificate.Info.ToPem()) };
        await using var connection = await TlsClient.ConnectAsync(path, tls);
        Assert.Equal("hello", await connection.Lines.ReadLineAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_fails_over_TLS_names_the_address_as_it_was_given()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        await using var server = StartEcho(Showing(Root.Issue("x.test")));
        var port = server.LocalAddress.Port;
        var error = await Assert.ThrowsAsync<NetException>(() => TlsClient.ConnectAsync("localhost", port, Client).AsTask());
        Assert.Equal($"handshake tls localhost:{port}: the server's certificate is not for 'localhost' (it is for 'x.test')", error.Message);
        await server.StopAsync();
        error = await Assert.ThrowsAsync<NetException>(() => TlsClient.ConnectAsync("127.0.0.1", port, Client).AsTask());
        Assert.Equal($"connect tls 127.0.0.1:{port}: connection refused", error.Message);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_that_was_dialled_is_the_name_that_is_asked_for()
    {
        using var certificate = TlsCertificate.SelfSigned();
        await using var server = StartEcho(Showing(certificate));
        var options = new ConnectOptions
        {
            Layers = [TlsClient.Layer(new() { Authorities = TlsAuthorities.FromPem(certificate.Info.ToPem()) })],
            Family = System.Net.Sockets.AddressFamily.InterNetwork,
        };
        await using var connection = await Connection.ConnectAsync("localhost", server.LocalAddress.Port, options);
        Assert.Equal("localhost", TlsInfo.Of(connection)!.ServerName);
        Assert.Single(connection.Report!.Attempts);
    }
}
