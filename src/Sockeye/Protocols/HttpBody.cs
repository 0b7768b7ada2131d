namespace Sockeye.Protocols;

/// <summary>A message's content as a stream to read, however it is delimited (RFC 9112, section 6.3).</summary>
internal abstract class HttpBody(HttpReader reader, long? maxSize) : Stream, IKernelSource
{
    private NetException? _failure;

    /// <summary>The content of a reply, by the rules of RFC 9112, section 6.3.</summary>
    public static HttpBody OfReply(HttpReader reader, bool headOnly, int status, HttpHeaders headers, long? maxSize)
    {
        if (headOnly || status is 204 or 304)
            return new HttpLengthBody(reader, 0, maxSize);
        var length = headers["Content-Length"];
        if (headers["Transfer-Encoding"] is { } coding)
            return OfCoding(reader, coding, length, maxSize);
        if (length is null)
            return new HttpClosedBody(reader, maxSize);
        if (!HttpGrammar.TryParseLength(length, out var promised))
            throw reader.Violation($"Content-Length is no number, or several different ones: {Quoted.Of(length)}");
        if (promised > maxSize)
            throw reader.Error(NetErrorKind.LimitExceeded, $"the body has {Texts.Bytes(promised)}, and the limit is {Texts.Bytes(maxSize.Value)}");
        return new HttpLengthBody(reader, promised, maxSize);
    }

    /// <summary>HTTP/1.0 knows no codings, but some servers send chunks all the same. It does no harm: the connection
    /// carries no second reply that could be taken for another.</summary>
    private static HttpChunkedBody OfCoding(HttpReader reader, string coding, string? length, long? maxSize)
    {
        if (length is not null)
            throw reader.Violation("both Content-Length and Transfer-Encoding came, and only one can be true");
        if (!coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            throw reader.Violation($"transfer coding {Quoted.Of(coding)} came, and only chunked was allowed");
        return new HttpChunkedBody(reader, maxSize);
    }

    /// <summary>Bytes of content read so far.</summary>
    public long Received { get; private set; }

    /// <summary>Whether all of the content has been read.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>Fields behind the content; empty until it has been read, and where there are none.</summary>
    public HttpHeaders Trailers { get; protected set; } = new();

    protected HttpReader Reader => reader;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || IsOver)
            return 0;
        try
        {
            return Counted(await ReadContentAsync(buffer, cancellationToken).ConfigureAwait(false));
        }
        catch (NetException e)
        {
            _failure = e;
            throw;
        }
    }

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        return StreamCopy.RunAsync(this, destination, bufferSize, cancellationToken);
    }

    KernelWait IKernelSource.WaitForBytes => IsPlain ? Peer.WaitForBytes : KernelWait.None;

    async ValueTask<int?> IKernelSource.TakeAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel)
    {
        if (IsOver)
            return 0;
        try
        {
            return await TakeContentAsync(call, most, wait, cancel).ConfigureAwait(false) is { } count ? Counted(count) : null;
        }
        catch (NetException e)
        {
            _failure = e;
            throw;
        }
    }

    /// <summary>Whether all has been read. What failed once, fails again.</summary>
    private bool IsOver => _failure is null ? IsComplete : throw _failure;

    private int Counted(int count)
    {
        Received += count;
        return Received > maxSize ? throw TooLong(maxSize.Value) : count;
    }

    /// <summary>The connection, past its lines.</summary>
    protected IKernelSource Peer => reader.Peer;

    /// <summary>Whether its bytes are the connection's, and nothing else comes between them.</summary>
    protected virtual bool IsPlain => false;

    /// <summary>As <see cref="ReadContentAsync"/>, by a call of the kernel; null where that cannot do it.</summary>
    protected virtual ValueTask<int?> TakeContentAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel) => new((int?)null);

    public NetException TooLong(long limit) =>
        reader.Error(NetErrorKind.LimitExceeded, $"the body is longer than the limit of {Texts.Bytes(limit)}");

    /// <summary>Reads some content, or sets <see cref="IsComplete"/> and returns 0.</summary>
    protected abstract ValueTask<int> ReadContentAsync(Memory<byte> buffer, CancellationToken cancel);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => Received; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Content of a length that was promised.</summary>
