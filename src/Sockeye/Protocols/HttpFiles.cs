using System.Globalization;

namespace Sockeye.Protocols;

/// <summary>Answers requests with the files under a directory.</summary>
internal sealed class HttpFiles(string directory)
{
    private readonly HttpRoot _root = new(directory);

    public ValueTask<HttpReply> RespondAsync(HttpRequest request, CancellationToken cancel)
    {
        try
        {
            return new(Respond(request));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(HttpReply.Error(404));
        }
        catch (UnauthorizedAccessException)
        {
            return new(HttpReply.Error(403, "this server may not read it"));
        }
    }

    private HttpReply Respond(HttpRequest request)
    {
        var place = _root.Locate(request.Path);
        if (!Directory.Exists(place))
            return request.Path.EndsWith('/') ? HttpReply.Error(404) : OfFile(request, place);
        if (!request.Path.EndsWith('/'))
            return HttpReply.Redirect(WithSlash(request));
        return Path.Exists(Path.Join(place, IndexFile))
            ? OfFile(request, _root.Locate(request.Path + IndexFile))
            : HttpReply.Html(HttpPages.List(request.Path, new DirectoryInfo(place)));
    }

    /// <summary>Built from the path's parts, so that <c>//elsewhere.example</c> cannot become another host.</summary>
    private static string WithSlash(HttpRequest request)
    {
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.EscapeDataString);
        return $"/{string.Join('/', parts)}/{(request.Query.Length > 0 ? "?" : "")}{request.Query}";
    }

    private static HttpReply OfFile(HttpRequest request, string place)
    {
        var file = new FileInfo(place);
        var changed = new DateTimeOffset(file.LastWriteTimeUtc).ToString("R", CultureInfo.InvariantCulture);
        var reply = new HttpReply { ContentType = HttpContentType.Of(file.Extension), Headers = new(("Last-Modified", changed)) };
        if (request.Headers["If-Modified-Since"] == changed)
            return reply with { Status = 304 };
        // Pipes, devices and sockets have no length; opening one could wait for ever, or never end.
        if (file.Length == 0)
            return reply;
        var content = new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        return reply with { Body = content, Length = content.Length };
    }

    private const string IndexFile = "index.html";
}
