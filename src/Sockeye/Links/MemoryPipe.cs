using System.Net.Sockets;

namespace Sockeye.Links;

/// <summary>
/// One direction of a pair: a ring of bytes with a writer that waits while it is full and a reader that waits while it
/// is empty. It fails as a socket does, with a socket's codes, so that errors take the one path.
/// </summary>
internal sealed class MemoryPipe
{
    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[Capacity];
    private int _start;
    private int _count;
    private bool _writingEnded;
    private bool _readingEnded;
    private bool _reset;
    private TaskCompletionSource? _changed;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _count == 0;
        }
    }

    public bool IsReset
    {
        get
        {
            lock (_lock)
                return _reset;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            Task changed;
            lock (_lock)
            {
                if (_count > 0)
                    return Take(buffer.Span);
                if (_reset)
                    throw new SocketException((int)SocketError.ConnectionReset);
                if (_writingEnded)
                    return 0;
                changed = WaitForChange();
            }
            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            cancel.ThrowIfCancellationRequested();
            Task changed;
            lock (_lock)
            {
                if (_reset)
                    throw new SocketException((int)SocketError.ConnectionReset);
                if (_readingEnded)
                    throw new SocketException((int)SocketError.Shutdown);
                bytes = bytes[Put(bytes.Span)..];
                if (bytes.IsEmpty)
                    return;
                changed = WaitForChange();
            }
            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    public void EndWriting() => Change(ref _writingEnded);

    public void EndReading() => Change(ref _readingEnded);

    public void Reset() => Change(ref _reset);

    private int Take(Span<byte> into)
    {
        var count = Math.Min(into.Length, _count);
        var first = Math.Min(count, Capacity - _start);
        _ring.AsSpan(_start, first).CopyTo(into);
        _ring.AsSpan(0, count - first).CopyTo(into[first..]);
        _start = (_start + count) % Capacity;
        _count -= count;
        SignalChange();
        return count;
    }

    private int Put(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Capacity - _count);
        var end = (_start + _count) % Capacity;
        var first = Math.Min(count, Capacity - end);
        bytes[..first].CopyTo(_ring.AsSpan(end));
        bytes[first..count].CopyTo(_ring);
        _count += count;
        SignalChange();
        return count;
    }

    private void Change(ref bool fact)
    {
        lock (_lock)
        {
            fact = true;
            SignalChange();
        }
    }

    private Task WaitForChange() =>
        (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void SignalChange()
    {
        _changed?.SetResult();
        _changed = null;
    }

    private const int Capacity = 64 * 1024;
}
