using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// Copies by splice(2), which moves pages from one descriptor to another without a copy, if one of the two is a pipe.
/// <code>
/// source ─splice─► pipe ─splice─► sink
/// </code>
/// </summary>
/// <remarks>Also where source or sink is a pipe itself: so it is always known whether the source is silent or the sink full, and
/// whose error it was. The pipe is held only while bytes are in it.</remarks>
internal sealed class SpliceCopy : KernelCopy
{
    private readonly IKernelSource _source;
    private readonly IKernelSink _sink;
    private readonly KernelCall _fill;
    private readonly KernelCall _drain;
    private KernelPipe? _pipe;

    public SpliceCopy(IKernelSource source, IKernelSink sink, bool needsThread)
        : base(needsThread)
    {
        (_source, _sink) = (source, sink);
        (_fill, _drain) = (Fill, (to, _) => _pipe!.Drain(to));
    }

    private protected override async ValueTask<CopyEnd> CarryAsync(
        ICopyWatch watch, DescriptorWait? wait, CancellationToken reading, CancellationToken writing)
    {
        try
        {
            while (!HasThinned)
            {
                var taking = _source.TakeAsync(_fill, int.MaxValue, wait, reading);
                if (!taking.IsCompleted)
                    watch.Waiting();
                switch (await taking.ConfigureAwait(false))
                {
                    case null:
                        return CopyEnd.Refused;
                    case 0:
                        return CopyEnd.SourceEnded;
                    case { } count:
                        NoteTaken(count, watch, wait);
                        break;
                }
                if (!await GiveAllAsync(watch, wait, writing).ConfigureAwait(false))
                    return CopyEnd.Refused;
            }
            return CopyEnd.Thinned;
        }
        finally
        {
            ReturnPipe();
        }
    }

    private KernelMove Fill(SafeHandle from, int most)
    {
        _pipe ??= KernelPipe.TryRent();
        if (_pipe is null)
            return KernelMove.Refused;
        var move = _pipe.Fill(from, most);
        if (move.Count <= 0)
            ReturnPipe();
        return move;
    }

    /// <summary>False where the sink does not take bytes so.</summary>
    private async ValueTask<bool> GiveAllAsync(ICopyWatch watch, DescriptorWait? wait, CancellationToken writing)
    {
        while (_pipe!.Count > 0)
        {
            watch.Giving();
            if (await _sink.GiveAsync(_drain, _pipe.Count, wait, writing).ConfigureAwait(false) is not { } count)
            {
                Left = _pipe.ReadAll();
                return false;
            }
            watch.Given(count, _pipe.Count);
            Telemetry.Moved(count, "splice");
        }
        return true;
    }

    private void ReturnPipe()
    {
        _pipe?.Return();
        _pipe = null;
    }
}
