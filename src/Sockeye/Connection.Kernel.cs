using Sockeye.Platform;

namespace Sockeye;

/// <summary>Bytes that the kernel moves by itself: the same limits, errors, counts and ends as those that are read and written.</summary>
public sealed partial class Connection : IKernelSource, IKernelSink
{
    /// <summary>Reads to the peer's end and writes all of it to a stream. On Linux the system moves much at once by itself where
    /// it can: to a <see cref="DescriptorStream"/>, and to another connection if both are on the readiness loop.</summary>
    /// <param name="destination">Where to write; it stays open.</param>
    /// <param name="bufferSize">How much to read at a time where bytes pass through this process, in bytes.</param>
    /// <param name="cancellationToken">Gives up; what was read may then not have been written.</param>
    /// <exception cref="NetException">As of reading.</exception>
    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        return StreamCopy.RunAsync(this, destination, bufferSize, cancellationToken);
    }

    KernelWait IKernelSource.WaitForBytes => _received.IsEmpty ? KernelWait : KernelWait.None;

    KernelWait IKernelSink.WaitForRoom => KernelWait;

    private KernelWait KernelWait => _state != Open || _link.Raw is null ? KernelWait.None
        : _link.AwaitsReadiness ? KernelWait.Loop
        : Descriptors.Blocks(_link.Raw) ? KernelWait.None
        : KernelWait.AnyThread;

    async ValueTask<int?> IKernelSource.TakeAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel)
    {
        BeginReading();
        try
        {
            if (HasReceivingEnded())
                return 0;
            StartFlush();
            cancel.ThrowIfCancellationRequested();
            var move = _link.MayTakeNow(wait) ? call(_link.Raw!, most) : KernelMove.Later;
            if (move.HasToWait)
                move = await MoveLaterAsync(NetOperation.Read, call, most, wait, cancel).ConfigureAwait(false);
            return move.IsRefused ? null : NoteReceived(CountOf(move), most);
        }
        catch (Exception error) when (error is not NetException)
        {
            throw ReadFailed(error, cancel);
        }
        finally
        {
            EndReading();
        }
    }

    async ValueTask<int?> IKernelSink.GiveAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel)
    {
        await EnterSendingAsync(cancel).ConfigureAwait(false);
        try
        {
            ThrowIfUnsendable();
            await SendUnsentAsync(cancel).ConfigureAwait(false);
            return await GiveNowOrLaterAsync(call, most, wait, cancel).ConfigureAwait(false);
        }
        finally
        {
            EndSending();
        }
    }

    private async ValueTask<int?> GiveNowOrLaterAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel)
    {
        try
        {
            cancel.ThrowIfCancellationRequested();
            var move = _link.MayGiveNow(wait) ? call(_link.Raw!, most) : KernelMove.Later;
            if (move.HasToWait)
                move = await MoveLaterAsync(NetOperation.Write, call, most, wait, cancel).ConfigureAwait(false);
            return move.IsRefused ? null : NoteSent(CountOf(move));
        }
        catch (Exception error)
        {
            throw WriteFailed(error, 0, most, cancel);
        }
    }

    private async ValueTask<KernelMove> MoveLaterAsync(
        NetOperation direction, KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel)
    {
        var reads = direction == NetOperation.Read;
        var limits = reads ? ReadWait : WriteWait;
        limits.Begin(cancel);
        try
        {
            KernelMove move;
            do
            {
                await (reads ? _link.WhenReadableAsync(wait, limits) : _link.WhenWritableAsync(wait, limits)).ConfigureAwait(false);
                move = MoveReady(call, most, reads ? Descriptors.Readable : Descriptors.Writable);
            }
            while (move.HasToWait);
            return move;
        }
        finally
        {
            limits.End();
        }
    }

    /// <summary>What is ready, and yet does not move, never will so: TCP's urgent data stops the kernel here, and only a read gets past it.</summary>
    private KernelMove MoveReady(KernelCall call, int most, short readiness)
    {
        var move = call(_link.Raw!, most);
        if (!move.HasToWait || !Descriptors.IsReady(_link.Raw!, readiness))
            return move;
        // Bytes may have come in between.
        move = call(_link.Raw!, most);
        return move.HasToWait ? KernelMove.Refused : move;
    }

    private static int CountOf(KernelMove move) => move.Count >= 0 ? move.Count : throw move.Error;
}
