namespace Sockeye;

/// <summary>SKELETON: a stream that knows both ends.</summary>
public sealed class Connection : Stream
{
    private Connection() { }

    /// <summary>Connects to an address in text form.</summary>
    public static ValueTask<Connection> ConnectAsync(string address, ConnectOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Connects by host and port number or service name.</summary>
    public static ValueTask<Connection> ConnectAsync(string host, string port, ConnectOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Connects by host and port.</summary>
    public static ValueTask<Connection> ConnectAsync(string host, int port, ConnectOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Connects.</summary>
    public static ValueTask<Connection> ConnectAsync(Address address, ConnectOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Two connections in memory, each the other's peer.</summary>
    public static (Connection Client, Connection Server) CreatePair(ConnectionOptions? options = null) => throw new NotImplementedException();

    /// <summary>A connection over any stream.</summary>
    public static Connection Over(Stream stream, Address? local = null, Address? remote = null, ConnectionOptions? options = null) => throw new NotImplementedException();

    internal static Connection FromSocket(System.Net.Sockets.Socket socket, Transport transport, Address? address, ConnectionOptions options, ConnectReport? report = null) => throw new NotImplementedException();

    /// <summary>Our end.</summary>
    public Address LocalAddress => throw new NotImplementedException();

    /// <summary>The peer's end.</summary>
    public Address RemoteAddress => throw new NotImplementedException();

    /// <summary>How it came about; null for accepted, in-memory and stream connections.</summary>
    public ConnectReport? Report => throw new NotImplementedException();

    /// <summary>The file-like view; shares both buffers with the stream.</summary>
    public Lines Lines => throw new NotImplementedException();

    /// <summary>Bytes received from the peer so far.</summary>
    public long BytesReceived => throw new NotImplementedException();

    /// <summary>Bytes handed to the system for sending so far.</summary>
    public long BytesSent => throw new NotImplementedException();

    /// <summary>Limit for waits without traffic.</summary>
    public TimeSpan IdleTimeout { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }

    /// <summary>Flushes, then ends our sending side; reading goes on.</summary>
    public ValueTask CloseWriteAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Closes politely; throws if what was written cannot be known to have arrived.</summary>
    public ValueTask CloseAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Drops the connection at once: the peer sees a reset.</summary>
    public void Abort() => throw new NotImplementedException();

    /// <inheritdoc/>
    public override bool CanRead => throw new NotImplementedException();
    /// <inheritdoc/>
    public override bool CanSeek => false;
    /// <inheritdoc/>
    public override bool CanWrite => throw new NotImplementedException();
    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();
    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    /// <inheritdoc/>
    public override void Flush() => throw new NotImplementedException();
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotImplementedException();
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotImplementedException();
}

/// <summary>SKELETON: the file-like view.</summary>
public sealed class Lines
{
    internal Lines() { }

    /// <summary>What WriteLineAsync ends a line with. Defaults to LF.</summary>
    public string NewLine { get; set; } = "\n";

    /// <summary>Longest line in bytes; starts at ConnectionOptions.MaxLineLength.</summary>
    public int MaxLineLength { get; set; }

    /// <summary>The next line without its end (LF or CR LF); null at the clean end. A last line without LF is returned.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>The same as bytes, no allocation; valid until the next read; null at the clean end.</summary>
    public ValueTask<ReadOnlyMemory<byte>?> ReadLineBytesAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Every line until the end.</summary>
    public IAsyncEnumerable<string> ReadAllAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Exactly that many bytes, or ClosedEarly. Valid until the next read.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadExactlyAsync(int count, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Bytes up to and including the delimiter, or ClosedEarly; longer than limit: LimitExceeded. Valid until the next read.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadUntilAsync(ReadOnlyMemory<byte> delimiter, int limit, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>All text to the end, at most limit bytes.</summary>
    public ValueTask<string> ReadToEndAsync(int limit = 1024 * 1024, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Buffers text (UTF-8).</summary>
    public ValueTask WriteAsync(string text, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Buffers bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Buffers text and the line end.</summary>
    public ValueTask WriteLineAsync(string text = "", CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Sends what is buffered.</summary>
    public ValueTask FlushAsync(CancellationToken cancel = default) => throw new NotImplementedException();
}
