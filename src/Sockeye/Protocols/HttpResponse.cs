using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// A server's answer: its head, and its content as a stream to be read. Disposing of it closes the connection: politely
/// if all content has been read, else at once, so that the server stops sending.
/// </summary>
public sealed class HttpResponse : IAsyncDisposable
{
    private readonly HttpBody _body;

    private HttpResponse(Connection connection, Version version, int status, string reason, HttpHeaders headers, HttpBody body)
    {
        Connection = connection;
        Version = version;
        Status = status;
        Reason = reason;
        Headers = headers;
        _body = body;
    }

    /// <summary>The status code, 100 to 999: 2xx is success, 3xx a redirection, 4xx our error, 5xx the server's.</summary>
    public int Status { get; }

    /// <summary>The words behind the status code; may be empty.</summary>
    public string Reason { get; }

    /// <summary>The HTTP version the server speaks: 1.0 or 1.1.</summary>
    public Version Version { get; }

    /// <summary>The header fields.</summary>
    public HttpHeaders Headers { get; }

    /// <summary>The fields that came behind a chunked body; empty before its end has been read.</summary>
    public HttpHeaders Trailers => _body.Trailers;

    /// <summary>The content's promised length in bytes; null where its end alone will tell.</summary>
    public long? ContentLength => (_body as HttpLengthBody)?.PromisedLength;

    /// <summary>The content, to be read once. A read ends with 0 only where the content is whole, as far as the server
    /// said how long it is; else it fails with a <see cref="NetException"/>: <see cref="NetErrorKind.ClosedEarly"/>
    /// (which says how much came), <see cref="NetErrorKind.TimedOut"/>, <see cref="NetErrorKind.LimitExceeded"/>,
    /// <see cref="NetErrorKind.ProtocolViolation"/>, <see cref="NetErrorKind.Reset"/>.</summary>
    public Stream Body => _body;

    /// <summary>The connection the answer comes by; it belongs to this response.</summary>
    public Connection Connection { get; }

    /// <summary>Reads all of the content as text: UTF-8, invalid bytes become U+FFFD.</summary>
    /// <param name="limit">The most bytes to take. Defaults to 1 MiB.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.LimitExceeded"/> if there is more, and the kinds of <see cref="Body"/>.</exception>
    public async Task<string> ReadTextAsync(int limit = 1024 * 1024, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        using var content = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (await Body.ReadAsync(buffer, cancel).ConfigureAwait(false) is var count and > 0)
        {
            content.Write(buffer, 0, count);
            if (content.Length > limit)
                throw _body.TooLong(limit);
        }
        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_body.IsComplete)
            Connection.Abort();
        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sends the request and reads the answer's head; closes the connection if either fails.</summary>
    internal static async Task<HttpResponse> RequestAsync(Connection connection, string target, HttpOptions options, CancellationToken cancel)
    {
        try
        {
            connection.IdleTimeout = options.IdleTimeout;
            await connection.Lines.WriteAsync(RequestHead(connection, target, options), cancel).ConfigureAwait(false);
            await connection.Lines.FlushAsync(cancel).ConfigureAwait(false);
            return await ReadHeadAsync(connection, options, cancel).ConfigureAwait(false);
        }
        catch
        {
            connection.Abort();
            throw;
        }
    }

    private static string RequestHead(Connection connection, string target, HttpOptions options)
    {
        var method = options.HeadOnly ? "HEAD" : "GET";
        var host = options.Host ?? HttpUrl.HostOf(connection.Dialled);
        return options.Http11
            ? $"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            : $"{method} {target} HTTP/1.0\r\nHost: {host}\r\n\r\n";
    }

    /// <summary>Reads the head of the final answer, past any interim ones (RFC 9110, section 15.2).</summary>
    private static async Task<HttpResponse> ReadHeadAsync(Connection connection, HttpOptions options, CancellationToken cancel)
    {
        var reader = new HttpReader(connection, options.Limits);
        for (var interim = 0; interim <= MaxInterim; interim++)
        {
            var (version, status, reason) = await reader.ReadStatusLineAsync(cancel).ConfigureAwait(false);
            var headers = await reader.ReadHeadersAsync(unfold: true, cancel).ConfigureAwait(false);
            if (status == 101)
                throw reader.Violation("the server switches to another protocol, which nobody asked for");
            if (status < 200)
                continue;
            var body = HttpBody.OfReply(reader, options.HeadOnly, status, headers, options.MaxSize);
            return new(connection, version, status, reason, headers, body);
        }
        throw reader.Error(NetErrorKind.LimitExceeded, $"more than {MaxInterim} interim replies (1xx) came");
    }

    private const int MaxInterim = 20;
}
