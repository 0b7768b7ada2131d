using System.Runtime.CompilerServices;

namespace Sockeye;

public sealed partial class Connection
{
    private readonly ReceiveBuffer _received = new();
    private int _reading;
    private bool _receivingEnded;
    private NetException? _readFault;
    private bool _wasReset;

    /// <summary>Bytes received and not yet read, as a line view sees them.</summary>
    internal ReceiveBuffer Received => _received;

    /// <inheritdoc/>
    public override bool CanRead => _state == Open;

    /// <summary>Reads what is there, waiting for at least one byte. Reading also starts the sending of buffered text.</summary>
    /// <param name="buffer">Where to put it; an empty one waits until bytes have come and takes none.</param>
    /// <param name="cancellationToken">Gives up; nothing is lost.</param>
    /// <returns>How many bytes; 0 at the peer's clean end.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.Reset"/>, <see cref="NetErrorKind.TimedOut"/>, or the
    /// failure of an earlier write that the peer's system has told of only now.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReceiveAsync(buffer, isFill: false, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc cref="ReadAsync(Memory{byte}, CancellationToken)"/>
    public override int Read(Span<byte> buffer)
    {
        BeginReading();
        try
        {
            return _received.IsEmpty ? Receive(buffer) : _received.Take(buffer);
        }
        finally
        {
            EndReading();
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    /// <summary>One reader at a time, whichever view it uses.</summary>
    internal void BeginReading()
    {
        ThrowIfClosed();
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            throw new InvalidOperationException("another read of this connection is pending");
    }

    internal void EndReading() => Volatile.Write(ref _reading, 0);

    /// <summary>Takes more bytes in behind the unread ones; false at the peer's end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        var count = await ReceiveAsync(_received.GetFree(), isFill: true, cancel).ConfigureAwait(false);
        _received.Commit(count);
        return count > 0;
    }

    /// <summary>A read, or what fills the buffer for a reader that has begun and takes from it. One method waits for both,
    /// since what waits is held for each connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, bool isFill, CancellationToken cancel)
    {
        if (!isFill)
            BeginReading();
        Wait? wait = null;
        try
        {
            if (!isFill && !_received.IsEmpty)
                return _received.Take(buffer.Span);
            if (HasReceivingEnded())
                return 0;
            StartFlush();
            cancel.ThrowIfCancellationRequested();
            // What needs no wait needs none of what can end one.
            if (_link.TryRead(buffer.Span) is { } count)
                return NoteReceived(count, buffer.Length);
            wait = ReadWait;
            wait.Begin(cancel);
            return NoteReceived(await _link.ReadAsync(buffer, wait).ConfigureAwait(false), buffer.Length);
        }
        catch (Exception error) when (error is not NetException)
        {
            throw ReadFailed(error, cancel);
        }
        finally
        {
            wait?.End();
            if (!isFill)
                EndReading();
        }
    }

    private int Receive(Span<byte> buffer)
    {
        if (HasReceivingEnded())
            return 0;
        StartFlush();
        var wait = ReadWait;
        wait.Begin(CancellationToken.None);
        try
        {
            int? count;
            do
            {
                // Without a count, time has passed; if bytes moved the other way meanwhile, the idle limit has not.
                count = _link.Read(buffer, wait.Remaining, wait.Token);
            }
            while (count is null && wait.Remaining != TimeSpan.Zero);
            return NoteReceived(count ?? throw new OperationCanceledException(), buffer.Length);
        }
        catch (Exception error) when (error is not NetException)
        {
            throw ReadFailed(error, CancellationToken.None);
        }
        finally
        {
            wait.End();
        }
    }

    /// <summary>An end or a failure stays: asked again, a reset socket would give a clean end. Of a flush that failed, only
    /// one that the peer did not take is told here: a peer that has gone may have left last words, and ends after them.</summary>
    private bool HasReceivingEnded()
    {
        if (_readFault is not null)
            throw Again(_readFault, NetOperation.Read);
        if (_unreportedFault is { Kind: NetErrorKind.TimedOut } && TakeUnreportedFault() is { } fault)
            throw fault;
        return _receivingEnded;
    }

    /// <summary>The peer's end is where the system's last word about our writes is asked for: a write that failed
    /// after the peer had closed is told nowhere else.</summary>
    private int NoteReceived(int count, int room)
    {
        if (count > 0)
            NoteActivity();
        BytesReceived += count;
        if (count > 0 || room == 0)
            return count;
        _receivingEnded = true;
        if (TakeUnreportedFault() is { } fault)
            throw fault;
        return _link.TakePendingError() is { } error ? throw error : 0;
    }

    private Exception ReadFailed(Exception error, CancellationToken cancel)
    {
        if (_state != Open)
            return new ObjectDisposedException(nameof(Connection));
        if (error is OperationCanceledException && cancel.IsCancellationRequested)
            return new OperationCanceledException(cancel);
        if (error is OperationCanceledException)
            return TimedOut(NetOperation.Read, ReadTimeout);
        if (IsMisuse(error))
            return error;
        _readFault = Mapped(error, NetOperation.Read);
        return _readFault;
    }

    /// <summary>A stream below that is disposed, or that cannot do this, says so in its own words.</summary>
    private static bool IsMisuse(Exception error) => error is InvalidOperationException or NotSupportedException;

    private NetException Mapped(Exception error, NetOperation operation)
    {
        var mapped = ErrorMap.From(error, operation, Dialled, LocalAddress, RemoteAddress);
        if (mapped.Kind == NetErrorKind.ClosedForWriting && _wasReset)
            mapped = Error(NetErrorKind.Reset, operation, "the peer has reset the connection", error);
        else if (mapped.Kind == NetErrorKind.ClosedForWriting && operation == NetOperation.Read)
            mapped = Error(mapped.Kind, NetOperation.Write, mapped.Reason, error);    // what has failed, whoever is told of it
        _wasReset |= mapped.Kind == NetErrorKind.Reset;
        return mapped;
    }

    /// <summary>An error of this connection, with its addresses.</summary>
    internal NetException Error(NetErrorKind kind, NetOperation operation, string reason, Exception? inner = null) =>
        new(kind, operation, reason, Dialled, inner) { LocalAddress = LocalAddress, RemoteAddress = RemoteAddress };

    private NetException Again(NetException fault, NetOperation operation) => Error(fault.Kind, operation, fault.Reason, fault);
}
