using System.Buffers;
using System.Text;

namespace Sockeye;

public sealed partial class Connection
{
    // Held by whoever appends or sends: a writer, or the flush that a read has started.
    private readonly Gate _sendGate = new();
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
        await EnterSendingAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfUnsendable();
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
        EnterSending();
        try
        {
            ThrowIfUnsendable();
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
        await EnterSendingAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfUnsendable();
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
        await EnterSendingAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_sendingEnded)
                return;
            ThrowIfUnsendable();
            await SendUnsentAsync(cancel).ConfigureAwait(false);
            await EndSendingDirectionAsync(NetOperation.Write, cancel).ConfigureAwait(false);
        }
        finally
        {
            EndSending();
        }
    }

    /// <summary>Buffers bytes; sends when the buffer is full.</summary>
    internal async ValueTask BufferAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await EnterSendingAsync(cancel).ConfigureAwait(false);
        try
        {
            ThrowIfUnsendable();
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
        if (_sendGate.TryEnter())
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

    /// <summary>Takes the gate. The caller's token is looked at here, before a byte could have gone, and what is buffered
    /// then stays.</summary>
    private ValueTask EnterSendingAsync(CancellationToken cancel)
    {
        ThrowIfClosed();
        cancel.ThrowIfCancellationRequested();
        return _sendGate.EnterAsync(cancel);
    }

    private void EnterSending()
    {
        ThrowIfClosed();
        _sendGate.Enter();
    }

    /// <summary>To be asked with the gate held.</summary>
    private void ThrowIfUnsendable()
    {
        ThrowIfClosed();
        if (_sendingEnded)
            throw new InvalidOperationException("the sending direction was ended by CloseWriteAsync");
        if (TakeUnreportedFault() is { } unreported)
            throw unreported;
        if (_sendFault is not null)
            throw Again(_sendFault, NetOperation.Write);
    }

    /// <summary>Releases the gate, or hands it to a flush that was wanted while it was held.</summary>
    private void EndSending()
    {
        _sendGate.Leave();
        if (_flushWanted && _unsentCount > 0 && _sendFault is null && _state == Open && _sendGate.TryEnter())
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

    private ValueTask SendUnsentAsync(CancellationToken cancel) => _unsentCount == 0 ? default : SendAllUnsentAsync(cancel);

    private async ValueTask SendAllUnsentAsync(CancellationToken cancel)
    {
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
        (_unsent, _unsentCount, _flushWanted) = ([], 0, false);
    }

    private ValueTask TransmitAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var sent = TryTransmit(bytes, cancel);
        return sent == bytes.Length ? default : TransmitRestAsync(bytes, sent, cancel);
    }

    private async ValueTask TransmitRestAsync(ReadOnlyMemory<byte> bytes, int sent, CancellationToken cancel)
    {
        var wait = WriteWait;
        wait.Begin(cancel);
        try
        {
            while (sent < bytes.Length)
            {
                var piece = bytes[sent..Math.Min(bytes.Length, sent + PieceSize)];
                await _link.WriteAsync(piece, wait).ConfigureAwait(false);
                sent += NoteSent(piece.Length);
            }
        }
        catch (Exception error)
        {
            throw WriteFailed(error, sent, bytes.Length, cancel);
        }
        finally
        {
            wait.End();
        }
    }

    /// <summary>What needs no wait needs none of what can end one. Returns how much could be sent so.</summary>
    private int TryTransmit(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (bytes.IsEmpty)
            return 0;
        try
        {
            return NoteSent(_link.TryWrite(bytes.Span[..Math.Min(bytes.Length, PieceSize)]));
        }
        catch (Exception error)
        {
            throw WriteFailed(error, 0, bytes.Length, cancel);
        }
    }

    private void Transmit(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        var wait = WriteWait;
        wait.Begin(CancellationToken.None);
        var sent = 0;
        try
        {
            while (sent < bytes.Length)
            {
                var piece = bytes[sent..Math.Min(bytes.Length, sent + PieceSize)];
                var taken = _link.Write(piece, wait.Remaining, wait.Token);
                sent += NoteSent(taken);
                // If bytes moved the other way meanwhile, the idle limit has not passed.
                if (taken < piece.Length && wait.Remaining == TimeSpan.Zero)
                    throw new OperationCanceledException();
            }
        }
        catch (Exception error)
        {
            throw WriteFailed(error, sent, bytes.Length, CancellationToken.None);
        }
        finally
        {
            wait.End();
        }
    }

    private int NoteSent(int count)
    {
        if (count > 0)
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
        if (error is OperationCanceledException)
        {
            _sendFault = Error(NetErrorKind.ClosedForWriting, NetOperation.Write, cutOff, error);
            return TimedOut(NetOperation.Write, WriteTimeout);
        }
        if (IsMisuse(error))
            return error;
        _sendFault = error as NetException ?? Mapped(error, NetOperation.Write);
        return _sendFault;
    }

    private async ValueTask EndSendingDirectionAsync(NetOperation operation, CancellationToken cancel)
    {
        try
        {
            await _link.CloseWriteAsync(cancel).ConfigureAwait(false);
            _sendingEnded = true;
        }
        catch (Exception error) when (error is not NetException and not OperationCanceledException && !IsMisuse(error))
        {
            _sendFault = Mapped(error, operation);
            throw _sendFault;
        }
    }

    private NetException? TakeUnreportedFault() => Interlocked.Exchange(ref _unreportedFault, null);

    private const int SendBufferSize = 16 * 1024;

    // A write is handed over in pieces, so that traffic is noticed (the idle limit) and counted while it goes on.
    private const int PieceSize = 256 * 1024;
}
