using Sockeye.Tls;

namespace Sockeye.Protocols;

/// <summary>
/// The hypertext transfer protocol (RFC 9110, RFC 9112): one request, one answer, and the connection ends.
/// <code>
/// client: GET /index.html HTTP/1.0 CR LF      server: HTTP/1.1 200 OK CR LF
///         Host: www.example.com CR LF                 Content-Length: 6 CR LF
///         CR LF                                       CR LF
///                                                     Hello!
/// </code>
/// A plain look at what a server says: redirections are reported and not followed, nothing is decompressed, no cookie is
/// kept. The client never ends its sending side before it has the answer: some servers then drop the request.
/// </summary>
/// <example><code>
/// await using var response = await Http.GetAsync("http://localhost:8080/index.html");
/// Console.WriteLine($"{response.Status} {response.Reason}, {response.Headers["Content-Type"]}");
/// await response.Body.CopyToAsync(Console.OpenStandardOutput());
/// </code></example>
/// <example><code>
/// await using var server = Server.Start("localhost:8080", Http.Serve((request, cancel) =>
///     new(request.Path == "/" ? HttpReply.Text("Hello!\n") : HttpReply.Error(404))));
/// await server.Completion;
/// </code></example>
public static class Http
{
    /// <summary>Connects and asks for what a URL names. The answer's head has come when this returns; its content is
    /// read from <see cref="HttpResponse.Body"/>.</summary>
    /// <param name="url"><c>https://HOST[:PORT][/PATH][?QUERY]</c> or the same with <c>http</c>; the port is a number or a service name. Characters that
    /// are not ASCII are percent-encoded, a fragment is not sent.</param>
    /// <param name="options">How to connect and ask, and the limits. Defaults to <see cref="HttpOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: the URL is malformed, or has a space, a
    /// control character or a password; the kinds of
    /// <see cref="Connection.ConnectAsync(Address, ConnectOptions?, CancellationToken)"/>, with https those of
    /// <see cref="TlsClient"/>, and those of
    /// <see cref="GetAsync(Connection, string, HttpOptions?, CancellationToken)"/>.</exception>
    public static Task<HttpResponse> GetAsync(string url, HttpOptions? options = null, CancellationToken cancel = default)
    {
        options ??= HttpOptions.Default;
        var (address, target) = HttpUrl.Parse(url, options.Connect.Services);
        return GetAsync(address, target, options, cancel);
    }

    /// <summary>Connects to an address and asks for a path.</summary>
    /// <param name="address">Where the server, or a proxy, listens: <c>tls://</c> where it speaks TLS.</param>
    /// <param name="path">Path and query; <c>/</c> is put in front where it is missing. For a proxy, a whole URL.</param>
    /// <param name="options">How to connect and ask, and the limits. Defaults to <see cref="HttpOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException">As of <see cref="GetAsync(string, HttpOptions?, CancellationToken)"/>.</exception>
    public static async Task<HttpResponse> GetAsync(Address address, string path, HttpOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= HttpOptions.Default;
        var target = HttpUrl.EncodeTarget(path);
        var connection = address.Transport == Transport.Tls
            ? await TlsClient.ConnectAsync(address, options.Tls, options.Connect, cancel).ConfigureAwait(false)
            : await Connection.ConnectAsync(address, options.Connect, cancel).ConfigureAwait(false);
        return await HttpResponse.RequestAsync(connection, target, options, cancel).ConfigureAwait(false);
    }

    /// <summary>Asks for a path on a connection, which belongs to the answer from then on: it serves no second request,
    /// and is closed here if this one fails once it has been sent.</summary>
    /// <param name="connection">A connection to an HTTP server, or to a proxy.</param>
    /// <param name="path">Path and query; <c>/</c> is put in front where it is missing. For a proxy, a whole URL.</param>
    /// <param name="options">How to ask, and the limits. Defaults to <see cref="HttpOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: the path has a space or a control
    /// character; <see cref="NetErrorKind.ProtocolViolation"/>: the answer is not HTTP/1.x;
    /// <see cref="NetErrorKind.ClosedEarly"/>: none came, or not all of its head;
    /// <see cref="NetErrorKind.LimitExceeded"/>: head or content are larger than allowed;
    /// <see cref="NetErrorKind.TimedOut"/>: silence for <see cref="HttpOptions.IdleTimeout"/>; the kinds of reading and writing.</exception>
    public static Task<HttpResponse> GetAsync(Connection connection, string path, HttpOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return HttpResponse.RequestAsync(connection, HttpUrl.EncodeTarget(path), options ?? HttpOptions.Default, cancel);
    }

    /// <summary>A handler for <see cref="Server"/> that answers one GET or HEAD request on each connection and refuses
    /// what is no such request with the fitting status: 400, 405, 408, 413, 414, 431, 501 or 505.</summary>
    /// <param name="responder">Makes the reply to a request. If it throws, the client gets status 500 and the server
    /// the exception.</param>
    /// <param name="options">Limits. Defaults to <see cref="HttpServerOptions"/>'s defaults.</param>
    public static ConnectionHandler Serve(HttpResponder responder, HttpServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(responder);
        return new HttpServer(responder, options ?? HttpServerOptions.Default).ServeAsync;
    }

    /// <summary>Serves one client: answers any GET or HEAD request with a page that says what the request was.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static Task ServeAsync(Connection peer, CancellationToken cancel = default) =>
        new HttpServer(HttpPages.DescribeAsync, HttpServerOptions.Default).ServeAsync(peer, cancel);

    /// <summary>A responder that serves the files under a directory, and nothing outside it: neither by <c>..</c> nor by
    /// symbolic links. A directory is answered by its <c>index.html</c>, or by a list of its files.</summary>
    /// <param name="root">The directory.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static HttpResponder Files(string root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return new HttpFiles(root).RespondAsync;
    }
}
