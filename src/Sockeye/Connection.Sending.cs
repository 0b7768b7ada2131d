using System.Buffers;
using System.Text;

namespace Sockeye;

public sealed partial class Connection
{
    // Held by whoever appends or sends: a writer, or the flush that a read has started.
    private readonly SemaphoreSlim _sendGate = new(1, 1);
    private byte[] _unsent = [];
    private int _unsentCount;
    private volatile bool _flushWanted;
    private NetException? _sendFault;
    private NetException? _unreportedFault;
    private bool _sendingEnded;

    /// <inheritdoc/>
    public override bool CanWrite => _state == Open && !_sendingEnded;

    /// <summary>Sends the bytes, and buffered text before them; returns when the system has taken all of them.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <param name="cancellationToken">Gives up; once a byte may have gone the sending direction is then broken.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.Reset"/>, <see cref="NetErrorKind.ClosedForWriting"/> (the peer has
    /// gone, or an earlier write was cut off), <see cref="NetErrorKind.TimedOut"/>.</exception>
    /// <exception cref="InvalidOperationException">Our own <see cref="CloseWriteAsync"/> came before.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await BeginSendingAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_unsentCount > 0 && TryAppend(buffer.Span))
                buffer = default;
            await SendUnsentAsync(cancellationToken).ConfigureAwait(false);
            await TransmitAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            EndSending();
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        BeginSending();
        try
        {
            if (_unsentCount > 0 && TryAppend(buffer))
                buffer = default;
            SendUnsent();
            Transmit(buffer);
        }
        finally
        {
            EndSending();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Sends text and bytes that <see cref="Lines"/> has buffered.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NetException">As of <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await BeginSendingAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendUnsentAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            EndSending();
        }
    }

    /// <inheritdoc/>
    public override void Flush() => Write([]);

    /// <summary>Sends what is buffered, then ends our sending direction: the peer reads the end after the last byte. Reading
    /// goes on; a second call does nothing.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As of a write; <see cref="NetErrorKind.Unsupported"/> for a stream that has one end
    /// for both directions.</exception>
    public async ValueTask CloseWriteAsync(CancellationToken cancel = default)
    {
        if (_sendingEnded)
            return;
        if (!_link.CanCloseWrite)
            throw Error(NetErrorKind.Unsupported, NetOperation.Write, "this stream cannot end its sending direction alone");
        await BeginSendingAsync(cancel).ConfigureAwait(false);
        try
        {
            await SendUnsentAsync(cancel).ConfigureAwait(false);
            await EndSendingDirectionAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            EndSending();
        }
    }

    /// <summary>Buffers bytes; sends when the buffer is full.</summary>
    internal async ValueTask BufferAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await BeginSendingAsync(cancel).ConfigureAwait(false);
        try
        {
            if (TryAppend(bytes.Span))
                return;
            await SendUnsentAsync(cancel).ConfigureAwait(false);
            if (!TryAppend(bytes.Span))
                await TransmitAsync(bytes, cancel).ConfigureAwait(false);
        }
        finally
        {
            EndSending();
        }
    }

    /// <summary>Buffers text as UTF-8.</summary>
    internal async ValueTask BufferAsync(string text, string end, CancellationToken cancel)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length + end.Length));
        try
        {
            var count = Encoding.UTF8.GetBytes(text, bytes);
            count += Encoding.UTF8.GetBytes(end, bytes.AsSpan(count));
            await BufferAsync(bytes.AsMemory(0, count), cancel).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Sends buffered text beside whatever goes on now. A read begins with it and never waits for it: two peers
    /// that both write much before they read would otherwise wait for each other. A failure shows at the next operation.</summary>
    private void StartFlush()
    {
        if (Volatile.Read(ref _unsentCount) == 0)
            return;
        _flushWanted = true;
        if (_sendGate.Wait(0))
            _ = FlushInBackgroundAsync();
    }

    /// <summary>Begun with the gate held; ends with it released.</summary>
    private async Task FlushInBackgroundAsync()
    {
        try
        {
            _flushWanted = false;
            if (_state == Open && _sendFault is null)
                await SendUnsentAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NetException error)
        {
            _unreportedFault = error;
        }
        catch (ObjectDisposedException)
        {
            // Aborted meanwhile: whoever did that knows.
        }
        finally
        {
            EndSending();
        }
    }

    private async ValueTask BeginSendingAsync(CancellationToken cancel)
    {
        ThrowIfClosed();
        if (!_sendGate.Wait(0, CancellationToken.None))
            await _sendGate.WaitAsync(cancel).ConfigureAwait(false);
        CheckSendable();
    }

    private void BeginSending()
    {
        ThrowIfClosed();
        _sendGate.Wait();
        CheckSendable();
    }

    /// <summary>With the gate held; releases it if nothing can be sent.</summary>
    private void CheckSendable()
    {
        try
        {
            ThrowIfClosed();
            if (_sendingEnded)
                throw new InvalidOperationException("the sending direction was ended by CloseWriteAsync");
            if (TakeUnreportedFault() is { } unreported)
                throw unreported;
            if (_sendFault is not null)
                throw Again(_sendFault, NetOperation.Write);
        }
        catch
        {
            _sendGate.Release();
            throw;
        }
    }

    /// <summary>Releases the gate, or hands it to a flush that was wanted while it was held.</summary>
    private void EndSending()
    {
        _sendGate.Release();
        if (_flushWanted && _unsentCount > 0 && _sendFault is null && _state == Open && _sendGate.Wait(0))
            _ = FlushInBackgroundAsync();
    }

    private bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > SendBufferSize - _unsentCount)
            return false;
        if (_unsent.Length == 0)
            _unsent = ArrayPool<byte>.Shared.Rent(SendBufferSize);
        bytes.CopyTo(_unsent.AsSpan(_unsentCount));
        _unsentCount += bytes.Length;
        return true;
    }

    private async ValueTask SendUnsentAsync(CancellationToken cancel)
    {
        if (_unsentCount == 0)
            return;
        try
        {
            await TransmitAsync(_unsent.AsMemory(0, _unsentCount), cancel).ConfigureAwait(false);
        }
        finally
        {
            ReleaseUnsent();
        }
    }

    private void SendUnsent()
    {
        if (_unsentCount == 0)
            return;
        try
        {
            Transmit(_unsent.AsSpan(0, _unsentCount));
        }
        finally
        {
            ReleaseUnsent();
        }
    }

    private void ReleaseUnsent()
    {
        if (_unsent.Length > 0)
            ArrayPool<byte>.Shared.Return(_unsent);
        (_unsent, _unsentCount) = ([], 0);
    }

    private async ValueTask TransmitAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (bytes.IsEmpty)
            return;
        cancel.ThrowIfCancellationRequested();
        var token = _writeWait.Begin(cancel);
        var sent = 0;
        try
        {
            while (sent < bytes.Length)
            {
                var piece = bytes[sent..Math.Min(bytes.Length, sent + PieceSize)];
                await _link.WriteAsync(piece, token).ConfigureAwait(false);
                sent += NoteSent(piece.Length);
            }
        }
        catch (Exception error)
        {
            throw WriteFailed(error, sent, bytes.Length, cancel);
        }
        finally
        {
            _writeWait.End();
        }
    }

    private void Transmit(ReadOnlySpan<byte> bytes)
    {
        var sent = 0;
        var since = _options.Time.GetTimestamp();
        try
        {
            while (sent < bytes.Length)
            {
                var piece = bytes[sent..Math.Min(bytes.Length, sent + PieceSize)];
                _link.Write(piece, Remaining(since, WriteTimeout));
                sent += NoteSent(piece.Length);
            }
        }
        catch (Exception error)
        {
            throw WriteFailed(error, sent, bytes.Length, CancellationToken.None);
        }
    }

    private int NoteSent(int count)
    {
        NoteActivity();
        BytesSent += count;
        return count;
    }

    /// <summary>However a write fails, the peer has an unknown part of it: nothing may be sent behind it.</summary>
    private Exception WriteFailed(Exception error, int sent, int length, CancellationToken cancel)
    {
        if (_state == Closed)
            return new ObjectDisposedException(nameof(Connection));
        var cutOff = $"an earlier write was cut off after at least {sent} of {Texts.Bytes(length)}";
        if (error is OperationCanceledException && cancel.IsCancellationRequested)
        {
            _sendFault = Error(NetErrorKind.ClosedForWriting, NetOperation.Write, cutOff, error);
            return new OperationCanceledException(cancel);
        }
        if (IsLimit(error))
        {
            _sendFault = Error(NetErrorKind.ClosedForWriting, NetOperation.Write, cutOff, error);
            return TimedOut(NetOperation.Write, WriteTimeout);
        }
        _sendFault = error as NetException ?? Mapped(error, NetOperation.Write);
        return _sendFault;
    }

    private async ValueTask EndSendingDirectionAsync(CancellationToken cancel)
    {
        try
        {
            _sendingEnded = true;
            await _link.CloseWriteAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not NetException and not OperationCanceledException)
        {
            _sendFault = Mapped(error, NetOperation.Write);
            throw _sendFault;
        }
    }

    private NetException? TakeUnreportedFault() => Interlocked.Exchange(ref _unreportedFault, null);

    private const int SendBufferSize = 16 * 1024;

    // A write is handed over in pieces, so that traffic is noticed (the idle limit) and counted while it goes on.
    private const int PieceSize = 256 * 1024;
}
