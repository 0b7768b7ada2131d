namespace Sockeye.Tool.Sessions;

/// <summary>An output that takes nothing before what was said on standard error is written.</summary>
internal sealed class AfterTalk(Stream output, Task said) : WriteOnlyStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await said.WaitAsync(cancellationToken);
        await output.WriteAsync(buffer, cancellationToken);
    }
}