internal sealed class HttpLengthBody : HttpBody
{
    public HttpLengthBody(HttpReader reader, long length, long? maxSize) : base(reader, maxSize)
    {
        PromisedLength = length;
        IsComplete = length == 0;
    }

    public long PromisedLength { get; }

    protected override bool IsPlain => true;

    protected override async ValueTask<int> ReadContentAsync(Memory<byte> buffer, CancellationToken cancel) =>
        Came(await Reader.Peer.ReadAsync(buffer[..(int)Math.Min(buffer.Length, Left)], cancel).ConfigureAwait(false));

    protected override async ValueTask<int?> TakeContentAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel) =>
        await Peer.TakeAsync(call, (int)Math.Min(most, Left), wait, cancel).ConfigureAwait(false) is { } count ? Came(count) : null;

    private long Left => PromisedLength - Received;

    private int Came(int count)
    {
        if (count == 0)
            throw Reader.Error(NetErrorKind.ClosedEarly, $"the peer ended after {Received:N0} of {Texts.Bytes(PromisedLength)} of the body");
        IsComplete = count == Left;
        return count;
    }
}

/// <summary>Content that lasts until the peer ends: whether it is whole, nobody can tell.</summary>
internal sealed class HttpClosedBody(HttpReader reader, long? maxSize) : HttpBody(reader, maxSize)
{
    protected override bool IsPlain => true;

    protected override async ValueTask<int> ReadContentAsync(Memory<byte> buffer, CancellationToken cancel) =>
        Came(await Reader.Peer.ReadAsync(buffer, cancel).ConfigureAwait(false));

    protected override async ValueTask<int?> TakeContentAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel) =>
        await Peer.TakeAsync(call, most, wait, cancel).ConfigureAwait(false) is { } count ? Came(count) : null;

    private int Came(int count)
    {
        IsComplete = count == 0;
        return count;
    }
}

/// <summary>
/// Content in chunks (RFC 9112, section 7.1).
/// <code>
/// 1f; extension CR LF   size in hexadecimal
/// ... 31 bytes ... CR LF
/// 0 CR LF               the last chunk
/// Trailer: x CR LF      none or more
/// CR LF
/// </code>
/// </summary>
internal sealed class HttpChunkedBody(HttpReader reader, long? maxSize) : HttpBody(reader, maxSize)
{
    private long _left;
    private bool _isEndDue;

    protected override async ValueTask<int> ReadContentAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            if (_left == 0 && !await BeginChunkAsync(cancel).ConfigureAwait(false))
                return 0;
            var count = await Reader.Peer.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancel).ConfigureAwait(false);
            _left -= count;
            return count > 0 ? count : throw EndedEarly();
        }
        catch (NetException e) when (e.Kind == NetErrorKind.ClosedEarly)
        {
            throw EndedEarly();
        }
    }

    /// <summary>Reads the next chunk's size; at the last one, what follows it. False if that was the last.</summary>
    private async ValueTask<bool> BeginChunkAsync(CancellationToken cancel)
    {
        if (_isEndDue)
            await Reader.ReadChunkEndAsync(cancel).ConfigureAwait(false);
        _isEndDue = false;
        _left = await Reader.ReadChunkSizeAsync(cancel).ConfigureAwait(false);
        _isEndDue = _left > 0;
        if (_isEndDue)
            return true;
        Trailers = await Reader.ReadHeadersAsync(unfold: true, cancel).ConfigureAwait(false);
        IsComplete = true;
        return false;
    }

    private NetException EndedEarly() =>
        Reader.Error(NetErrorKind.ClosedEarly, $"the peer ended after {Texts.Bytes(Received)} of the body, before its last chunk");
}
