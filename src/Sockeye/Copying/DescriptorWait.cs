using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>Waits for a descriptor on the calling thread, until it is ready or a token is cancelled. One wait at a time.</summary>
/// <param name="onSilence">Called when there is nothing to read, before the wait for it. Null for nobody.</param>
internal sealed unsafe class DescriptorWait(Action? onSilence = null) : IDisposable
{
    // A pipe to ourselves: a byte in it ends the wait.
    private readonly (SafeFileHandle ReadEnd, SafeFileHandle WriteEnd) _wakeUp = Descriptors.MakePipe();

    /// <summary>Waits until there is something to read, or an end.</summary>
    public void ForReading(SafeHandle descriptor, CancellationToken cancel)
    {
        onSilence?.Invoke();
        Wait(descriptor, Descriptors.Readable, cancel);
    }

    /// <summary>Waits until something can be written, or nobody reads any more.</summary>
    public void ForWriting(SafeHandle descriptor, CancellationToken cancel) => Wait(descriptor, Descriptors.Writable, cancel);

    private void Wait(SafeHandle descriptor, short readiness, CancellationToken cancel)
    {
        using (cancel.UnsafeRegister(static wait => ((DescriptorWait)wait!).Signal(), this))
            Descriptors.Wait(descriptor, readiness, _wakeUp.ReadEnd);
        if (!cancel.IsCancellationRequested)
            return;
        // Who cancels may have come too late to signal: then there is nothing to take out.
        byte any;
        if (Descriptors.IsReady(_wakeUp.ReadEnd, Descriptors.Readable))
            _ = Descriptors.Read(_wakeUp.ReadEnd, &any, 1);
        cancel.ThrowIfCancellationRequested();
    }

    private void Signal()
    {
        byte any = 1;
        _ = Descriptors.Write(_wakeUp.WriteEnd, &any, 1);
    }

    public void Dispose()
    {
        _wakeUp.ReadEnd.Dispose();
        _wakeUp.WriteEnd.Dispose();
    }
}
