using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>
/// One direction of a socket on a loop. An operation is tried at once where the direction is ready; else it is parked
/// until the loop's thread, or who cancels or closes, takes it out: who has it in hand completes it.
/// </summary>
/// <remarks>Nothing is missed, since each side says its own before it looks at the other's: the loop notes readiness, then
/// looks for a parked operation; an operation is parked, then looks whether readiness was noted.</remarks>
internal abstract class LoopDirection(LoopSocket socket)
{
    private LoopOperation? _parked;
    private LoopOperation? _spare;
    private int _readiness;
    private int _isMuted;

    /// <summary>What a poll for this direction asks.</summary>
    protected abstract SelectMode Mode { get; }

    /// <summary>Whether an operation waits here.</summary>
    public bool IsAwaited => Volatile.Read(ref _parked) is not null;

    /// <summary>Moves bytes; an empty buffer waits until bytes could be moved.</summary>
    public ValueTask<int> MoveAsync(Memory<byte> buffer, Wait wait)
    {
        var operation = Begin(buffer, wait);
        return new(operation, operation.Version);
    }

    /// <summary>As the other, for who does not count.</summary>
    public ValueTask MoveAllAsync(Memory<byte> buffer, Wait wait)
    {
        var operation = Begin(buffer, wait);
        return new(operation, operation.Version);
    }

