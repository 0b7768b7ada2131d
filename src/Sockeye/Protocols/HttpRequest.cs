using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Sockeye.Protocols;

/// <summary>Makes the reply to a request.</summary>
/// <param name="request">The request, its head read; the connection is not the responder's to use.</param>
/// <param name="cancel">Cancelled when the server wants its connections ended.</param>
public delegate ValueTask<HttpReply> HttpResponder(HttpRequest request, CancellationToken cancel);

/// <summary>A request as a server got it.</summary>
public sealed class HttpRequest
{
    private HttpRequest(string method, string target, Version version, HttpHeaders headers, Connection peer, string path, string query)
    {
        Method = method;
        Target = target;
        Version = version;
        Headers = headers;
        LocalAddress = peer.LocalAddress;
        RemoteAddress = peer.RemoteAddress;
        Path = path;
        Query = query;
    }

    /// <summary>GET or HEAD.</summary>
    public string Method { get; }

    /// <summary>What was asked for, as it was sent: bytes above 127 are the characters U+0080 to U+00FF.</summary>
    public string Target { get; }

    /// <summary>The target's path, percent-decoded once; begins with <c>/</c>. It may hold <c>..</c>.</summary>
    public string Path { get; }

    /// <summary>What follows the target's <c>?</c>, as it was sent; empty where there is none.</summary>
    public string Query { get; }

    /// <summary>The HTTP version of the client.</summary>
    public Version Version { get; }

    /// <summary>The header fields.</summary>
    public HttpHeaders Headers { get; }

    /// <summary>Our end of the connection.</summary>
    public Address LocalAddress { get; }

    /// <summary>The client's end.</summary>
    public Address RemoteAddress { get; }

    /// <summary>Reads a request's head.</summary>
    /// <exception cref="HttpRefusal">It is no GET or HEAD request that this server takes.</exception>
    internal static async Task<HttpRequest> ReadAsync(HttpReader reader, CancellationToken cancel)
    {
        var (method, target, version) = await ReadRequestLineAsync(reader, cancel).ConfigureAwait(false);
        if (version.Major != 1)
            throw new HttpRefusal(505, $"HTTP/{version} is not spoken here, HTTP/1.x is");
        var headers = await reader.ReadHeadersAsync(unfold: false, cancel).ConfigureAwait(false);
        CheckHost(version, headers);
        CheckBody(version, headers);
        CheckMethod(method);
        var (path, query) = SplitTarget(target);
        return new(method, target, version, headers, reader.Peer, path, query);
    }

    private static async ValueTask<(string Method, string Target, Version Version)> ReadRequestLineAsync(HttpReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadRequestLineAsync(cancel).ConfigureAwait(false);
        }
        catch (NetException e) when (e.Kind == NetErrorKind.LimitExceeded)
        {
            throw new HttpRefusal(414, e.Reason);
        }
    }

    /// <summary>RFC 9112, section 3.2: HTTP/1.1 must have one Host, nobody two.</summary>
    private static void CheckHost(Version version, HttpHeaders headers)
    {
        var count = headers.CountOf("Host");
        if (count > 1 || (count == 0 && version.Minor > 0))
            throw new HttpRefusal(400, count == 0 ? "the Host header is missing" : "there are several Host headers");
        if (headers["Host"] is { } host && host.AsSpan().ContainsAny(" \t/?#@,\"\\"))
            throw new HttpRefusal(400, "the Host header is malformed");
    }

    /// <summary>RFC 9112, section 6.3. A body is passed over, as a GET request's means nothing; but where it begins and
    /// ends must be beyond doubt.</summary>
    private static void CheckBody(Version version, HttpHeaders headers)
    {
        var length = headers["Content-Length"];
        if (headers["Transfer-Encoding"] is { } coding)
        {
            if (length is not null)
                throw new HttpRefusal(400, "both Content-Length and Transfer-Encoding came");
            if (version.Minor == 0)
                throw new HttpRefusal(400, "HTTP/1.0 has no Transfer-Encoding");
            if (!coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                throw new HttpRefusal(coding.EndsWith("chunked", StringComparison.OrdinalIgnoreCase) ? 501 : 400, "the only transfer coding known here is chunked");
        }
        else if (length is not null)
        {
            if (!HttpGrammar.TryParseLength(length, out var size))
                throw new HttpRefusal(400, "Content-Length is no number, or several different ones");
            if (size > MaxBodySize)
                throw new HttpRefusal(413, $"a body of {Texts.Bytes(size)} is too large here");
        }
    }

    private static void CheckMethod(string method)
    {
        if (method is "POST" or "PUT" or "DELETE" or "OPTIONS" or "PATCH" or "TRACE" or "CONNECT")
            throw new HttpRefusal(HttpReply.Error(405, $"{method} is not allowed here, GET and HEAD are") with { Headers = new(("Allow", "GET, HEAD")) });
        if (method is not ("GET" or "HEAD"))
            throw new HttpRefusal(501, "the method is not known here; GET and HEAD are");
    }

    private static (string Path, string Query) SplitTarget(string target)
    {
        var rest = target.StartsWith(UrlFront, StringComparison.OrdinalIgnoreCase) ? WithoutAuthority(target) : target;
        if (!rest.StartsWith('/'))
            throw new HttpRefusal(400, "the request target does not begin with /");
        var mark = rest.IndexOf('?');
        return mark < 0 ? (Decode(rest), "") : (Decode(rest[..mark]), rest[(mark + 1)..]);
    }

    /// <summary>A whole URL, as proxies get it, must be taken too (RFC 9112, section 3.2.2).</summary>
    private static string WithoutAuthority(string url)
    {
        var end = url.AsSpan(UrlFront.Length).IndexOfAny('/', '?');
        var rest = end < 0 ? "" : url[(UrlFront.Length + end)..];
        return rest.StartsWith('/') ? rest : "/" + rest;
    }

    /// <summary>Undoes percent-encoding once; what comes out must be UTF-8 without NUL.</summary>
    private static string Decode(string path)
    {
        var bytes = new byte[path.Length];
        var count = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
                bytes[count++] = (byte)path[i];
            else if (TryParseHex(path.AsSpan(i + 1), out bytes[count++]))
                i += 2;
            else
                throw new HttpRefusal(400, "the path has a % without two hexadecimal digits");
        }
        var decoded = bytes.AsSpan(0, count);
        return Utf8.IsValid(decoded) && !decoded.Contains((byte)0)
            ? Encoding.UTF8.GetString(decoded)
            : throw new HttpRefusal(400, "the path is not UTF-8, or has a NUL");
    }

    private static bool TryParseHex(ReadOnlySpan<char> text, out byte value)
    {
        value = 0;
        return text.Length >= 2 && byte.TryParse(text[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private const string UrlFront = "http://";

    /// <summary>What closing a connection takes in by default, so that a client who still sends can read the reply.</summary>
    private const long MaxBodySize = 1024 * 1024;
}

/// <summary>A request that gets its reply without being looked at further.</summary>
internal sealed class HttpRefusal(HttpReply reply) : Exception
{
    public HttpRefusal(int status, string? explanation = null) : this(HttpReply.Error(status, explanation)) { }

    public HttpReply Reply { get; } = reply;
}
