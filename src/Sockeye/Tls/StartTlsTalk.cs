using System.Text;

namespace Sockeye.Tls;

/// <summary>A conversation in the clear that is to lead to TLS: lines of bounded length, of which there are not many, and
/// one way to say what is wrong with them.</summary>
internal sealed class StartTlsTalk(
    Connection connection, StartTlsProtocol protocol, Action<StartTlsLine>? onLine, CancellationToken cancel)
{
    private string? _asked;
    private int _linesRead;

    public Address LocalAddress => connection.LocalAddress;

    /// <exception cref="NetException">In operation <see cref="NetOperation.Handshake"/>, whatever is wrong.</exception>
    public async ValueTask HoldAsync(Func<StartTlsTalk, ValueTask> dialogue)
    {
        try
        {
            await dialogue(this).ConfigureAwait(false);
        }
        catch (NetException error) when (error.Operation != NetOperation.Handshake)
        {
            throw connection.Error(
                error.Kind, NetOperation.Handshake, error.Kind == NetErrorKind.ClosedEarly ? EndedReason : error.Reason, error);
        }
    }

    public ValueTask SendLineAsync(string line) => SendAsync(Encoding.ASCII.GetBytes(line + "\r\n"), line);

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, string named)
    {
        _asked = named;
        onLine?.Invoke(new(IsOurs: true, named));
        return connection.WriteAsync(bytes, cancel);
    }

    public async ValueTask<string> ReadLineAsync()
    {
        if (++_linesRead > MostLines)
            throw Error(NetErrorKind.LimitExceeded, $"the server says more than {MostLines} lines before TLS");
        var bytes = await connection.Lines.ReadUntilAsync(LineFeed, LongestLine, cancel).ConfigureAwait(false);
        return Heard(Encoding.UTF8.GetString(bytes.Span).TrimEnd('\r', '\n'));
    }

    public async ValueTask<char> ReadCharacterAsync()
    {
        var bytes = await connection.Lines.ReadExactlyAsync(1, cancel).ConfigureAwait(false);
        return Heard($"{(char)bytes.Span[0]}")[0];
    }

    public async ValueTask<string> ReadToEndAsync() =>
        Heard(await connection.Lines.ReadToEndAsync(LongestLine, cancel).ConfigureAwait(false));

    /// <summary>
    /// The lines of a reply with this code. One or more that begin with 1 may come before it.
    /// <code>
    /// 220 one line                    RFC 5321, section 4.2.1
    /// 220-first of several
    ///  anything (FTP), 220-more       RFC 959, section 4.2
    /// 220 last
    /// </code>
    /// </summary>
    public async ValueTask<IReadOnlyList<string>> ExpectReplyAsync(string code)
    {
        while (true)
        {
            var lines = await ReadReplyAsync().ConfigureAwait(false);
            if (lines[0].StartsWith(code, StringComparison.Ordinal))
                return lines;
            if (lines[0][0] is '4' or '5')
                throw Refused(string.Join(' ', lines));
            if (lines[0][0] != '1')
                throw Nonsense(lines[0]);
        }
    }

    private async ValueTask<IReadOnlyList<string>> ReadReplyAsync()
    {
        var first = await ReadLineAsync().ConfigureAwait(false);
        if (first is not [>= '1' and <= '5', >= '0' and <= '9', >= '0' and <= '9', .. "" or [' ' or '-', ..]])
            throw Nonsense(first);
        var lines = new List<string> { first };
        while (!IsLastOf(lines))
            lines.Add(await ReadLineAsync().ConfigureAwait(false));
        return lines;
    }

    /// <summary>Whether the newest line has the code of the first, and no hyphen behind it.</summary>
    private static bool IsLastOf(List<string> lines) =>
        lines[^1].StartsWith(lines[0][..3], StringComparison.Ordinal) && lines[^1][3..] is "" or [' ', ..];

    public NetException NotOffered(string what, IReadOnlyList<string> offered) => Error(
        NetErrorKind.TlsRejected,
        $"the server does not offer {what}" + (offered.Count > 0 ? $": it offers {Quoted.Of(string.Join(", ", offered))}" : ""));

    public NetException Refused(string answer) => Error(
        NetErrorKind.TlsRejected,
        (_asked is null ? "the server refuses to talk: " : $"the server refused {Quoted.Of(_asked)}: ") + Quoted.Of(answer));

    public NetException Nonsense(string answer) => Error(
        NetErrorKind.ProtocolViolation,
        $"the peer does not speak {Name}: it {(_asked is null ? "began" : $"answered {Quoted.Of(_asked)}")} with {Quoted.Of(answer)}");

    private string EndedReason =>
        $"the peer ended the connection instead of {(_asked is null ? "greeting" : $"answering {Quoted.Of(_asked)}")}";

    private string Name => protocol switch
    {
        StartTlsProtocol.Postgres => "PostgreSQL's protocol",
        _ => protocol.ToString().ToUpperInvariant(),
    };

    private string Heard(string text)
    {
        onLine?.Invoke(new(IsOurs: false, text));
        return text;
    }

    private NetException Error(NetErrorKind kind, string reason) => connection.Error(kind, NetOperation.Handshake, reason);

    // IMAP servers list all they can do in one line, and FTP servers greet with their house rules.
    private const int LongestLine = 8 * 1024;
    private const int MostLines = 200;
    private static readonly byte[] LineFeed = [(byte)'\n'];
}
