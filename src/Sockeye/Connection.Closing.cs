using System.Buffers;
using Sockeye.Links;
using Sockeye.Platform;

namespace Sockeye;

public sealed partial class Connection
{
    private int _state = Open;

    /// <summary>
    /// Closes politely: ends a pending read, sends what is buffered, ends our sending direction, takes in what the peer still
    /// sends until its end (within <see cref="ConnectionOptions.CloseTimeout"/> and
    /// <see cref="ConnectionOptions.CloseDrainLimit"/>), and lets go. Bytes in flight are not turned into a reset.
    /// </summary>
    /// <param name="cancel">Gives up waiting; the connection is then reset.</param>
    /// <exception cref="NetException">What was written cannot be known to have arrived: an earlier or the last write failed,
    /// the peer reset the connection, or its system has not acknowledged everything within the limit
    /// (<see cref="NetErrorKind.TimedOut"/>; Linux only, other systems do not tell).</exception>
    public ValueTask CloseAsync(CancellationToken cancel = default) => CloseAsync(Timeout.InfiniteTimeSpan, cancel);

    /// <summary>As <see cref="CloseAsync(CancellationToken)"/>, but it takes in what the peer still sends for no longer than
    /// this, which is for who has waited for the peer's end already.</summary>
    internal async ValueTask CloseAsync(TimeSpan longestDrain, CancellationToken cancel)
    {
        if (Interlocked.CompareExchange(ref _state, Closing, Open) != Open)
            return;
        _readWait?.Close();
        try
        {
            if (!HasEnded)
                await AwaitEndAsync(longestDrain, cancel).ConfigureAwait(false);
            ThrowIfPeerBrokeOff();
            await LetGoAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not NetException && _state == Closed)
        {
            throw new ObjectDisposedException("the connection was aborted while it was being closed", error);
        }
        finally
        {
            Abort();
        }
    }

    /// <summary>Drops the connection at once: unsent text is lost, pending operations end with
    /// <see cref="ObjectDisposedException"/>, and the peer sees a reset (a Unix peer: an end).</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Closed)
            return;
        _link.Abort();
        EndWaits();
    }

    /// <summary>As <see cref="CloseAsync(CancellationToken)"/>, but what that would throw goes to telemetry
    /// (<c>sockeye.close.failures</c>). Takes no longer than <see cref="ConnectionOptions.CloseTimeout"/>.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (NetException error)
        {
            Telemetry.CloseFailed(error);
        }
        catch (ObjectDisposedException)
        {
            // Aborted meanwhile: whoever did that knows.
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>, blocking.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _state == Open)
        {
            LoopTurn.StepAside();
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        base.Dispose(disposing);
    }

    /// <summary>Whether nothing has to be waited for: who waits not needs no limit.</summary>
    private bool HasEnded => _sendingEnded && _receivingEnded && (BytesSent == 0 || _link.IsAllAcknowledged);

    private async ValueTask AwaitEndAsync(TimeSpan longestDrain, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(_options.CloseTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        await FinishSendingAsync(either.Token, cancel).ConfigureAwait(false);
        if (_link.CanCloseWrite)
            await AwaitPeerAsync(longestDrain, either.Token, cancel).ConfigureAwait(false);
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_state != Open, this);

    private async ValueTask FinishSendingAsync(CancellationToken limited, CancellationToken cancel)
    {
        try
        {
            await _sendGate.EnterAsync(limited).ConfigureAwait(false);
            try
            {
                await SendLastAsync(limited).ConfigureAwait(false);
            }
            finally
            {
                // A writer that came to the gate meanwhile has to learn behind it that we are closed.
                _sendGate.Leave();
            }
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw Error(NetErrorKind.TimedOut, NetOperation.Close, $"the peer took nothing for {Texts.Of(_options.CloseTimeout)}");
        }
    }

    private async ValueTask SendLastAsync(CancellationToken limited)
    {
        if (_sendFault is not null)
            throw Again(_sendFault, NetOperation.Close);
        if (_sendingEnded)
            return;
        await SendUnsentAsync(limited).ConfigureAwait(false);
        if (!_link.CanCloseWrite)
            return;
        try
        {
            await EndSendingDirectionAsync(NetOperation.Close, limited).ConfigureAwait(false);
        }
        catch (NetException error)
        {
            ThrowIfUnsure(error);
        }
    }

    /// <summary>Takes in the peer's last bytes until its end, then waits until everything of ours, if there was anything, is
    /// acknowledged.</summary>
    private async ValueTask AwaitPeerAsync(TimeSpan longestDrain, CancellationToken limited, CancellationToken cancel)
    {
        var isSettled = false;
        try
        {
            if (!_receivingEnded && _readFault is null)
                await DrainAsync(longestDrain, limited).ConfigureAwait(false);
            for (var pause = ShortestPause; !(isSettled = BytesSent == 0 || _link.IsAllAcknowledged); pause *= 2)
                await Task.Delay(pause, _options.Time, limited).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
        }
        catch (Exception error) when (_state != Closed)
        {
            ThrowIfUnsure(error is NetException fault ? Again(fault, NetOperation.Close) : Mapped(error, NetOperation.Close));
        }
        if (!isSettled && !_link.IsAllAcknowledged)
        {
            ThrowIfUnsure(Error(
                NetErrorKind.TimedOut, NetOperation.Close,
                $"the peer has not acknowledged the last bytes within {Texts.Of(_options.CloseTimeout)}"));
        }
    }

    private void ThrowIfPeerBrokeOff()
    {
        if (_link.CanCloseWrite && BytesSent > 0 && (_readFault ?? (Exception?)_link.TakePendingError()) is { } noted)
            ThrowIfUnsure(noted as NetException ?? Mapped(noted, NetOperation.Close));
    }

    private async ValueTask DrainAsync(TimeSpan longest, CancellationToken limited)
    {
        using var enough = new CancellationTokenSource(longest, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, limited);
        var scratch = ArrayPool<byte>.Shared.Rent(DrainBufferSize);
        try
        {
            long drained = 0;
            int count;
            do
            {
                count = await _link.ReadAsync(scratch, either.Token).ConfigureAwait(false);
                drained += count;
            }
            while (count > 0 && drained <= _options.CloseDrainLimit);
        }
        catch (OperationCanceledException) when (!limited.IsCancellationRequested)
        {
            // The peer may send on; what we sent is what has to be looked after now.
        }
        catch (NetException error) when (error.Kind == NetErrorKind.ClosedEarly)
        {
            // The peer's end, without the words that a layer asks for: nobody waits for what may be missing.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>A peer that breaks off is nobody's loss if we sent nothing, or if it had everything before.</summary>
    private void ThrowIfUnsure(NetException error)
    {
        if (BytesSent > 0 && _link.HasArrived != true)
            throw error;
    }

    /// <summary>The polite end, for which everything has been done.</summary>
    internal async ValueTask LetGoAsync()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Closed)
            return;
        try
        {
            await _link.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (ErrorMap.Covers(error))
        {
            throw Mapped(error, NetOperation.Close);
        }
        finally
        {
            EndWaits();
        }
    }

    private void EndWaits()
    {
        _readWait?.Close();
        _writeWait?.Close();
        if (_link is not LayerLink)
            Telemetry.Ended(BytesReceived, BytesSent);
    }

    private const int Open = 0;
    private const int Closing = 1;
    private const int Closed = 2;
    private const int DrainBufferSize = 16 * 1024;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
}
