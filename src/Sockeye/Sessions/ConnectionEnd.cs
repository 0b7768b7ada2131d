using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sockeye.Sessions;

/// <summary>An end that is a connection, which belongs to the session.</summary>
internal sealed class ConnectionEnd(Connection connection) : End
{
    private byte[]? _buffer;

    // A write of the chunk read last that was given up with its session may still be looking at the buffer.
    private bool _isLent;

    internal override NetException Error(NetErrorKind kind, NetOperation operation, string reason) =>
        connection.Error(kind, operation, reason);

    /// <summary>Runs it where code goes on that has waited for the connection.</summary>
    public Task RunThereAsync(Func<Task> run)
    {
        var there = new PostedTask(run);
        connection.Post(there);
        return there.Completion;
    }

    internal override bool MayBlock => false;

    internal override Stream Source => connection;

    internal override Stream Sink => connection;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        // Nobody holds a buffer who only waits.
        _isLent = false;
        ReturnBuffer();
        await connection.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
        _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var count = await connection.ReadAsync(_buffer.AsMemory(0, Math.Min(most, BufferSize)), cancel).ConfigureAwait(false);
        if (count == 0)
            return Chunk.End;
        _isLent = true;
        return new(_buffer.AsMemory(0, count));
    }

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => connection.WriteAsync(bytes, cancel);

    internal override ValueTask EndWritingAsync(CancellationToken cancel) => connection.CloseWriteAsync(cancel);

    internal override ValueTask CloseAsync(TimeSpan longestDrain, CancellationToken cancel)
    {
        ReturnBuffer();
        return connection.CloseAsync(longestDrain, cancel);
    }

    internal override void Abort()
    {
        ReturnBuffer();
        connection.Abort();
    }

    private void ReturnBuffer()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer && !_isLent)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private const int BufferSize = 256 * 1024;
}
