namespace Sockeye.Sessions;

/// <summary>An end made of two streams that somebody else owns.</summary>
internal sealed class StreamEnd(Stream? input, Stream? output) : End
{
    // Not pooled: an abandoned read may write into it long after the session.
    private byte[] _buffer = [];
    private Task<int>? _pending;

    internal override bool MayBlock => MayBeBlocking(input) || MayBeBlocking(output);

    internal override Stream? Source => _pending is null ? input : null;

    internal override Stream? Sink => output;

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        if (input is null)
            return Chunk.End;
        if (_buffer.Length == 0)
            _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        var count = await ReadIntoBufferAsync(input, Math.Min(most, BufferSize), cancel).ConfigureAwait(false);
        return count == 0 ? Chunk.End : new(_buffer.AsMemory(0, count));
    }

    /// <summary>A read that was given up with its session may take bytes all the same: the next session with this end gets them.</summary>
    private async ValueTask<int> ReadIntoBufferAsync(Stream input, int most, CancellationToken cancel)
    {
        while (true)
        {
            if (_pending is null)
            {
                var reading = input.ReadAsync(_buffer.AsMemory(0, most), cancel);
                if (reading.IsCompleted)
                    return await reading.ConfigureAwait(false);
                _pending = reading.AsTask();
            }
            try
            {
                var count = await _pending.WaitAsync(cancel).ConfigureAwait(false);
                _pending = null;
                return count;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // It took nothing when its session was given up.
                _pending = null;
            }
        }
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

    private static bool MayBeBlocking(Stream? stream) => stream is not (null or DescriptorStream or Connection);

    /// <summary>A blocking stream ignores the token: its write is then left to itself.</summary>
    private static ValueTask OrAbandonAsync(ValueTask writing, CancellationToken cancel) =>
        writing.IsCompleted ? writing : new(writing.AsTask().WaitAsync(cancel));

    private const int BufferSize = 256 * 1024;

    // The system's own numbers, as .NET puts them into an IOException: EPIPE, ERROR_BROKEN_PIPE, ERROR_NO_DATA.
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);
}
