namespace Sockeye.Sessions;

/// <summary>An end made of two streams that somebody else owns.</summary>
internal sealed class StreamEnd(Stream? input, Stream? output) : End
{
    // Not pooled: an abandoned read may write into it long after the session.
    private byte[] _buffer = [];

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        if (input is null)
            return Chunk.End;
        if (_buffer.Length == 0)
            _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        var reading = input.ReadAsync(_buffer.AsMemory(0, Math.Min(most, BufferSize)), cancel);
        var count = reading.IsCompleted
            ? await reading.ConfigureAwait(false)
            : await reading.AsTask().WaitAsync(cancel).ConfigureAwait(false);
        return count == 0 ? Chunk.End : new(_buffer.AsMemory(0, count));
    }

    internal override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (output is null)
            return;
        await OrAbandonAsync(output.WriteAsync(bytes, cancel), cancel).ConfigureAwait(false);
        await OrAbandonAsync(new(output.FlushAsync(cancel)), cancel).ConfigureAwait(false);
    }

    internal override bool IsReaderGone(Exception error) =>
        error is IOException and not NetException && error.HResult is BrokenPipe or WindowsBrokenPipe or WindowsNoData;

    /// <summary>A blocking stream ignores the token: its write is then left to itself.</summary>
    private static ValueTask OrAbandonAsync(ValueTask writing, CancellationToken cancel) =>
        writing.IsCompleted ? writing : new(writing.AsTask().WaitAsync(cancel));

    private const int BufferSize = 256 * 1024;

    // The system's own numbers, as .NET puts them into an IOException: EPIPE, ERROR_BROKEN_PIPE, ERROR_NO_DATA.
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);
}
