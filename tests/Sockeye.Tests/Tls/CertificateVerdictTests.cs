using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>Whom a client believes, and in which words it does not.</summary>
public class CertificateVerdictTests
{
    private static readonly DateTimeOffset Now = new FakeTimeProvider().GetUtcNow();

    /// <summary>A client that lives at <see cref="Now"/>.</summary>
    private static TlsClientOptions Then { get; } = ClientOf("good.test") with { Time = new FakeTimeProvider() };

    [Theory(Timeout = HangGuard)]
    [InlineData("good.test", "good.test")]
    [InlineData("GOOD.test.", "good.test")]
    [InlineData("a.wild.test", "*.wild.test")]
    [InlineData("bücher.test", "xn--bcher-kva.test")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public async Task A_certificate_is_for_its_alternative_names(string asked, string named)
    {
        await using var server = StartEcho(Showing(Root.Issue("first.test", named)));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf(asked));
        Assert.Empty(TlsInfo.Of(connection)!.Problems);
        Assert.Equal(["first.test", named], TlsInfo.Of(connection)!.PeerCertificate!.Names);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("other.test", "good.test", "'good.test'")]
    [InlineData("a.b.wild.test", "*.wild.test", "'*.wild.test'")]
    [InlineData("wild.test", "*.wild.test", "'*.wild.test'")]
    [InlineData("192.0.2.8", "192.0.2.7", "'192.0.2.7'")]
    public async Task A_certificate_for_other_names_says_which(string asked, string named, string listed)
    {
        var error = await RejectionAsync(ClientOf(asked), Showing(Root.Issue(named)));
        Assert.Equal(NetErrorKind.TlsRejected, error.Kind);
        Assert.Equal($"the server's certificate is not for '{asked}' (it is for {listed})", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_common_name_is_no_name()
    {
        var error = await RejectionAsync(ClientOf("nobody"), Showing(Root.Issue()));
        Assert.Equal("the server's certificate is not for 'nobody' (it has no alternative names)", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Many_names_are_cut_short()
    {
        var names = Enumerable.Range(1, 40).Select(n => $"n{n}.test").ToArray();
        var error = await RejectionAsync(ClientOf("other.test"), Showing(Root.Issue(names)));
        Assert.EndsWith("(it is for 'n1.test', 'n2.test', 'n3.test', 'n4.test', 'n5.test' and 35 more)", error.Reason, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(-12, 0, "expired 12 days ago (2029-12-20)")]
    [InlineData(-1, 0, "expired 1 day ago (2029-12-31)")]
    [InlineData(0, -5, "expired 5 hours ago (2029-12-31)")]
    public async Task An_expired_certificate_says_since_when(int days, int hours, string words)
    {
        var end = Now.AddDays(days).AddHours(hours);
        var error = await RejectionAsync(Then, Showing(Root.Issue(new CertificatePlan("good.test") { NotAfter = end })));
        Assert.Equal((NetErrorKind.TlsRejected, $"the server's certificate {words}"), (error.Kind, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_that_is_not_valid_yet_says_from_when()
    {
        var error = await RejectionAsync(Then, Showing(Root.Issue(new CertificatePlan("good.test") { NotBefore = Now.AddDays(9.5) })));
        Assert.Equal("the server's certificate is not valid before 2030-01-10: in 9 days, by this machine's clock", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_issuer_that_is_not_trusted_is_named()
    {
        using var stranger = TestAuthority.Create("Strange Root");
        var error = await RejectionAsync(ClientOf("good.test"), Showing(stranger.Issue("good.test")));
        Assert.Equal("the server's certificate was issued by 'Strange Root', who is not known here", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_untrusted_root_that_the_server_sends_changes_nothing()
    {
        using var stranger = TestAuthority.Create("Strange Root");
        using var below = stranger.CreateBelow("Strange Intermediate");
        var error = await RejectionAsync(ClientOf("good.test"), Showing(below.Issue("good.test")));
        Assert.Equal("the server's certificate was issued by 'Strange Root', who is not known here", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_self_signed_certificate_is_called_so()
    {
        var error = await RejectionAsync(ClientOf("localhost"), Showing(TlsCertificate.SelfSigned()));
        Assert.Equal((NetErrorKind.TlsRejected, "the server's certificate is self-signed and not trusted here"), (error.Kind, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_self_signed_certificate_that_is_trusted_is_trusted()
    {
        using var certificate = TlsCertificate.SelfSigned();
        await using var server = StartEcho(Showing(certificate));
        var trusting = new TlsClientOptions { ServerName = "localhost", Authorities = TlsAuthorities.FromPem(certificate.Info.ToPem()) };
        await using var connection = await ConnectAsync(server.LocalAddress, trusting);
        Assert.Empty(TlsInfo.Of(connection)!.Problems);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_intermediate_that_the_server_sends_is_used()
    {
        using var below = Root.CreateBelow();
        await using var server = StartEcho(Showing(below.Issue("good.test")));
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test"));
        Assert.Equal(
            ["CN=good.test", "CN=Test Intermediate", "CN=Test Root"],
            TlsInfo.Of(connection)!.PeerCertificates.Select(certificate => certificate.Subject));
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_intermediate_that_the_server_keeps_back_is_named()
    {
        using var below = Root.CreateBelow();
        var bare = TlsCertificate.From(below.IssueBare(new("good.test")).Certificate);
        var error = await RejectionAsync(ClientOf("good.test"), Showing(bare));
        Assert.Equal("the server's certificate was issued by 'Test Intermediate', who is not known here", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_issuer_that_has_expired_is_named()
    {
        using var below = Root.CreateBelow(plan: new() { NotAfter = Now.AddDays(-3) });
        var error = await RejectionAsync(Then, Showing(below.Issue("good.test")));
        Assert.Equal("the server's certificate was issued by 'Test Intermediate', whose own expired 3 days ago (2029-12-29)", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_for_clients_is_none_for_servers()
    {
        var error = await RejectionAsync(
            ClientOf("good.test"), Showing(Root.Issue(new CertificatePlan("good.test") { Use = CertificatePlan.ForClients })));
        Assert.Equal("the server's certificate is meant for another use", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Everything_that_is_wrong_is_told()
    {
        var plan = new CertificatePlan("other.test") { NotAfter = Now.AddDays(-12) };
        var error = await RejectionAsync(Then, Showing(TestAuthority.SelfSigned(plan)));
        Assert.Equal(
            "the server's certificate expired 12 days ago (2029-12-20), and is self-signed and not trusted here, "
            + "and is not for 'good.test' (it is for 'other.test')",
            error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_is_insecure_on_purpose_goes_on_and_knows_what_was_overlooked()
    {
        var plan = new CertificatePlan("other.test") { NotAfter = Now.AddDays(-12) };
        await using var server = StartEcho(Showing(TestAuthority.SelfSigned(plan)));
        await using var connection = await ConnectAsync(server.LocalAddress, Then with { Insecure = true });
        await connection.Lines.WriteLineAsync("hello");
        Assert.Equal("hello", await connection.Lines.ReadLineAsync());
        Assert.Equal(
            [CertificateProblemKind.Expired, CertificateProblemKind.WrongName, CertificateProblemKind.SelfSigned],
            TlsInfo.Of(connection)!.Problems.Select(problem => problem.Kind).Order());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_pinned_key_is_asked_for_beside_all_else()
    {
        var pinned = Root.Issue("good.test");
        await using var server = StartEcho(Showing(pinned));
        var elsewhere = TlsCertificate.SelfSigned().Info.Pin;
        await using var connection = await ConnectAsync(server.LocalAddress, ClientOf("good.test") with { Pins = [elsewhere, pinned.Info.Pin] });
        var error = await RejectionAsync(ClientOf("good.test") with { Pins = [elsewhere] }, Showing(pinned));
        Assert.Equal((NetErrorKind.TlsRejected, $"the server's certificate has the key {pinned.Info.Pin}, which is not the pinned one"), (error.Kind, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_pinned_key_counts_for_who_is_insecure_too()
    {
        using var certificate = TlsCertificate.SelfSigned();
        await using var server = StartEcho(Showing(certificate));
        await using var connection = await ConnectAsync(server.LocalAddress, new() { Insecure = true, Pins = [certificate.Info.Pin] });
        var error = await RejectionAsync(new() { Insecure = true, Pins = [certificate.Info.Pin] }, Showing(TlsCertificate.SelfSigned()));
        Assert.EndsWith("which is not the pinned one", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("self-signed", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256//")]
    [InlineData("sha256//AAAA")]
    [InlineData("sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*=")]
    public void A_pin_that_is_none_is_refused_when_it_is_set(string pin) =>
        Assert.Throws<ArgumentException>(() => new TlsClientOptions { Pins = [pin] });

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_is_judged_again_when_a_session_is_resumed()
    {
        var time = new FakeTimeProvider();
        var plan = new CertificatePlan("good.test") { NotAfter = Now.AddDays(1) };
        await using var server = StartEcho(Showing(Root.Issue(plan)));
        await using (var first = await ConnectAsync(server.LocalAddress, ClientOf("good.test") with { Time = time }))
        {
            await first.Lines.WriteLineAsync("takes in the session ticket");
            await first.Lines.ReadLineAsync();
        }
        time.Advance(TimeSpan.FromDays(2));
        var error = await Assert.ThrowsAsync<NetException>(
            () => ConnectAsync(server.LocalAddress, ClientOf("good.test") with { Time = time }).AsTask());
        Assert.Equal("the server's certificate expired 1 day ago (2030-01-02)", error.Reason);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(ClientCertificates.NotAsked)]
    [InlineData(ClientCertificates.Required)]
    public async Task An_intermediate_is_known_to_who_comes_again_too(ClientCertificates asked)
    {
        using var below = Root.CreateBelow();
        var asking = Showing(below.Issue("good.test")) with { ClientCertificates = asked, Authorities = Root.Trust };
        await using var server = StartEcho(asking);
        var client = ClientOf("good.test") with { Certificate = below.Issue(new CertificatePlan("alice.test") { Use = CertificatePlan.ForClients }) };
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await ConnectAsync(server.LocalAddress, client);
            await connection.Lines.WriteLineAsync("takes in the session ticket");
            Assert.Equal("takes in the session ticket", await connection.Lines.ReadLineAsync());
            Assert.Equal(3, TlsInfo.Of(connection)!.PeerCertificates.Count);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Revocation_is_asked_for_only_when_told_to()
    {
        var (revoked, fine) = (Root.IssueBare(At("revoked")).Certificate, Root.IssueBare(At("fine")).Certificate);
        var asked = 0;
        await using var list = Server.Start(ListAddress, Http.Serve((_, _) =>
        {
            Interlocked.Increment(ref asked);
            return new(HttpReply.Of(Root.RevocationListOf(revoked), "application/pkix-crl"));
        }));
        await using (var server = StartEcho(Showing(TlsCertificate.From(revoked))))
            await (await ConnectAsync(server.LocalAddress, ClientOf("revoked.test"))).DisposeAsync();
        Assert.Equal(0, asked);
        var error = await RejectionAsync(ClientOf("revoked.test") with { CheckRevocation = true }, Showing(TlsCertificate.From(revoked)));
        Assert.Equal("the server's certificate has been revoked", error.Reason);
        await using (var server = StartEcho(Showing(TlsCertificate.From(fine))))
            await (await ConnectAsync(server.LocalAddress, ClientOf("fine.test") with { CheckRevocation = true })).DisposeAsync();
        Assert.NotEqual(0, asked);

        static CertificatePlan At(string name) => new($"{name}.test") { RevocationList = $"http://{ListAddress}/{Guid.NewGuid():N}.crl" };
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_list_of_the_revoked_that_cannot_be_had_is_a_reason_not_to_trust()
    {
        var plan = new CertificatePlan("good.test") { RevocationList = $"http://127.0.0.1:{PeerPort.Choose()}/{Guid.NewGuid():N}.crl" };
        var error = await RejectionAsync(ClientOf("good.test") with { CheckRevocation = true }, Showing(Root.Issue(plan)));
        Assert.Equal("the server's certificate may have been revoked: its issuer could not be asked", error.Reason);
    }

    /// <summary>Where the list of the revoked is: it stands in certificates before there is a server.</summary>
    private static string ListAddress { get; } = $"127.0.0.1:{PeerPort.Choose()}";

    [Fact(Timeout = HangGuard)]
    public async Task Without_a_name_to_check_nothing_is_believed()
    {
        var (client, server) = Connection.CreatePair();
        await Assert.ThrowsAsync<InvalidOperationException>(() => TlsClient.UpgradeAsync(client).AsTask());
        server.Abort();
    }
}
