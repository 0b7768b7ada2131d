namespace Sockeye;

/// <summary>Copies one stream into another: by the kernel where that can be done and much comes, else through a buffer.</summary>
internal sealed class StreamCopy : ICopyWatch
{
    private readonly Stream _from;
    private readonly Stream _to;
    private readonly long? _limit;
    private BulkGauge _bulk;
    private bool _isRefused;

    private StreamCopy(Stream from, Stream to, long? limit) => (_from, _to, _limit) = (from, to, limit);

    /// <summary>Bytes copied so far.</summary>
    private long Count { get; set; }

    /// <summary>Copies until the source ends, or so many bytes. Neither stream is closed.</summary>
    /// <returns>How many bytes were copied.</returns>
    public static async Task<long> RunAsync(Stream from, Stream to, int bufferSize, CancellationToken cancel, long? limit = null)
    {
        var copy = new StreamCopy(from, to, limit);
        await copy.RunAsync(bufferSize, cancel).ConfigureAwait(false);
        return copy.Count;
    }

    private async Task RunAsync(int bufferSize, CancellationToken cancel)
    {
        // Not pooled: a write that was given up may look at it for longer.
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(bufferSize, _limit ?? bufferSize));
        while (Left > 0 && await _from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, Left)), cancel).ConfigureAwait(false) is var count and > 0)
        {
            await WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
            if (_bulk.Note(count) && await LetKernelCopyAsync(cancel).ConfigureAwait(false))
                break;
        }
    }

    private long Left => _limit - Count ?? long.MaxValue;

    /// <summary>A stream may ignore the token, and whoever takes its bytes may have stopped doing so.</summary>
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var writing = _to.WriteAsync(bytes, cancel);
        if (!writing.IsCompleted)
            writing = new(writing.AsTask().WaitAsync(cancel));
        await writing.ConfigureAwait(false);
        Count += bytes.Length;
    }

    /// <summary>True when the source has ended.</summary>
    private async ValueTask<bool> LetKernelCopyAsync(CancellationToken cancel)
    {
        if (_isRefused || KernelCopy.Between(_from, _to, _limit - Count) is not { } copy)
            return false;
        var end = await copy.RunAsync(this, cancel, cancel).ConfigureAwait(false);
        _isRefused = end == CopyEnd.Refused;
        if (copy.Left.Length > 0)
            await WriteAsync(copy.Left, cancel).ConfigureAwait(false);
        return end == CopyEnd.SourceEnded;
    }

    void ICopyWatch.Waiting() { }

    void ICopyWatch.Taken(int count) { }

    void ICopyWatch.Giving() { }

    void ICopyWatch.Given(int count, int left) => Count += count;
}
