namespace Sockeye.Protocols;

/// <summary>Status codes in words (RFC 9110, section 15).</summary>
internal static class HttpStatus
{
    /// <summary>The words for a code; those of its class where it has none of its own here.</summary>
    public static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        414 => "URI Too Long",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        < 300 => "OK",
        < 400 => "Redirection",
        < 500 => "Client Error",
        _ => "Server Error",
    };
}
