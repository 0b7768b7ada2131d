namespace Sockeye.Protocols;

/// <summary>What a file is, by its name's ending.</summary>
internal static class HttpContentType
{
    /// <summary>The media type for an extension such as <c>.html</c>.</summary>
    public static string Of(string extension) => extension.ToLowerInvariant() switch
    {
        ".html" or ".htm" => "text/html; charset=utf-8",
        ".txt" or ".log" or ".conf" or ".ini" => "text/plain; charset=utf-8",
        ".md" => "text/markdown; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".csv" => "text/csv; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".json" or ".map" => "application/json",
        ".xml" => "application/xml",
        ".pdf" => "application/pdf",
        ".wasm" => "application/wasm",
        ".gz" or ".tgz" => "application/gzip",
        ".zip" => "application/zip",
        ".tar" => "application/x-tar",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".webp" => "image/webp",
        ".avif" => "image/avif",
        ".ico" => "image/vnd.microsoft.icon",
        ".woff2" => "font/woff2",
        ".mp3" => "audio/mpeg",
        ".ogg" => "audio/ogg",
        ".mp4" => "video/mp4",
        ".webm" => "video/webm",
        _ => "application/octet-stream",
    };
}
