namespace Sockeye.Tool.Downloads;

/// <summary>What to get.</summary>
/// <param name="Address">From where; null if its name is a URL, which says it.</param>
/// <param name="Name">A path, or a whole URL.</param>
/// <param name="IsEncrypted">Whether it comes by TLS.</param>
internal sealed record Page(Address? Address, string Name, bool IsEncrypted)
{
    /// <summary>What the words of a command line name.</summary>
    /// <param name="words">A URL, or a host, a port, and perhaps a path.</param>
    /// <param name="withTls">Whether TLS is asked for besides.</param>
    public static Page Of(string[] words, bool withTls) => words switch
    {
        [var url] => OfUrl(url, withTls),
        [var host, var port, .. var file] => new(
            withTls ? Address.Tls(host, port) : Address.Tcp(host, port), file is [var path] ? path : "/", withTls),
        _ => throw new UsageException("no address given"),
    };

    private static Page OfUrl(string url, bool withTls)
    {
        if (!url.Contains("://", StringComparison.Ordinal))
            return new(null, $"{(withTls ? "https" : "http")}://{url}", withTls);
        var isEncrypted = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        return withTls && !isEncrypted
            ? throw new UsageException("the URL says http, and --tls asks for TLS", "Write https:// in front of it, or leave out --tls.")
            : new(null, url, isEncrypted);
    }
}
