using System.Buffers;
using Sockeye.Links;

namespace Sockeye.Protocols;

/// <summary>The data of a connection whose wire speaks telnet.</summary>
internal sealed class TelnetLink(Connection inner) : LayerLink(inner)
{
    private readonly TelnetDecoder _decoder = new();
    private readonly TelnetAnswers _answers = new();

    protected override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        while (await Inner.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var count)
        {
            var data = _decoder.Decode(buffer.Span[..count], _answers);
            if (_answers.TryBegin())
                _ = AnswerAsync();
            if (data > 0)
                return data;
        }
        return 0;
    }

    /// <summary>Each piece is whole on the wire, so that an answer may come between two.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (!bytes.Span.Contains(TelnetDecoder.Iac))
        {
            await Inner.WriteAsync(bytes, cancel).ConfigureAwait(false);
            return;
        }
        var piece = ArrayPool<byte>.Shared.Rent(2 * PieceSize);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(PieceSize, bytes.Length)..])
        {
            var length = Encode(bytes.Span[..Math.Min(PieceSize, bytes.Length)], piece);
            await Inner.WriteAsync(piece.AsMemory(0, length), cancel).ConfigureAwait(false);
        }
        // Not returned after a failure: a write that was given up may still be looking at it.
        ArrayPool<byte>.Shared.Return(piece);
    }

    public override ValueTask CloseWriteAsync(CancellationToken cancel) => Inner.CloseWriteAsync(cancel);

    private static int Encode(ReadOnlySpan<byte> data, Span<byte> wire)
    {
        var length = 0;
        foreach (var value in data)
        {
            wire[length++] = value;
            if (value == TelnetDecoder.Iac)
                wire[length++] = value;
        }
        return length;
    }

    /// <summary>Not waited for by the read that began it: two peers that both write much before they read would else wait for
    /// each other.</summary>
    private async Task AnswerAsync()
    {
        try
        {
            while (_answers.Take() is { Length: > 0 } answers)
                await Inner.WriteAsync(answers).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NetException or ObjectDisposedException or InvalidOperationException)
        {
            // The wire is broken or closed, or our direction has ended. Who reads, writes or closes is told; nobody misses an answer.
        }
    }

    private const int PieceSize = 16 * 1024;
}
