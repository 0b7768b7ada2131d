using System.Net;
using System.Text;

namespace Sockeye.Protocols;

/// <summary>The few pages that this server writes itself. All that comes from elsewhere is escaped.</summary>
internal static class HttpPages
{
    /// <summary>A page that says what the request was.</summary>
    public static ValueTask<HttpReply> DescribeAsync(HttpRequest request, CancellationToken cancel)
    {
        var page = new StringBuilder();
        page.Append($"<p>You are {Escape(request.RemoteAddress.ToString())}, this is {Escape(request.LocalAddress.ToString())}.</p>\n");
        page.Append($"<p>You sent:</p>\n<pre>{Escape($"{request.Method} {request.Target} HTTP/{request.Version}")}\n");
        foreach (var (name, value) in request.Headers)
            page.Append(Escape($"{name}: {value}")).Append('\n');
        page.Append("</pre>\n");
        return new(HttpReply.Html(Page($"{request.Method} {request.Path}", page.ToString())));
    }

    /// <summary>A list of a directory's files, by name.</summary>
    public static string List(string path, DirectoryInfo directory)
    {
        var entries = directory.EnumerateFileSystemInfos().Take(MaxEntries + 1).OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        var page = new StringBuilder("<ul>\n");
        if (path.AsSpan().Trim('/').Length > 0)
            page.Append("<li><a href=\"../\">../</a></li>\n");
        foreach (var entry in entries.Take(MaxEntries))
            page.Append(Item(entry));
        page.Append("</ul>\n");
        if (entries.Count > MaxEntries)
            page.Append($"<p>There are more than these {MaxEntries:N0}.</p>\n");
        return Page($"Files in {path}", page.ToString());
    }

    private static string Item(FileSystemInfo entry)
    {
        var slash = entry is DirectoryInfo ? "/" : "";
        var size = entry is FileInfo { LinkTarget: null } file ? $" {Texts.Bytes(file.Length)}" : "";
        return $"<li><a href=\"{Uri.EscapeDataString(entry.Name)}{slash}\">{Escape(entry.Name)}{slash}</a>{size}</li>\n";
    }

    private static string Page(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>{Escape(title)}</title></head>
        <body>
        <h1>{Escape(title)}</h1>
        {body}</body>
        </html>

        """;

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private const int MaxEntries = 10_000;
}
