namespace Sockeye.Links;

/// <summary>A connection below a connection, its bytes unchanged.</summary>
internal sealed class ConnectionLink(Connection inner, Address local, Address remote) : LayerLink(inner)
{
    public override Address LocalAddress => local;

    public override Address RemoteAddress => remote;

    protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel) =>
        Inner.ReadAsync(buffer, cancel);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        Inner.WriteAsync(bytes, cancel);

    public override ValueTask CloseWriteAsync(CancellationToken cancel) => Inner.CloseWriteAsync(cancel);
}
