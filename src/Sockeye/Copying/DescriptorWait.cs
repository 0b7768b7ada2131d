using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>Waits for a descriptor on the calling thread, until it is ready or a token is cancelled. One wait at a time.</summary>
/// <param name="onSilence">Called when there is nothing to read, before the wait for it. Null for nobody.</param>
/// <param name="waitsForMuch">Whether <see cref="ForMuch"/> does.</param>
internal sealed unsafe class DescriptorWait(Action? onSilence = null, bool waitsForMuch = false) : IDisposable
{
    // A pipe to ourselves: a byte in it ends the wait.
    private readonly (SafeFileHandle ReadEnd, SafeFileHandle WriteEnd) _wakeUp = Descriptors.MakePipe();
    private readonly LowWater? _mark = waitsForMuch ? new() : null;

    /// <summary>Waits until there is something to read, or an end.</summary>
    public void ForReading(SafeHandle descriptor, CancellationToken cancel)
    {
        onSilence?.Invoke();
        Wait(descriptor, Descriptors.Readable, cancel);
    }

    /// <summary>As <see cref="ForReading"/> for a TCP socket: while a flow is bulk, until much is there, or for a moment, if it waits so at all.</summary>
    public void ForMuch(SafeHandle socket, CancellationToken cancel)
    {
        if (_mark is null || !_mark.TryRaise(socket))
            ForReading(socket, cancel);
        else if (!Wait(socket, Descriptors.Readable, cancel, LowWater.Moment))
            _mark.NoteShort();
    }

    /// <summary>To be told what each read gave, by who waits for much.</summary>
    public void NoteRead(int count) => _mark?.NoteRead(count);

    /// <summary>Waits until something can be written, or nobody reads any more.</summary>
    public void ForWriting(SafeHandle descriptor, CancellationToken cancel) => Wait(descriptor, Descriptors.Writable, cancel);

    /// <summary>False when the time has passed.</summary>
    private bool Wait(SafeHandle descriptor, short readiness, CancellationToken cancel, int milliseconds = -1)
    {
        bool isReady;
        using (cancel.UnsafeRegister(static wait => ((DescriptorWait)wait!).Signal(), this))
            isReady = Descriptors.Wait(descriptor, readiness, _wakeUp.ReadEnd, milliseconds);
        if (!cancel.IsCancellationRequested)
            return isReady;
        // Who cancels may have come too late to signal: then there is nothing to take out.
        byte any;
        if (Descriptors.IsReady(_wakeUp.ReadEnd, Descriptors.Readable))
            _ = Descriptors.Read(_wakeUp.ReadEnd, &any, 1);
        throw new OperationCanceledException(cancel);
    }

    private void Signal()
    {
        byte any = 1;
        _ = Descriptors.Write(_wakeUp.WriteEnd, &any, 1);
    }

    public void Dispose()
    {
        _mark?.Dispose();
        _wakeUp.ReadEnd.Dispose();
        _wakeUp.WriteEnd.Dispose();
    }
}
