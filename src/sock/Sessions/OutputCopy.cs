namespace Sockeye.Tool.Sessions;

/// <summary>Writes everything into a file first, unchanged, and then to the output proper.</summary>
internal sealed class OutputCopy(Stream file, Stream? output) : WriteOnlyStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await file.WriteAsync(buffer, cancellationToken);
        if (output is not null)
            await output.WriteAsync(buffer, cancellationToken);
    }
}
