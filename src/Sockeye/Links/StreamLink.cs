namespace Sockeye.Links;

/// <summary>Any stream as a link; it has one end for both directions unless it is a connection itself.</summary>
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

    public override bool CanCloseWrite => stream is Connection;

    public override ValueTask CloseWriteAsync(CancellationToken cancel) =>
        stream is Connection connection ? connection.CloseWriteAsync(cancel) : default;

    public override void Abort()
    {
        if (stream is Connection connection)
            connection.Abort();
        else
            stream.Dispose();
    }

    public override void Dispose() => stream.Dispose();
}
