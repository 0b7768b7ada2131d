using System.Runtime.CompilerServices;
using System.Text;

namespace Sockeye;

/// <summary>
/// The file-like view of a connection: lines, exact counts, text. Text is UTF-8 without a byte order mark; invalid bytes
/// are read as U+FFFD.
/// </summary>
/// <remarks>
/// What is written is sent when 16 KiB have gathered, on flush, on close, and whenever a read begins: a prompt is never
/// stuck in a buffer, and a batch of writes is one packet. A read starts that sending and never waits for it.
/// </remarks>
/// <example>
/// <code>
/// await using var connection = await Connection.ConnectAsync("localhost", 51444);
/// Console.WriteLine(await connection.Lines.ReadLineAsync());
/// await connection.Lines.WriteLineAsync("hello");
/// await foreach (var line in connection.Lines.ReadAllAsync())
///     Console.WriteLine(line);
/// </code>
/// </example>
public sealed class Lines
{
    private readonly Connection _connection;

    internal Lines(Connection connection, int maxLineLength)
    {
        _connection = connection;
        MaxLineLength = maxLineLength;
    }

    /// <summary>A line view of any stream, which a connection over it then owns.</summary>
    /// <param name="stream">A readable stream; writable too if lines are to be written.</param>
    public Lines(Stream stream)
        : this(Connection.Over(stream), ConnectionOptions.Default.MaxLineLength)
    {
    }

    /// <summary>What a written line ends with. Defaults to LF.</summary>
    public string NewLine { get; set; } = "\n";

    /// <summary>The longest line that is read, in bytes without its end. Starts as
    /// <see cref="ConnectionOptions.MaxLineLength"/>. Defaults to 64 KiB.</summary>
    public int MaxLineLength
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Reads a line, without its LF or CR LF. The last line may lack its end.</summary>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>The line, or null at the clean end.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.LimitExceeded"/> if it is longer than
    /// <see cref="MaxLineLength"/>; what a read throws.</exception>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancel = default) =>
        await ReadLineBytesAsync(cancel).ConfigureAwait(false) is { } line ? Encoding.UTF8.GetString(line.Span) : null;

    /// <summary>Reads a line as bytes, without copying it.</summary>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>The line, valid until the next read, or null at the clean end.</returns>
    /// <exception cref="NetException">As of <see cref="ReadLineAsync"/>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>?> ReadLineBytesAsync(CancellationToken cancel = default)
    {
        _connection.BeginReading();
        try
        {
            // The byte before the LF may be a CR, which does not count.
            var length = await FindAsync(LineFeed, MaxLineLength, spare: 1, cancel).ConfigureAwait(false);
            if (length is null && Buffer.IsEmpty)
                return null;
            var line = Buffer.Unread[..(length ?? Buffer.Unread.Length)];
            if (length is not null && line.Span is [.., (byte)'\r'])
                line = line[..^1];
            if (line.Length > MaxLineLength)
                throw TooLong("line", MaxLineLength);
            Buffer.Advance(length + LineFeed.Length ?? line.Length);
            return line;
        }
        finally
        {
            _connection.EndReading();
        }
    }

    /// <summary>Every line until the end.</summary>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>The lines, as of <see cref="ReadLineAsync"/>.</returns>
    /// <exception cref="NetException">As of <see cref="ReadLineAsync"/>.</exception>
    public async IAsyncEnumerable<string> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (await ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
            yield return line;
    }

