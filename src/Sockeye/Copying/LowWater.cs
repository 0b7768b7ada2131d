using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// The mark below which a TCP socket does not count as readable (SO_RCVLOWAT, Linux): raised while a flow is bulk, so that who reads
/// it, and who sends on this machine, are held up once for much and not for every segment.
/// </summary>
/// <remarks>With the mark raised a wait lasts a moment at most, and then takes what is there: a peer that has said less, and waits
/// for an answer, gets it, and is not waited for so again until much has come at once several times. An end, an error and a full
/// window end it at once. The flow begins as bulk.</remarks>
internal sealed class LowWater : IDisposable
{
    private SafeHandle? _raised;
    private int _largeInARow = MostLargeInARow;

    /// <summary>The longest wait for much, in milliseconds.</summary>
    public const int Moment = 1;

    /// <summary>Whether the next wait is one for much.</summary>
    public bool TryRaise(SafeHandle socket)
    {
        if (_raised is null && _largeInARow >= MostLargeInARow && SocketCalls.TrySetLowWater(socket, Mark))
            _raised = socket;
        return _raised is not null;
    }

    /// <summary>Less than the mark had come when the moment was over.</summary>
    public void NoteShort() => Lower();

    /// <summary>Takes note of what a read gave.</summary>
    public void NoteRead(int count) => _largeInARow = count >= Large ? _largeInARow + 1 : 0;

    private void Lower()
    {
        if (_raised is null)
            return;
        SocketCalls.TrySetLowWater(_raised, 1);
        (_raised, _largeInARow) = (null, 0);
    }

    /// <summary>Leaves the socket to others as it was.</summary>
    public void Dispose() => Lower();

    // A copy's buffer. With more it is woken less often, and the sender stands still meanwhile.
    private const int Mark = 256 * 1024;
    private const int Large = 64 * 1024;
    private const int MostLargeInARow = 4;
}
