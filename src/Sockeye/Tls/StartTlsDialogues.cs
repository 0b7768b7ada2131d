using System.Net.Sockets;

namespace Sockeye.Tls;

/// <summary>
/// What is said before TLS, protocol by protocol; the server speaks first, but for PostgreSQL's.
/// <code>
/// smtp       220 ...   EHLO [192.0.2.7]   250-... 250 STARTTLS     STARTTLS      220 ...    RFC 3207
/// imap       * OK ...  a1 CAPABILITY      * CAPABILITY ... a1 OK   a2 STARTTLS   a2 OK ...  RFC 9051, section 6.2.1
/// pop3       +OK ...                                               STLS          +OK ...    RFC 2595, section 4
/// ftp        220 ...                                               AUTH TLS      234 ...    RFC 4217, section 4
/// postgres                                                         SSLRequest    S
/// </code>
/// </summary>
internal static class StartTlsDialogues
{
    /// <exception cref="ArgumentException">There is no such protocol.</exception>
    public static Func<StartTlsTalk, ValueTask> Of(StartTlsProtocol protocol) => protocol switch
    {
        StartTlsProtocol.Smtp => SmtpAsync,
        StartTlsProtocol.Imap => ImapAsync,
        StartTlsProtocol.Pop3 => Pop3Async,
        StartTlsProtocol.Ftp => FtpAsync,
        StartTlsProtocol.Postgres => PostgresAsync,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "no protocol that is known here"),
    };

    private static async ValueTask SmtpAsync(StartTlsTalk talk)
    {
        await talk.ExpectReplyAsync("220").ConfigureAwait(false);
        await talk.SendLineAsync($"EHLO {NameOf(talk.LocalAddress)}").ConfigureAwait(false);
        var lines = await talk.ExpectReplyAsync("250").ConfigureAwait(false);
        // The first names the server, each of the others an extension (RFC 5321, section 4.1.1.1).
        var extensions = lines.Skip(1).Select(line => line.Length > 4 ? line[4..] : "").ToList();
        if (!extensions.Exists(extension => Begins(extension, "STARTTLS")))
            throw talk.NotOffered("STARTTLS", extensions);
        await talk.SendLineAsync("STARTTLS").ConfigureAwait(false);
        await talk.ExpectReplyAsync("220").ConfigureAwait(false);
    }

    /// <summary>Who has no name says the address (RFC 5321, section 4.1.3).</summary>
    private static string NameOf(Address local) => local.IP switch
    {
        null => "localhost",
        { AddressFamily: AddressFamily.InterNetworkV6 } ip => $"[IPv6:{ip.ToString().Split('%')[0]}]",
        var ip => $"[{ip}]",
    };

    private static async ValueTask ImapAsync(StartTlsTalk talk)
    {
        var greeting = await talk.ReadLineAsync().ConfigureAwait(false);
        // Logged in is too late for STARTTLS; who says so in the clear may be somebody on the way.
        if (Begins(greeting, "* PREAUTH") || Begins(greeting, "* BYE"))
            throw talk.Refused(greeting);
        if (!Begins(greeting, "* OK"))
            throw talk.Nonsense(greeting);
        var lines = await AskImapAsync(talk, "a1", "CAPABILITY").ConfigureAwait(false);
        var capabilities = lines.Where(line => Begins(line, "* CAPABILITY")).SelectMany(line => line.Split(' ')[2..]).ToList();
        if (!capabilities.Contains("STARTTLS", StringComparer.OrdinalIgnoreCase))
            throw talk.NotOffered("STARTTLS", capabilities);
        await AskImapAsync(talk, "a2", "STARTTLS").ConfigureAwait(false);
    }

    /// <summary>What came before the line with the command's tag, which has to say that all is well.</summary>
    private static async ValueTask<IReadOnlyList<string>> AskImapAsync(StartTlsTalk talk, string tag, string command)
    {
        await talk.SendLineAsync($"{tag} {command}").ConfigureAwait(false);
        var untagged = new List<string>();
        while (true)
        {
            var line = await talk.ReadLineAsync().ConfigureAwait(false);
            if (Begins(line, $"{tag} OK"))
                return untagged;
            if (Begins(line, $"{tag} NO") || Begins(line, $"{tag} BAD") || Begins(line, "* BYE"))
                throw talk.Refused(line);
            if (!Begins(line, "*"))
                throw talk.Nonsense(line);
            untagged.Add(line);
        }
    }

    private static async ValueTask Pop3Async(StartTlsTalk talk)
    {
        await ExpectPop3Async(talk).ConfigureAwait(false);
        await talk.SendLineAsync("STLS").ConfigureAwait(false);
        await ExpectPop3Async(talk).ConfigureAwait(false);
    }

    private static async ValueTask ExpectPop3Async(StartTlsTalk talk)
    {
        var line = await talk.ReadLineAsync().ConfigureAwait(false);
        if (!Begins(line, "+OK"))
            throw Begins(line, "-ERR") ? talk.Refused(line) : talk.Nonsense(line);
    }

    private static async ValueTask FtpAsync(StartTlsTalk talk)
    {
        await talk.ExpectReplyAsync("220").ConfigureAwait(false);
        await talk.SendLineAsync("AUTH TLS").ConfigureAwait(false);
        await talk.ExpectReplyAsync("234").ConfigureAwait(false);
    }

    private static async ValueTask PostgresAsync(StartTlsTalk talk)
    {
        await talk.SendAsync(SslRequest, "SSLRequest").ConfigureAwait(false);
        var answer = await talk.ReadCharacterAsync().ConfigureAwait(false);
        if (answer == 'S')
            return;
        throw answer switch
        {
            'N' => talk.NotOffered("TLS", []),
            'E' => talk.Refused(MessageIn(await talk.ReadToEndAsync().ConfigureAwait(false))),
            _ => talk.Nonsense($"{answer}"),
        };
    }

    /// <summary>
    /// An error is a list of fields, or from a server that could not even start a process bare text.
    /// <code>
    /// | 'E' | length | 'S' severity 0 | ... | 'M' message 0 | ... | 0 |        | 'E' | text 0 |
    /// | 1   | 4      |
    /// </code>
    /// </summary>
    private static string MessageIn(string error)
    {
        var fields = error.Split('\0');
        return Array.Find(fields, field => field.StartsWith('M')) is { } message ? message[1..] : error.TrimEnd('\0', '\n');
    }

    /// <summary>Whether the line begins with these words.</summary>
    private static bool Begins(string line, string words) =>
        line.StartsWith(words, StringComparison.OrdinalIgnoreCase) && (line.Length == words.Length || line[words.Length] == ' ');

    /// <summary>The length, and a version that there never was: 1234.5679.</summary>
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];
}
