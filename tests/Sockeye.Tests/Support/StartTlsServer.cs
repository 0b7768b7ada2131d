using Sockeye.Tls;

namespace Sockeye.Tests.Support;

/// <summary>Servers of the protocols that go over to TLS in the middle, as far as that; then they answer each line with itself.</summary>
internal static class StartTlsServer
{
    /// <summary>The protocols by the names that programs take for them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<StartTlsProtocol>().Select(name => name.ToLowerInvariant())];

    /// <summary>What a good server says: first of all (but for PostgreSQL's), then after each thing it was asked.</summary>
    public static string[] Script(StartTlsProtocol protocol) => protocol switch
    {
        StartTlsProtocol.Smtp =>
        [
            "220-mail.test ESMTP\r\n220 ready\r\n",
            "250-mail.test greets you\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 HELP\r\n",
            "220 go ahead\r\n",
        ],
        StartTlsProtocol.Imap =>
        [
            "* OK IMAP4rev1 ready\r\n",
            "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n",
            "a2 OK begin TLS now\r\n",
        ],
        StartTlsProtocol.Pop3 => ["+OK POP3 ready\r\n", "+OK begin TLS now\r\n"],
        StartTlsProtocol.Ftp => ["220-Welcome.\r\n Be nice.\r\n220 ready\r\n", "234 begin TLS now\r\n"],
        _ => ["S"],
    };

    /// <summary>Starts one at a port of 127.0.0.1.</summary>
    public static Server Start(StartTlsProtocol protocol, TlsServerOptions tls) => Server.Start("127.0.0.1:0", async (peer, cancel) =>
    {
        if (protocol == StartTlsProtocol.Smtp)
            await ServeSmtpAsync(peer, cancel);
        else if (protocol == StartTlsProtocol.Imap)
            await ServeImapAsync(peer, cancel);
        else
            await PlayAsync(peer, protocol, Script(protocol), cancel);
        await using var secure = await TlsServer.UpgradeAsync(peer, tls, cancel);
        await foreach (var line in secure.Lines.ReadAllAsync(cancel))
            await secure.Lines.WriteLineAsync(line, cancel);
    });

    /// <summary>Says these one after another; before each it hears what it was asked.</summary>
    public static async Task PlayAsync(Connection peer, StartTlsProtocol protocol, string[] script, CancellationToken cancel = default)
    {
        var isFirst = protocol != StartTlsProtocol.Postgres;
        foreach (var says in script)
        {
            if (!isFirst)
                await HearAsync(peer, protocol, cancel);
            isFirst = false;
            await peer.WriteAsync(System.Text.Encoding.Latin1.GetBytes(says), cancel);
        }
    }

    private static async Task HearAsync(Connection peer, StartTlsProtocol protocol, CancellationToken cancel)
    {
        if (protocol == StartTlsProtocol.Postgres)
            await peer.Lines.ReadExactlyAsync(8, cancel);
        else
            await peer.Lines.ReadLineAsync(cancel);
    }

    /// <summary>By what it is asked, so that other people's clients may ask in their own order.</summary>
    private static async Task ServeSmtpAsync(Connection peer, CancellationToken cancel)
    {
        var script = Script(StartTlsProtocol.Smtp);
        await peer.Lines.WriteAsync(script[0], cancel);
        while (await peer.Lines.ReadLineAsync(cancel) is { } line && line != "STARTTLS")
            await peer.Lines.WriteAsync(line.StartsWith("EHLO ", StringComparison.Ordinal) ? script[1] : "500 what?\r\n", cancel);
        await peer.Lines.WriteAsync(script[2], cancel);
    }

    private static async Task ServeImapAsync(Connection peer, CancellationToken cancel)
    {
        await peer.Lines.WriteAsync("* OK IMAP4rev1 ready\r\n", cancel);
        while (await peer.Lines.ReadLineAsync(cancel) is { } line)
        {
            var tag = line.Split(' ')[0];
            if (line.EndsWith(" STARTTLS", StringComparison.Ordinal))
            {
                await peer.Lines.WriteAsync($"{tag} OK begin TLS now\r\n", cancel);
                return;
            }
            await peer.Lines.WriteAsync($"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK done\r\n", cancel);
        }
    }
}
