namespace Sockeye.Links;

/// <summary>What a layer puts on a connection: moves bytes its own way, and asks the connection below for all else.</summary>
internal abstract class LayerLink(Connection inner) : Link
{
    // The outer connection begins to drain while the read that it has cancelled may still be on its way out.
    private readonly SemaphoreSlim _reading = new(1, 1);

    /// <summary>The connection below.</summary>
    protected Connection Inner => inner;

    public override Address LocalAddress => inner.LocalAddress;

    public override Address RemoteAddress => inner.RemoteAddress;

    public sealed override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await ReceiveAsync(buffer, cancel).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>As <see cref="ReadAsync"/>; one call at a time.</summary>
    protected abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel);

    public override void Post(IThreadPoolWorkItem work) => inner.Post(work);

    public override bool CanCloseWrite => inner.CanCloseWrite;

    public override bool IsEncrypted => inner.IsEncrypted;

    public override T? Find<T>()
        where T : class => inner.Find<T>();

    public override bool IsAllAcknowledged => inner.IsAllAcknowledged;

    public override bool? HasArrived => inner.HasArrived;

    public override Exception? TakePendingError() => inner.TakePendingError();

    public override void Abort() => inner.Abort();

    public override ValueTask DisposeAsync() => inner.LetGoAsync();
}
