using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sockeye.Protocols;

/// <summary>What a server answers: status, headers, content. Date, Connection, Content-Type and Content-Length or
/// Transfer-Encoding are added when it is sent. Immutable; its content is sent once.</summary>
public sealed record HttpReply
{
    /// <summary>The status code, 200 to 599. Defaults to 200.</summary>
    public int Status
    {
        get;
        init => field = value is >= 200 and <= 599 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "a reply has a status from 200 to 599");
    } = 200;

    /// <summary>Further header fields, none of those that are added. Defaults to none.</summary>
    public HttpHeaders Headers
    {
        get;
        init => field = Array.Find(Added, value.Contains) is { } name ? throw new ArgumentException($"{name} is added when the reply is sent", nameof(value)) : value;
    } = new();

    /// <summary>What the content is (RFC 9110, section 8.3). Defaults to <c>application/octet-stream</c>.</summary>
    public string ContentType
    {
        get;
        init => field = new HttpHeaders(("Content-Type", value))[0].Value;
    } = "application/octet-stream";

    /// <summary>The content; disposed of when it has been sent. Defaults to none.</summary>
    public Stream Body { get; init; } = Stream.Null;

    /// <summary>The content's length in bytes: so many are sent, and fewer make the connection break off. Null where only
    /// its end will tell: it is sent in chunks, to an HTTP/1.0 client until the end. Defaults to 0.</summary>
    public long? Length { get; init; } = 0;

    /// <summary>Plain text, sent as UTF-8.</summary>
    /// <param name="text">The text.</param>
    public static HttpReply Text(string text) => Of(Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    /// <summary>An HTML page, sent as UTF-8.</summary>
    /// <param name="page">The page; what came from elsewhere must have been escaped.</param>
    public static HttpReply Html(string page) => Of(Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8");

    /// <summary>Any bytes.</summary>
    /// <param name="content">The bytes; not to be changed before they have been sent.</param>
    /// <param name="contentType">What they are.</param>
    public static HttpReply Of(byte[] content, string contentType) =>
        new() { Body = new MemoryStream(content, writable: false), Length = content.Length, ContentType = contentType };

    /// <summary>A page that says what is wrong.</summary>
    /// <param name="status">The status code, 400 to 599.</param>
    /// <param name="explanation">A sentence for the client's user. Defaults to the status code's own words.</param>
    public static HttpReply Error(int status, string? explanation = null) =>
        Text($"{status} {HttpStatus.ReasonOf(status)}{(explanation is null ? "" : $": {explanation}")}\n") with { Status = status };

    /// <summary>A reference to another place.</summary>
    /// <param name="location">Path or URL, percent-encoded.</param>
    /// <param name="status">The status code. Defaults to 301: for good.</param>
    public static HttpReply Redirect(string location, int status = 301) =>
        Text($"See {location}\n") with { Status = status, Headers = new(("Location", location)) };

    /// <summary>Sends the reply.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="request">What it answers; null if that was not understood.</param>
    /// <param name="now">For the Date header.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task SendAsync(Connection peer, HttpRequest? request, DateTimeOffset now, CancellationToken cancel)
    {
        await using var body = Body.ConfigureAwait(false);
        var isBodySent = request?.Method != "HEAD" && Status is not (204 or 304);
        var isChunked = Length is null && request?.Version.Minor > 0;
        var head = Head(now, isChunked);
        await peer.Lines.WriteAsync(Encoding.Latin1.GetBytes(head), cancel).ConfigureAwait(false);
        if (isBodySent && Length is { } length)
            await SendExactlyAsync(peer, length, cancel).ConfigureAwait(false);
        else if (isBodySent)
            await SendToEndAsync(peer, isChunked, cancel).ConfigureAwait(false);
        await peer.FlushAsync(cancel).ConfigureAwait(false);
    }

    private string Head(DateTimeOffset now, bool isChunked)
    {
        var head = new StringBuilder($"HTTP/1.1 {Status} {HttpStatus.ReasonOf(Status)}\r\n");
        Append("Date", now.ToString("R", CultureInfo.InvariantCulture));
        Append("Connection", "close");
        if (Status is not (204 or 304))
            Append("Content-Type", ContentType);
        if (isChunked)
            Append("Transfer-Encoding", "chunked");
        else if (Length is { } length && Status is not (204 or 304))
            Append("Content-Length", length.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in Headers)
            Append(name, value);
        return head.Append("\r\n").ToString();

        void Append(string name, string value) => head.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private async Task SendExactlyAsync(Connection peer, long length, CancellationToken cancel)
    {
        var sent = await StreamCopy.RunAsync(Body, peer, FileBufferSize, cancel, length).ConfigureAwait(false);
        if (sent < length)
            throw new IOException($"the content ended after {sent:N0} of {Texts.Bytes(length)}");
    }

    /// <summary>Sends content of unknown length, in chunks (RFC 9112, section 7.1) or as it is.</summary>
    private async Task SendToEndAsync(Connection peer, bool inChunks, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await Body.ReadAsync(buffer, cancel).ConfigureAwait(false) is var count and > 0)
            {
                if (inChunks)
                    await peer.Lines.WriteAsync($"{count:x}\r\n", cancel).ConfigureAwait(false);
                await peer.Lines.WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
                if (inChunks)
                    await peer.Lines.WriteAsync("\r\n", cancel).ConfigureAwait(false);
                await peer.FlushAsync(cancel).ConfigureAwait(false);
            }
            if (inChunks)
                await peer.Lines.WriteAsync("0\r\n\r\n", cancel).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static readonly string[] Added = ["Date", "Connection", "Content-Type", "Content-Length", "Transfer-Encoding"];

    private const int BufferSize = 64 * 1024;

    // Large enough that what fills it is left to the kernel.
    private const int FileBufferSize = 128 * 1024;
}
