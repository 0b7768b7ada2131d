using System.Net.Sockets;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>What both ends make of a peer that breaks off, talks plain text or says nothing in the middle of the handshake.</summary>
public class TlsFaultTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("220 mail.test ESMTP\r\n", "'220 mail.test ESMTP'")]
    [InlineData("HTTP/1.0 400 Bad Request\r\n\r\n", "'HTTP/1.0 400 Bad Request'")]
    [InlineData("x", "'x'")]
    [InlineData("220-mail.test ESMTP\r\n220 ready\r\n", "'220-mail.test ESMTP'")]
    [InlineData("\u001b[2J", "'\\u{1B}[2J'")]
    public async Task A_server_that_does_not_speak_TLS_is_quoted(string says, string quoted)
    {
        var error = await RejectionByAsync(peer =>
        {
            Say(peer, says);
            peer.Shutdown(SocketShutdown.Send);
            return Task.CompletedTask;
        });
        Assert.Equal((NetErrorKind.ProtocolViolation, NetOperation.Handshake), (error.Kind, error.Operation));
        Assert.Equal($"the peer does not speak TLS: it began with {quoted}", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_client_that_does_not_speak_TLS_is_quoted()
    {
        var error = await ReportedAsync(async caller =>
        {
            Say(caller, "GET / HTTP/1.0\r\n\r\n");
            await ReadToEndAsync(caller);
        });
        Assert.Equal(
            (NetErrorKind.ProtocolViolation, "the peer does not speak TLS: it began with 'GET / HTTP/1.0'"), (error.Kind, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_ends_instead_of_answering_closed_early()
    {
        var error = await RejectionByAsync(peer => Task.Run(() => peer.Shutdown(SocketShutdown.Send)));
        Assert.Equal(
            (NetErrorKind.ClosedEarly, NetOperation.Handshake, "the peer ended the connection instead of answering the TLS handshake"),
            (error.Kind, error.Operation, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_client_that_ends_without_a_word_closed_early()
    {
        var error = await ReportedAsync(caller => Task.Run(() => caller.Shutdown(SocketShutdown.Send)));
        Assert.Equal(
            (NetErrorKind.ClosedEarly, NetOperation.Handshake, "the peer ended the connection instead of answering the TLS handshake"),
            (error.Kind, error.Operation, error.Reason));
    }

    public static TheoryData<int, bool, TlsVersion> Cuts
    {
        get
        {
            var cuts = new TheoryData<int, bool, TlsVersion>();
            foreach (var after in new[] { 1, 4, 5, 6, 60, 130, 300, 500 })
            {
                foreach (var version in Enum.GetValues<TlsVersion>())
                {
                    cuts.Add(after, false, version);
                    cuts.Add(after, true, version);
                }
            }
            return cuts;
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Cuts))]
    public async Task A_server_that_breaks_off_anywhere_in_its_handshake_is_told(int after, bool byReset, TlsVersion version)
    {
        var (client, middle) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        await using var server = StartEcho(Showing(Root.Issue("x.test")));
        var cutting = CutAsync(middle, server.LocalAddress, after, byReset);
        var error = await Assert.ThrowsAsync<NetException>(
            () => TlsClient.UpgradeAsync(client, new() { Insecure = true, HighestVersion = version }).AsTask());
        Assert.Equal((byReset ? NetErrorKind.Reset : NetErrorKind.ClosedEarly, NetOperation.Handshake), (error.Kind, error.Operation));
        await cutting;
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(40, "handshake_failure (nothing in common, or it wants a client certificate)")]
    [InlineData(112, "unrecognized_name (it does not serve the name we asked for)")]
    [InlineData(200, "alert 200")]
    public async Task An_alert_of_the_server_is_told_in_words(byte number, string words)
    {
        var error = await RejectionByAsync(peer => SendAsync(peer, [21, 3, 3, 0, 2, 2, number]));
        Assert.Equal((NetErrorKind.TlsRejected, $"the peer refused: {words}"), (error.Kind, error.Reason));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(new byte[] { 22, 3, 3, 0, 4, 9, 0, 0, 0 })]                // a message that has no place here
    [InlineData(new byte[] { 22, 3, 3, 0, 6, 2, 0, 0, 2, 3, 3 })]          // a hello that is cut short
    [InlineData(new byte[] { 21, 3, 3, 0, 1, 2 })]                         // half an alert
    [InlineData(new byte[] { 22, 9, 9, 0, 4, 2, 0, 0, 0 })]                // a version that never was
    public async Task A_server_whose_TLS_makes_no_sense_breaks_the_protocol(byte[] bytes)
    {
        var error = await RejectionByAsync(async peer =>
        {
            await SendAsync(peer, bytes);
            await ReadToEndAsync(peer);
        });
        Assert.Equal((NetErrorKind.ProtocolViolation, NetOperation.Handshake), (error.Kind, error.Operation));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_silent_server_runs_into_the_limit_of_the_upgrade()
    {
        var time = new FakeTimeProvider();
        var (client, server) = Connection.CreatePair();
        var upgrading = TlsClient.UpgradeAsync(client, new() { Insecure = true, Time = time }).AsTask();
        await time.FireAsync(TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<NetException>(() => upgrading);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake, "not done within 10 s"), (error.Kind, error.Operation, error.Reason));
        await Assert.ThrowsAsync<NetException>(() => server.CopyToAsync(Stream.Null));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_silent_client_runs_into_the_limit_of_layers_and_holds_up_nobody()
    {
        var time = new FakeTimeProvider();
        var reports = new Reports();
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask(), reports.On(new()
        {
            Time = time,
            Listen = new() { Layers = [TlsServer.Layer(Showing(Root.Issue("x.test")))] },
        }));
        var silent = await Connection.ConnectAsync(server.LocalAddress);
        await time.TimerArmedAsync(TimeSpan.FromSeconds(10));
        await using (var good = await ConnectAsync(server.LocalAddress, ClientOf("x.test")))
            Assert.Equal("hello", await good.Lines.ReadLineAsync());
        time.Advance(TimeSpan.FromSeconds(10));
        var ends = new[] { await reports.NextAsync(), await reports.NextAsync() };
        var error = ends.OfType<NetException>().Single(end => silent.LocalAddress.Equals(end.RemoteAddress));
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake), (error.Kind, error.Operation));
        silent.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_handshake_can_be_given_up()
    {
        var (client, server) = Connection.CreatePair();
        using var cancel = new CancellationTokenSource();
        var upgrading = TlsClient.UpgradeAsync(client, new() { Insecure = true }, cancel.Token).AsTask();
        Assert.Equal(5, (await server.Lines.ReadExactlyAsync(5)).Length);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WriteAsync(new byte[1]).AsTask());
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_alert_of_ours_reaches_the_peer_before_the_connection_is_gone()
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        var upgrading = TlsServer.UpgradeAsync(connection, Showing(Root.Issue("x.test"))).AsTask();
        await SendAsync(peer, [22, 3, 3, 0, 6, 1, 0, 0, 2, 3, 3]);
        var received = await ReadToEndAsync(peer);
        Assert.Equal([21, 3, 3, 0, 2, 2, 50], received);    // decode_error
        peer.Dispose();
        await Assert.ThrowsAsync<NetException>(() => upgrading);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task A_client_that_is_refused_after_its_handshake_reads_why(TlsVersion version)
    {
        Peers.Require("openssl");
        using var files = new Scratch();
        var certificate = Root.IssueBare(new("x.test")).Certificate;
        await File.WriteAllTextAsync(files.File("x.pem"), certificate.ExportCertificatePem() + "\n" + System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!.ExportPkcs8PrivateKeyPem());
        await using var server = await PeerProgram.ServeAsync($"openssl s_server -quiet -port {{port}} -cert {files.File("x.pem")} -Verify 1 -verify_return_error");
        var error = await Assert.ThrowsAsync<NetException>(async () =>
        {
            var connection = await ConnectAsync(Address.Tcp("127.0.0.1", server.Port), ClientOf("x.test") with { HighestVersion = version });
            await connection.ReadAsync(new byte[1]);
        });
        Assert.Equal(NetErrorKind.TlsRejected, error.Kind);
        Assert.Contains(version == TlsVersion.Tls13 ? "certificate_required" : "handshake_failure", error.Reason, StringComparison.Ordinal);
    }

    /// <summary>Forwards so many bytes of the server's, then breaks off.</summary>
    private static async Task CutAsync(Socket middle, Address address, int after, bool byReset)
    {
        await using var server = await Connection.ConnectAsync(address);
        var forwarding = Task.Run(async () =>
        {
            var buffer = new byte[4096];
            while (await middle.ReceiveAsync(buffer) is > 0 and var count)
                await server.WriteAsync(buffer.AsMemory(0, count));
        });
        var start = await server.Lines.ReadExactlyAsync(after);
        await middle.SendAsync(start);
        if (byReset)
            middle.LingerState = new LingerOption(true, 0);
        else
            middle.Shutdown(SocketShutdown.Send);
        if (byReset)
            middle.Dispose();
        await forwarding.ContinueWith(_ => { }, TaskScheduler.Default);
        middle.Dispose();
        server.Abort();
    }

    /// <summary>What a server reports of a caller that does this on its bare socket.</summary>
    private static async Task<NetException> ReportedAsync(Func<Socket, Task> callerDoes)
    {
        var reported = new TaskCompletionSource<Exception?>();
        await using var server = StartEcho(Showing(Root.Issue("x.test")), (_, error) => reported.SetResult(error));
        using var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync("127.0.0.1", server.LocalAddress.Port);
        await callerDoes(caller);
        return Assert.IsType<NetException>(await reported.Task);
    }

    private static void Say(Socket peer, string text) => peer.Send(System.Text.Encoding.Latin1.GetBytes(text));

    private static async Task SendAsync(Socket peer, byte[] bytes) => await peer.SendAsync(bytes);

    private static async Task<byte[]> ReadToEndAsync(Socket peer)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await peer.ReceiveAsync(buffer) is > 0 and var count)
                all.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // The other end had more of ours to read than it wanted.
        }
        return all.ToArray();
    }
}
