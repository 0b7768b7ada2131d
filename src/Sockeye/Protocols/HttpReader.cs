using System.Text;

namespace Sockeye.Protocols;

/// <summary>Reads heads and chunk lines from a connection within their limits, and words what is wrong with them.</summary>
internal sealed class HttpReader(Connection peer, HttpLimits limits)
{
    public Connection Peer => peer;

    /// <summary>The status line. What does not begin with <c>HTTP/</c> is recognised by its first bytes.</summary>
    public async ValueTask<(Version Version, int Status, string Reason)> ReadStatusLineAsync(CancellationToken cancel)
    {
        var version = await ReadVersionAsync(cancel).ConfigureAwait(false);
        if (version.Major != 1)
            throw Violation($"the peer speaks HTTP/{version}, and only HTTP/1.x is understood here");
        var rest = await ReadLineAsync("status line", cancel).ConfigureAwait(false);
        return HttpGrammar.TryParseStatus(rest.Span, out var status, out var reason, out var problem)
            ? (version, status, reason)
            : throw Violation(problem);
    }

    /// <summary>The request line, after any empty lines (RFC 9112, section 2.2).</summary>
    public async ValueTask<(string Method, string Target, Version Version)> ReadRequestLineAsync(CancellationToken cancel)
    {
        for (var skipped = 0; skipped <= limits.MaxHeaders; skipped++)
        {
            var line = await ReadLineAsync("request line", cancel).ConfigureAwait(false);
            if (line.IsEmpty)
                continue;
            return HttpGrammar.TryParseRequest(line.Span, out var method, out var target, out var version, out var problem)
                ? (method, target, version)
                : throw Violation(problem);
        }
        throw Violation("only empty lines came before a request");
    }

    /// <summary>Header lines, or trailers, to the empty line that ends them.</summary>
    /// <param name="unfold">Whether a continuation line joins the one before it; else it is a violation. RFC 9112,
    /// section 5.2, wants the first of a client and allows the second to a server.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<HttpHeaders> ReadHeadersAsync(bool unfold, CancellationToken cancel)
    {
        var headers = new HttpHeaders();
        for (var (lines, length) = (0, 0); ; lines++)
        {
            var line = await ReadLineAsync("header line", cancel).ConfigureAwait(false);
            if (line.IsEmpty)
                return headers;
            length += line.Length;
            if (lines == limits.MaxHeaders)
                throw Error(NetErrorKind.LimitExceeded, $"more than {limits.MaxHeaders} header lines came");
            if (length > limits.MaxHeadersLength)
                throw Error(NetErrorKind.LimitExceeded, $"more than {Texts.Bytes(limits.MaxHeadersLength)} of header lines came");
            AddField(headers, line.Span, unfold);
        }
    }

    /// <summary>The size that begins a chunk. Its line must end with CR LF: the tolerance for a bare LF is for the
    /// start line and fields only (RFC 9112, section 2.2).</summary>
    public async ValueTask<long> ReadChunkSizeAsync(CancellationToken cancel)
    {
        var line = await ReadToLineFeedAsync("chunk line", cancel).ConfigureAwait(false);
        if (line is not { Span: [.., (byte)'\r', (byte)'\n'] })
            throw Violation($"a chunk line does not end with CR LF: {HttpGrammar.Show(line.Span[..^1])}");
        return HttpGrammar.TryParseChunkSize(line.Span[..^2], out var size, out var problem) ? size : throw Violation(problem);
    }

    /// <summary>The CR LF behind a chunk's data.</summary>
    public async ValueTask ReadChunkEndAsync(CancellationToken cancel)
    {
        var end = await peer.Lines.ReadExactlyAsync(2, cancel).ConfigureAwait(false);
        if (!end.Span.SequenceEqual("\r\n"u8))
            throw Violation("a chunk is longer than its size says");
    }

    public NetException Violation(string reason) => Error(NetErrorKind.ProtocolViolation, reason);

    public NetException Error(NetErrorKind kind, string reason, Exception? inner = null) =>
        peer.Error(kind, NetOperation.Read, reason, inner);

    /// <summary>Reads "HTTP/1.1 ": a peer that speaks something else is known by its first bytes, not by its first
    /// line, which may never end.</summary>
    private async ValueTask<Version> ReadVersionAsync(CancellationToken cancel)
    {
        var start = new byte["HTTP/1.1 ".Length];
        var count = 0;
        while (count < start.Length && BeginsLikeHttp(start.AsSpan(0, count)))
        {
            var read = await peer.ReadAsync(start.AsMemory(count), cancel).ConfigureAwait(false);
            if (read == 0)
                throw Error(NetErrorKind.ClosedEarly, $"the peer ended {(count == 0 ? "without a reply" : "in the middle of a status line")}");
            count += read;
        }
        return start[^1] == ' ' && HttpGrammar.TryParseVersion(start.AsSpan(..^1), out var version)
            ? version
            : throw NoStatusLine(start.AsSpan(0, count));
    }

    private static bool BeginsLikeHttp(ReadOnlySpan<byte> start) => "HTTP/"u8.StartsWith(start[..Math.Min(start.Length, 5)]);

    private NetException NoStatusLine(ReadOnlySpan<byte> start) =>
        Violation($"the reply does not begin with a status line of HTTP/1.x but with {HttpGrammar.Show(start)} (HTTP/0.9 is not supported)");

    private void AddField(HttpHeaders headers, ReadOnlySpan<byte> line, bool unfold)
    {
        var isContinuation = line[0] is (byte)' ' or (byte)'\t';
        if (isContinuation && headers.Count == 0)
            throw Violation("white space comes before the first header line");
        if (isContinuation && !unfold)
            throw Violation("a header line is folded, which is obsolete (RFC 9112, section 5.2)");
        if (isContinuation && HttpGrammar.HasControlCharacter(line))
            throw Violation("a folded header line has a control character");
        if (isContinuation)
            headers.ContinueLast(Encoding.Latin1.GetString(line.Trim(" \t"u8)));
        else if (HttpGrammar.TryParseField(line, out var name, out var value, out var problem))
            headers.Add(name, value);
        else
            throw Violation(problem);
    }

    /// <summary>A line without its end: CR LF, or a bare LF (RFC 9112, section 2.2).</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(string what, CancellationToken cancel)
    {
        var line = await ReadToLineFeedAsync(what, cancel).ConfigureAwait(false);
        return line is { Span: [.., (byte)'\r', (byte)'\n'] } ? line[..^2] : line[..^1];
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadToLineFeedAsync(string what, CancellationToken cancel)
    {
        try
        {
            return await peer.Lines.ReadUntilAsync(LineFeed, limits.MaxLineLength, cancel).ConfigureAwait(false);
        }
        catch (NetException e) when (e.Kind == NetErrorKind.LimitExceeded)
        {
            throw Error(e.Kind, $"a {what} is longer than {Texts.Bytes(limits.MaxLineLength)}", e);
        }
        catch (NetException e) when (e.Kind == NetErrorKind.ClosedEarly)
        {
            throw Error(e.Kind, $"the peer ended in the middle of a {what}", e);
        }
    }

    private static readonly byte[] LineFeed = "\n"u8.ToArray();
}
