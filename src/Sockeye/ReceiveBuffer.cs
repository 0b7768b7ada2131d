using System.Buffers;

namespace Sockeye;

/// <summary>Bytes received and not yet read: shared by the raw and the line view. Holds no memory while it is empty
/// and nobody looks at it.</summary>
internal sealed class ReceiveBuffer
{
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public ReadOnlyMemory<byte> Unread => _bytes.AsMemory(_start, _end - _start);

    public bool IsEmpty => _start == _end;

    public void Advance(int count) => _start += count;

    /// <summary>Copies out what fits.</summary>
    public int Take(Span<byte> into)
    {
        var count = Math.Min(into.Length, _end - _start);
        _bytes.AsSpan(_start, count).CopyTo(into);
        _start += count;
        ReleaseIfEmpty();
        return count;
    }

    /// <summary>Free space behind the unread bytes, made by moving or growing when there is none.</summary>
    public Memory<byte> GetFree()
    {
        ReleaseIfEmpty();
        if (_end == _bytes.Length)
        {
            var unread = _end - _start;
            var target = unread > _bytes.Length / 2 || _bytes.Length == 0
                ? ArrayPool<byte>.Shared.Rent(Math.Max(SmallestSize, _bytes.Length * 2))
                : _bytes;
            Buffer.BlockCopy(_bytes, _start, target, 0, unread);
            if (target != _bytes)
                Return(_bytes);
            (_bytes, _start, _end) = (target, 0, unread);
        }
        return _bytes.AsMemory(_end);
    }

    public void Commit(int count) => _end += count;

    /// <summary>Gives the memory back; what a line view handed out is no longer valid then.</summary>
    public void ReleaseIfEmpty()
    {
        if (!IsEmpty || _bytes.Length == 0)
            return;
        Return(_bytes);
        (_bytes, _start, _end) = ([], 0, 0);
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private const int SmallestSize = 4 * 1024;
}
