namespace Sockeye.Tool.Sessions;

/// <summary>A stream that several write to: each write is whole, and the next one waits for it.</summary>
internal sealed class OneAtATime(Stream output) : WriteOnlyStream
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await output.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        output.Dispose();
        base.Dispose(disposing);
    }
}
