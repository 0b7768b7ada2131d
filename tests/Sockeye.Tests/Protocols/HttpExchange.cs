using System.Text;
using Sockeye.Protocols;

namespace Sockeye.Tests.Protocols;

/// <summary>One half of HTTP against bytes written by hand, without a network. Text is Latin-1: a character is a byte.</summary>
internal static class HttpExchange
{
    /// <summary>What the client makes of these bytes, behind which the peer ends.</summary>
    public static Task<HttpResponse> GetAsync(string reply, HttpOptions? options = null) => GetAsync([reply], options);

    /// <summary>The same, where the bytes come in these pieces.</summary>
    public static Task<HttpResponse> GetAsync(IEnumerable<string> pieces, HttpOptions? options = null) =>
        Http.GetAsync(Connection.Over(new PiecemealStream(pieces.Select(Encoding.Latin1.GetBytes))), "/", options);

    /// <summary>Status and content, as far as they come, and the error if one does: what a caller can see of a reply.</summary>
    public static async Task<(int Status, string Headers, string Body, NetException? Error)> ObserveAsync(IEnumerable<string> pieces, HttpOptions? options = null)
    {
        var (status, headers, body) = (0, "", new StringBuilder());
        try
        {
            await using var response = await GetAsync(pieces, options);
            (status, headers) = (response.Status, string.Join('\n', response.Headers));
            var buffer = new byte[7];
            while (await response.Body.ReadAsync(buffer) is var count and > 0)
                body.Append(Encoding.Latin1.GetString(buffer, 0, count));
            return (status, headers, body.ToString(), null);
        }
        catch (NetException error)
        {
            return (status, headers, body.ToString(), error);
        }
    }

    /// <summary>The error that these bytes lead to.</summary>
    public static async Task<NetException> ErrorAsync(string reply, HttpOptions? options = null) =>
        (await ObserveAsync([reply], options)).Error ?? throw new InvalidOperationException("no error came");

    /// <summary>What the server sends for these bytes, behind which the client ends its sending.</summary>
    public static async Task<string> AskAsync(string request, HttpResponder? responder = null, HttpServerOptions? options = null)
    {
        var (client, server) = Connection.CreatePair();
        var serving = ServeAsync(Http.Serve(responder ?? Hello, options), server);
        await client.WriteAsync(Encoding.Latin1.GetBytes(request));
        await client.CloseWriteAsync();
        var reply = new MemoryStream();
        await client.CopyToAsync(reply);
        await serving;
        return Encoding.Latin1.GetString(reply.ToArray());
    }

    /// <summary>The status code of what the server sends for these bytes.</summary>
    public static async Task<int> StatusOfAsync(string request, HttpServerOptions? options = null) =>
        int.Parse((await AskAsync(request, options: options)).Split(' ')[1]);

    public static ValueTask<HttpReply> Hello(HttpRequest request, CancellationToken cancel) => new(HttpReply.Text("Hello!\n"));

    /// <summary>Runs a handler and closes as <see cref="Server"/> does.</summary>
    public static async Task ServeAsync(ConnectionHandler handler, Connection peer)
    {
        try
        {
            await handler(peer, CancellationToken.None);
            await peer.DisposeAsync();
        }
        catch
        {
            peer.Abort();
            throw;
        }
    }

    /// <summary>A stream that gives its bytes a piece a read, and takes whatever is written.</summary>
    private sealed class PiecemealStream(IEnumerable<byte[]> pieces) : Stream
    {
        private readonly Queue<byte[]> _pieces = new(pieces.Where(piece => piece.Length > 0));
        private ArraySegment<byte> _left = ArraySegment<byte>.Empty;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left.Count == 0 && _pieces.TryDequeue(out var next))
                _left = next;
            var count = Math.Min(_left.Count, buffer.Length);
            _left.AsMemory(0, count).CopyTo(buffer);
            _left = _left[count..];
            return new(count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
