namespace Sockeye.Links;

/// <summary>A connection below a connection, as a layer has it: what is known of the wire is asked through.</summary>
internal sealed class ConnectionLink(Connection inner, Address local, Address remote) : Link
{
    // The outer connection begins to drain while the read that it has cancelled may still be on its way out.
    private readonly SemaphoreSlim _reading = new(1, 1);

    public override Address LocalAddress => local;

    public override Address RemoteAddress => remote;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await inner.ReadAsync(buffer, cancel).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        inner.WriteAsync(bytes, cancel);

    public override bool CanCloseWrite => inner.CanCloseWrite;

    public override ValueTask CloseWriteAsync(CancellationToken cancel) => inner.CloseWriteAsync(cancel);

    public override bool IsAllAcknowledged => inner.IsAllAcknowledged;

    public override Exception? TakePendingError() => inner.TakePendingError();

    public override void Abort() => inner.Abort();

    public override ValueTask DisposeAsync() => inner.LetGoAsync();
}
