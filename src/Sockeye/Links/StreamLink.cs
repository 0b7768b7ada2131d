namespace Sockeye.Links;

/// <summary>Any stream as a link; it has one end for both directions.</summary>
internal sealed class StreamLink(Stream stream, Address local, Address remote) : Link
{
    public override Address LocalAddress => local;

    public override Address RemoteAddress => remote;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel) =>
        stream.ReadAsync(buffer, cancel);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        await stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    public override bool CanCloseWrite => false;

    public override ValueTask CloseWriteAsync(CancellationToken cancel) => throw new NotSupportedException();

    public override void Abort() => stream.Dispose();

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
