using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Sockeye.Measuring;

/// <summary>What a scan has found and nobody has read yet. It is handed over a batch at a time: to wake the reader for each
/// report would cost more than a port on loopback does.</summary>
/// <param name="onRoom">Told by the reader's thread that the queue is no longer full.</param>
internal sealed class ReportQueue(Action onRoom)
{
    private readonly Channel<List<PortReport>> _batches = Channel.CreateUnbounded<List<PortReport>>(new() { SingleReader = true, SingleWriter = true });
    private List<PortReport> _batch = new(MostInBatch);
    private int _unread;

    /// <summary>Whether the reader is so far behind that nothing new should be begun.</summary>
    public bool IsFull => Volatile.Read(ref _unread) >= MostUnread;

    public void Add(PortReport report)
    {
        _batch.Add(report);
        Interlocked.Increment(ref _unread);
        if (_batch.Count == MostInBatch)
            HandOver();
    }

    /// <summary>Lets the reader have what there is.</summary>
    public void HandOver()
    {
        if (_batch.Count == 0)
            return;
        _batches.Writer.TryWrite(_batch);
        _batch = new(MostInBatch);
    }

    /// <summary>Hands the rest over; then comes the end, or this error.</summary>
    public void Complete(Exception? error)
    {
        HandOver();
        _batches.Writer.Complete(error);
    }

    /// <summary>What comes, as it comes.</summary>
    public async IAsyncEnumerable<PortReport> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var batch in _batches.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            foreach (var report in batch)
                yield return report;
            if (Interlocked.Add(ref _unread, -batch.Count) + batch.Count >= MostUnread)
                onRoom();
        }
    }

    private const int MostInBatch = 1024;
    private const int MostUnread = 4096;
}