    /// <summary>Reads exactly that many bytes.</summary>
    /// <param name="count">How many, 0 or more.</param>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>The bytes, valid until the next read.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.ClosedEarly"/> if the peer ends before; what a read
    /// throws.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadExactlyAsync(int count, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _connection.BeginReading();
        try
        {
            while (Buffer.Unread.Length < count)
            {
                if (!await _connection.FillAsync(cancel).ConfigureAwait(false))
                    throw Early($"the peer ended after {Buffer.Unread.Length} of {Texts.Bytes(count)}");
            }
            return Take(count);
        }
        finally
        {
            _connection.EndReading();
        }
    }

    /// <summary>Reads up to and including a delimiter.</summary>
    /// <param name="delimiter">One byte or more.</param>
    /// <param name="limit">The most bytes before the delimiter.</param>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>The bytes with the delimiter, valid until the next read.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.LimitExceeded"/>; <see cref="NetErrorKind.ClosedEarly"/> if the
    /// peer ends before the delimiter; what a read throws.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadUntilAsync(
        ReadOnlyMemory<byte> delimiter, int limit, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(delimiter.Length, nameof(delimiter));
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _connection.BeginReading();
        try
        {
            var length = await FindAsync(delimiter, limit, spare: 0, cancel).ConfigureAwait(false)
                ?? throw Early($"the peer ended after {Texts.Bytes(Buffer.Unread.Length)}, before the delimiter");
            return Take(length + delimiter.Length);
        }
        finally
        {
            _connection.EndReading();
        }
    }

    /// <summary>Reads everything until the end as text.</summary>
    /// <param name="limit">The most bytes. Defaults to 1 MiB.</param>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>The text; empty if the peer sent nothing more.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.LimitExceeded"/>; what a read throws.</exception>
    public async ValueTask<string> ReadToEndAsync(int limit = 1024 * 1024, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _connection.BeginReading();
        try
        {
            do
            {
                if (Buffer.Unread.Length > limit)
                    throw TooLong("text", limit);
            }
            while (await _connection.FillAsync(cancel).ConfigureAwait(false));
            return Encoding.UTF8.GetString(Take(Buffer.Unread.Length).Span);
        }
        finally
        {
            _connection.EndReading();
        }
    }

    /// <summary>Buffers text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As of <see cref="Connection.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public ValueTask WriteAsync(string text, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _connection.BufferAsync(text, "", cancel);
    }

    /// <summary>Buffers bytes.</summary>
    /// <param name="bytes">The bytes; they are copied or sent before the returned task ends.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As of <see cref="Connection.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel = default) =>
        _connection.BufferAsync(bytes, cancel);

    /// <summary>Buffers text and <see cref="NewLine"/>.</summary>
    /// <param name="text">The text. Defaults to none: an empty line.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As of <see cref="Connection.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public ValueTask WriteLineAsync(string text = "", CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _connection.BufferAsync(text, NewLine, cancel);
    }

    /// <summary>Sends what is buffered.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As of <see cref="Connection.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public ValueTask FlushAsync(CancellationToken cancel = default) => new(_connection.FlushAsync(cancel));

    private ReceiveBuffer Buffer => _connection.Received;

    /// <summary>Takes bytes in until the delimiter is among them; null if the peer ends before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int?> FindAsync(
        ReadOnlyMemory<byte> delimiter, int limit, int spare, CancellationToken cancel)
    {
        var most = (long)limit + spare;
        var searched = 0;
        while (true)
        {
            var found = Buffer.Unread.Span[searched..].IndexOf(delimiter.Span);
            if (found >= 0)
                return searched + found <= most ? searched + found : throw TooLong("line", limit);
            // The delimiter may have begun in the last bytes.
            searched = Math.Max(0, Buffer.Unread.Length - delimiter.Length + 1);
            if (searched > most)
                throw TooLong("line", limit);
            if (!await _connection.FillAsync(cancel).ConfigureAwait(false))
                return null;
        }
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var bytes = Buffer.Unread[..count];
        Buffer.Advance(count);
        return bytes;
    }

    private NetException TooLong(string what, int limit) =>
        _connection.Error(NetErrorKind.LimitExceeded, NetOperation.Read, $"the {what} is longer than {Texts.Bytes(limit)}");

    private NetException Early(string reason) => _connection.Error(NetErrorKind.ClosedEarly, NetOperation.Read, reason);

    private static readonly byte[] LineFeed = [(byte)'\n'];
}