    /// <summary>As the other, until the caller gives up.</summary>
    public async ValueTask<int> MoveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        var wait = new Wait(connection: null, NetOperation.Read);
        wait.Begin(cancel);
        try
        {
            return await MoveAsync(buffer, wait).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancel);
        }
        finally
        {
            wait.End();
        }
    }

    /// <summary>Moves what can be moved at once; null if nothing is known to be movable, or if others come first. For an empty
    /// buffer 0: it is known for sure that something can be moved.</summary>
    public int? TryMove(Span<byte> bytes)
    {
        if (bytes.IsEmpty)
            return IsCertainlyReady() && LoopTurn.MayGoOn() ? 0 : null;
        return Volatile.Read(ref _readiness) != 0 && LoopTurn.MayGoOn() ? TryMoveNow(bytes) : null;
    }

    /// <summary>The kernel has told that something can be moved.</summary>
    /// <param name="untilEmpty">Whether it need not tell again of what lies there: a short read does not show then that
    /// nothing is left, only one that would block.</param>
    /// <param name="forEver">Whether this stays so, whatever is moved: an end can be read again and again.</param>
    public void NoteReady(bool untilEmpty = false, bool forEver = false) =>
        Interlocked.Or(ref _readiness, Ready | Told | (untilEmpty ? UntilEmpty : 0) | (forEver ? ForEver : 0));

    /// <summary>Something may be movable of which the kernel will not tell.</summary>
    public void NoteMaybeReady() => Interlocked.Or(ref _readiness, Ready);

    /// <summary>To be called by who has moved something around this direction, perhaps not all that there is.</summary>
    public void Doubt() => Interlocked.And(ref _readiness, ~Told);

    /// <summary>The kernel is not to tell of this direction until somebody waits here again: a thread of its own now waits for it, and
    /// the loop would be woken in vain.</summary>
    public void Mute()
    {
        if (!IsMuted && Interlocked.Exchange(ref _isMuted, 1) == 0)
            socket.Rearm();
    }

    /// <summary>Whether the kernel is not to tell.</summary>
    public bool IsMuted => Volatile.Read(ref _isMuted) != 0;

    /// <summary>To be called by who is about to move, around this direction, all that there is: from now on the kernel tells anew.</summary>
    public void Forget() => Interlocked.Exchange(ref _readiness, 0);

    /// <summary>On the loop's thread, after readiness was noted: what waited for it goes on.</summary>
    public void GoOn()
    {
        if (!IsAwaited || Interlocked.Exchange(ref _parked, null) is not { } operation)
            return;
        if (operation.IsWait)
            CompleteWait(operation);
        else if (!TryFinish(operation))
            Park(operation);
    }

    /// <summary>Ends what waits, after the socket was marked as closed.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _parked, null) is { } operation)
            operation.FailElsewhere(Aborted());
    }

    /// <summary>Cancels this operation if it waits.</summary>
    public void TakeOut(LoopOperation operation)
    {
        if (Interlocked.CompareExchange(ref _parked, null, operation) == operation)
            operation.Cancel();
    }

    /// <summary>The operation's result was taken: the next one can use it.</summary>
    public void Return(LoopOperation operation) => Volatile.Write(ref _spare, operation);

    private LoopOperation Begin(Memory<byte> buffer, Wait wait)
    {
        var operation = Interlocked.Exchange(ref _spare, null) ?? new LoopOperation(this);
        operation.Begin(buffer, wait);
        var isReady = Volatile.Read(ref _readiness) != 0;
        var isOurTurn = !isReady || LoopTurn.MayGoOn();
        if (wait.IsCutOff)
            operation.Cancel();
        else if (!isOurTurn)
            ParkBehindOthers(operation);
        else if (!isReady || !TryFinish(operation))
            Park(operation);
        return operation;
    }

    /// <summary>True when the operation has ended, well or not.</summary>
    private bool TryFinish(LoopOperation operation)
    {
        try
        {
            return operation.IsWait ? TryFinishWait(operation) : TryFinishMove(operation);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            operation.Fail(error);
            return true;
        }
    }

    private bool TryFinishWait(LoopOperation operation)
    {
        if (IsCertainlyReady())
        {
            operation.Complete();
            return true;
        }
        var known = Interlocked.Exchange(ref _readiness, 0);
        if (!socket.Socket.Poll(0, Mode))
            return false;
        Interlocked.Or(ref _readiness, known);
        operation.Complete();
        return true;
    }

    /// <summary>What the kernel has told tells one wait, and no other: what is there may have been moved around this direction.</summary>
    private void CompleteWait(LoopOperation operation)
    {
        Doubt();
        operation.Complete();
    }

    private bool IsCertainlyReady() =>
        Volatile.Read(ref _readiness) != 0 && (Interlocked.And(ref _readiness, ~Told) & (Told | ForEver)) != 0;

    private bool TryFinishMove(LoopOperation operation)
    {
        do
        {
            if (TryMoveNow(operation.Rest.Span) is not { } count)
                return false;
            operation.Advance(count);
        }
        while (!IsDone(operation));
        operation.Complete();
        return true;
    }

    /// <summary>Null where it would have to wait.</summary>
    private int? TryMoveNow(Span<byte> bytes)
    {
        // Forgotten first, so that what becomes ready from now on is noted anew.
        var known = Interlocked.Exchange(ref _readiness, 0);
        int? count;
        try
        {
            count = Move(socket.Handle, bytes);
        }
        catch (SocketException)
        {
            NoteMaybeReady();    // the next one has to learn of it as well
            throw;
        }
        if (count is null)
            return null;
        if (count == 0 || count == bytes.Length || (known & UntilEmpty) != 0)
            Interlocked.Or(ref _readiness, (known | Ready) & ~Told);
        return count;
    }

    /// <summary>Moves what can be moved now; null for nothing.</summary>
    protected abstract int? Move(SafeSocketHandle handle, Span<byte> bytes);

    /// <summary>Whether what was moved is all that was asked for.</summary>
    protected abstract bool IsDone(LoopOperation operation);

    /// <summary>It would go on at once, but others come first: the kernel is asked to tell again that it may.</summary>
    private void ParkBehindOthers(LoopOperation operation)
    {
        Interlocked.Exchange(ref _readiness, 0);
        Park(operation);
        socket.Rearm();
    }

    private void Park(LoopOperation operation)
    {
        operation.Heed();
        while (Interlocked.CompareExchange(ref _parked, operation, null) is null)
        {
            if (IsMuted && Interlocked.Exchange(ref _isMuted, 0) != 0)
                socket.Rearm();
            var hasChanged = Volatile.Read(ref _readiness) != 0 || socket.IsClosed || operation.IsCutOff;
            if (!hasChanged || Interlocked.CompareExchange(ref _parked, null, operation) != operation)
                return;
            if (socket.IsClosed)
                operation.Fail(Aborted());
            else if (operation.IsCutOff)
                operation.Cancel();
            else if (!TryFinish(operation))
                continue;
            return;
        }
        // The next operation is there already: it comes that early only behind one that was cancelled.
        operation.Cancel();
    }

    /// <summary>What a socket says of a call that was pending when it was closed.</summary>
    private static SocketException Aborted() => new((int)SocketError.OperationAborted);

    private const int Ready = 1;         // something may be movable
    private const int Told = 2;          // it is: nothing was moved since the kernel told so
    private const int UntilEmpty = 4;
    private const int ForEver = 8;
}

/// <summary>Bytes that come: one read is enough.</summary>
internal sealed class ReceivingDirection(LoopSocket socket) : LoopDirection(socket)
{
    protected override SelectMode Mode => SelectMode.SelectRead;

    protected override int? Move(SafeSocketHandle handle, Span<byte> bytes) => SocketCalls.TryReceive(handle, bytes);

    protected override bool IsDone(LoopOperation operation) => true;
}

/// <summary>Bytes that go: all of them.</summary>
internal sealed class SendingDirection(LoopSocket socket) : LoopDirection(socket)
{
    protected override SelectMode Mode => SelectMode.SelectWrite;

    protected override int? Move(SafeSocketHandle handle, Span<byte> bytes) => SocketCalls.TrySend(handle, bytes);

    protected override bool IsDone(LoopOperation operation) => operation.Rest.IsEmpty;
}
