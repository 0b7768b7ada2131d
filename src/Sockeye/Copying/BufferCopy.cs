using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>Copies through a buffer what comes on a socket, where the bytes have to be seen here: on a thread of its own,
/// since only a thread can wait for much.</summary>
internal sealed class BufferCopy : KernelCopy
{
    private readonly IKernelSource _source;
    private readonly Func<ReadOnlyMemory<byte>, Task> _give;
    private readonly KernelCall _receive;

    // Not pooled: a write that was given up may look at it for longer.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);

    private BufferCopy(IKernelSource source, Func<ReadOnlyMemory<byte>, Task> give)
        : base(needsThread: true)
    {
        (_source, _give, _receive) = (source, give, Receive);
    }

    /// <summary>Null if the source is no socket.</summary>
    /// <param name="from">Where bytes come from.</param>
    /// <param name="give">Takes them.</param>
    public static BufferCopy? Of(Stream? from, Func<ReadOnlyMemory<byte>, Task> give) =>
        OperatingSystem.IsLinux() && from is Connection and IKernelSource { WaitForBytes: not KernelWait.None } source ? new(source, give) : null;

    private protected override bool WaitsForMuch => true;

    private protected override async ValueTask<CopyEnd> CarryAsync(
        ICopyWatch watch, DescriptorWait? wait, CancellationToken reading, CancellationToken writing)
    {
        while (!HasThinned)
        {
            switch (await _source.TakeAsync(_receive, BufferSize, wait, reading).ConfigureAwait(false))
            {
                case null:
                    return CopyEnd.Refused;
                case 0:
                    return CopyEnd.SourceEnded;
                case { } count:
                    NoteTaken(count, watch, wait);
                    // To go on elsewhere would leave this thread.
                    _give(_buffer.AsMemory(0, count)).GetAwaiter().GetResult();
                    break;
            }
        }
        return CopyEnd.Thinned;
    }

    private KernelMove Receive(SafeHandle socket, int most) =>
        SocketCalls.TryReceive((SafeSocketHandle)socket, _buffer.AsSpan(0, most)) is { } count ? new(count) : KernelMove.Later;

    private const int BufferSize = 256 * 1024;
}
