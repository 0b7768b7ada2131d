using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>The words that lead to TLS, and servers that have others.</summary>
public class StartTlsTests
{
    public static TheoryData<StartTlsProtocol> Protocols => [.. Enum.GetValues<StartTlsProtocol>()];

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task Each_protocol_leads_to_TLS(StartTlsProtocol protocol)
    {
        await using var server = StartTlsServer.Start(protocol, Showing(Root.Issue("x.test")));
        var options = new ConnectOptions { Layers = [StartTls.Layer(protocol, ClientOf("x.test"))] };
        await using var connection = await Connection.ConnectAsync(server.LocalAddress, options);
        Assert.True(connection.IsEncrypted);
        await connection.Lines.WriteLineAsync("secret");
        Assert.Equal("secret", await connection.Lines.ReadLineAsync());
        await connection.CloseAsync();
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(StartTlsProtocol.Smtp, "> EHLO localhost|> STARTTLS", "< 220-mail.test ESMTP|< 220 ready|< 250-mail.test greets you|< 250-PIPELINING|< 250-STARTTLS|< 250 HELP|< 220 go ahead")]
    [InlineData(StartTlsProtocol.Imap, "> a1 CAPABILITY|> a2 STARTTLS", "< * OK IMAP4rev1 ready|< * CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED|< a1 OK done|< a2 OK begin TLS now")]
    [InlineData(StartTlsProtocol.Pop3, "> STLS", "< +OK POP3 ready|< +OK begin TLS now")]
    [InlineData(StartTlsProtocol.Ftp, "> AUTH TLS", "< 220-Welcome.|<  Be nice.|< 220 ready|< 234 begin TLS now")]
    [InlineData(StartTlsProtocol.Postgres, "> SSLRequest", "< S")]
    public async Task What_was_said_in_the_clear_can_be_followed(StartTlsProtocol protocol, string ours, string theirs)
    {
        var said = new List<string>();
        await OutcomeAsync(protocol, StartTlsServer.Script(protocol), line => said.Add($"{(line.IsOurs ? '>' : '<')} {line.Text}"));
        Assert.Equal(ours.Split('|'), said.Where(line => line[0] == '>'));
        Assert.Equal(theirs.Split('|'), said.Where(line => line[0] == '<'));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Over_the_network_an_SMTP_client_says_its_address_for_a_name()
    {
        var said = new List<string>();
        await using var server = StartTlsServer.Start(StartTlsProtocol.Smtp, Showing(Root.Issue("x.test")));
        var layer = StartTls.Layer(StartTlsProtocol.Smtp, ClientOf("x.test"), line => said.Add(line.Text));
        await using var connection = await Connection.ConnectAsync(server.LocalAddress, new ConnectOptions { Layers = [layer] });
        Assert.Contains("EHLO [127.0.0.1]", said);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(StartTlsProtocol.Smtp, "the server does not offer STARTTLS: it offers 'PIPELINING, HELP'", "220 hi\r\n", "250-mail.test\r\n250-PIPELINING\r\n250 HELP\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "the server does not offer STARTTLS", "220 hi\r\n", "250 STARTTLS\r\n")]    // its name
    [InlineData(StartTlsProtocol.Smtp, "the server refused 'EHLO localhost': '502 what?'", "220 hi\r\n", "502 what?\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "the server refused 'STARTTLS': '454-not now 454 come back later'", "220 hi\r\n", "250-x\r\n250 STARTTLS\r\n", "454-not now\r\n454 come back later\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "the server refuses to talk: '554 go \\u{1B}[31maway'", "554 go \u001b[31maway\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the server does not offer STARTTLS: it offers 'IMAP4rev1, IDLE'", "* OK hi\r\n", "* CAPABILITY IMAP4rev1 IDLE\r\na1 OK\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the server refused 'a1 CAPABILITY': 'a1 BAD what?'", "* OK hi\r\n", "a1 BAD what?\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the server refused 'a2 STARTTLS': 'a2 NO not now'", "* OK hi\r\n", "* CAPABILITY starttls\r\na1 OK\r\n", "a2 NO not now\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the server refused 'a2 STARTTLS': '* BYE tired'", "* OK hi\r\n", "* CAPABILITY STARTTLS\r\na1 OK\r\n", "* BYE tired\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the server refuses to talk: '* PREAUTH welcome back'", "* PREAUTH welcome back\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the server refuses to talk: '* BYE full'", "* BYE full\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "the server refused 'STLS': '-ERR what?'", "+OK\r\n", "-ERR what?\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "the server refuses to talk: '-ERR full'", "-ERR full\r\n")]
    [InlineData(StartTlsProtocol.Ftp, "the server refused 'AUTH TLS': '502 what?'", "220 hi\r\n", "502 what?\r\n")]
    [InlineData(StartTlsProtocol.Ftp, "the server refuses to talk: '421 full'", "120 wait\r\n421 full\r\n")]
    [InlineData(StartTlsProtocol.Postgres, "the server does not offer TLS", "N")]
    [InlineData(StartTlsProtocol.Postgres, "the server refused 'SSLRequest': 'sorry, too many clients already'", "E\0\0\0\x3bSFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0")]
    [InlineData(StartTlsProtocol.Postgres, "the server refused 'SSLRequest': 'could not fork new process'", "Ecould not fork new process\n\0")]
    public Task A_server_that_does_not_want_to_is_quoted(StartTlsProtocol protocol, string reason, params string[] script) =>
        AssertFailsAsync(NetErrorKind.TlsRejected, reason, protocol, script);

    [Theory(Timeout = HangGuard)]
    [InlineData(StartTlsProtocol.Smtp, "the peer does not speak SMTP: it began with 'HTTP/1.1 400 Bad Request'", "HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "the peer does not speak SMTP: it began with '2200 hi'", "2200 hi\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "the peer does not speak SMTP: it answered 'STARTTLS' with '250 fine'", "220 hi\r\n", "250-x\r\n250 STARTTLS\r\n", "250 fine\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "the peer does not speak SMTP: it began with ''", "\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the peer does not speak IMAP: it began with '+OK POP3'", "+OK POP3\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the peer does not speak IMAP: it answered 'a1 CAPABILITY' with '+ go on'", "* OK\r\n", "+ go on\r\n")]
    [InlineData(StartTlsProtocol.Imap, "the peer does not speak IMAP: it answered 'a1 CAPABILITY' with 'a2 OK'", "* OK\r\n", "a2 OK\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "the peer does not speak POP3: it began with '220 mail.test ESMTP'", "220 mail.test ESMTP\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "the peer does not speak POP3: it answered 'STLS' with '+OKAY'", "+OK\r\n", "+OKAY\r\n")]
    [InlineData(StartTlsProtocol.Ftp, "the peer does not speak FTP: it answered 'AUTH TLS' with '334 more'", "220 hi\r\n", "334 more\r\n")]
    [InlineData(StartTlsProtocol.Postgres, "the peer does not speak PostgreSQL's protocol: it answered 'SSLRequest' with '\\u{15}'", "\x15\x03\x01")]
    public Task A_server_of_another_protocol_is_quoted(StartTlsProtocol protocol, string reason, params string[] script) =>
        AssertFailsAsync(NetErrorKind.ProtocolViolation, reason, protocol, script);

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task What_is_said_beyond_the_answer_is_refused(StartTlsProtocol protocol)
    {
        var script = StartTlsServer.Script(protocol);
        script[^1] += "injected\r\n";
        await AssertFailsAsync(NetErrorKind.ProtocolViolation, "10 bytes came unencrypted before the TLS handshake", protocol, script);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task A_server_that_ends_at_any_step_closed_early(StartTlsProtocol protocol)
    {
        var script = StartTlsServer.Script(protocol);
        for (var steps = 0; steps < script.Length; steps++)
        {
            var error = await Assert.ThrowsAsync<NetException>(() => OutcomeAsync(protocol, script[..steps]));
            Assert.Equal((NetErrorKind.ClosedEarly, NetOperation.Handshake), (error.Kind, error.Operation));
            Assert.StartsWith("the peer ended the connection instead of ", error.Reason, StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(StartTlsProtocol.Smtp, "instead of greeting", "220 half a li")]
    [InlineData(StartTlsProtocol.Smtp, "instead of greeting", "220-one\r\n220-two\r\n")]
    [InlineData(StartTlsProtocol.Imap, "instead of answering 'a1 CAPABILITY'", "* OK\r\n", "* CAPABILITY STARTTLS\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "instead of answering 'STLS'", "+OK\r\n", "+O")]
    public Task A_server_that_ends_in_the_middle_of_an_answer_closed_early(StartTlsProtocol protocol, string reason, params string[] script) =>
        AssertFailsAsync(NetErrorKind.ClosedEarly, $"the peer ended the connection {reason}", protocol, script);

    [Theory(Timeout = HangGuard)]
    [InlineData(StartTlsProtocol.Smtp, "220-and\r\n", "the server says more than 200 lines before TLS")]
    [InlineData(StartTlsProtocol.Smtp, "1", "the line is longer than 8,192 bytes")]
    [InlineData(StartTlsProtocol.Smtp, "120 wait\r\n", "the server says more than 200 lines before TLS")]
    [InlineData(StartTlsProtocol.Imap, "* OK and\r\n", "the server says more than 200 lines before TLS")]
    [InlineData(StartTlsProtocol.Imap, "* ", "the line is longer than 8,192 bytes")]
    [InlineData(StartTlsProtocol.Pop3, "+OK", "the line is longer than 8,192 bytes")]
    [InlineData(StartTlsProtocol.Ftp, "220-and\r\n", "the server says more than 200 lines before TLS")]
    [InlineData(StartTlsProtocol.Postgres, "E", "the text is longer than 8,192 bytes")]
    public async Task A_server_that_does_not_stop_talking_is_stopped(StartTlsProtocol protocol, string again, string reason)
    {
        var (client, server) = Connection.CreatePair();
        var flooding = FloodAsync(server, again);
        var error = await Assert.ThrowsAsync<NetException>(() => StartTls.Layer(protocol, ClientOf("x.test"))(client, default).AsTask());
        Assert.Equal((NetErrorKind.LimitExceeded, NetOperation.Handshake, reason), (error.Kind, error.Operation, error.Reason));
        client.Abort();
        await flooding;
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task A_silent_server_runs_into_the_limit_of_connecting(StartTlsProtocol protocol)
    {
        var time = new FakeTimeProvider();
        var (client, server) = Connection.CreatePair();
        var layer = StartTls.Layer(protocol, ClientOf("x.test"));
        var connecting = ConnectionLayers.ApplyAsync([layer], client, client.Dialled, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3), time, default).AsTask();
        await time.FireAsync(TimeSpan.FromSeconds(7));
        var error = await Assert.ThrowsAsync<NetException>(() => connecting);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Handshake, "not done within 10 s"), (error.Kind, error.Operation, error.Reason));
        server.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Protocols))]
    public async Task A_reset_in_the_middle_is_told_as_part_of_the_handshake(StartTlsProtocol protocol)
    {
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        peer.LingerState = new(true, 0);
        peer.Dispose();
        var error = await Assert.ThrowsAsync<NetException>(() => StartTls.Layer(protocol, ClientOf("x.test"))(client, default).AsTask());
        Assert.Equal((NetErrorKind.Reset, NetOperation.Handshake), (error.Kind, error.Operation));
        client.Abort();
    }

    [Fact]
    public void A_protocol_that_is_not_known_is_refused_at_once() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StartTls.Layer((StartTlsProtocol)99));

    private static async Task AssertFailsAsync(NetErrorKind kind, string reason, StartTlsProtocol protocol, string[] script)
    {
        var error = await Assert.ThrowsAsync<NetException>(() => OutcomeAsync(protocol, script));
        Assert.Equal((kind, NetOperation.Handshake, reason), (error.Kind, error.Operation, error.Reason));
    }

    /// <summary>Talks to a server that says these and then speaks TLS if it was asked for to the end, else ends.</summary>
    private static async Task OutcomeAsync(StartTlsProtocol protocol, string[] script, Action<StartTlsLine>? onLine = null)
    {
        var (client, server) = Connection.CreatePair();
        var serving = Task.Run(async () =>
        {
            await StartTlsServer.PlayAsync(server, protocol, script);
            if (script.SequenceEqual(StartTlsServer.Script(protocol)))
                await TlsServer.UpgradeAsync(server, Showing(Root.Issue("x.test")));
            else
                await server.CloseAsync();
        });
        try
        {
            await StartTls.Layer(protocol, ClientOf("x.test"), onLine)(client, default);
        }
        finally
        {
            client.Abort();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FloodAsync(Connection server, string again)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 1000)));
        try
        {
            while (true)
                await server.WriteAsync(bytes);
        }
        catch (NetException)
        {
            // The other end has had enough.
        }
    }
}
