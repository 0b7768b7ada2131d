using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sockeye.Platform;

/// <summary>
/// A pipe that bytes pass through on their way from one descriptor to another, within the kernel (Linux). Those that are
/// empty again are kept for the next who needs one: making one costs more than carrying a small message.
/// </summary>
internal sealed partial class KernelPipe : IDisposable
{
    private static readonly ConcurrentBag<KernelPipe> Spare = [];

    private readonly SafeFileHandle _readEnd;
    private readonly SafeFileHandle _writeEnd;

    private KernelPipe()
    {
        (_readEnd, _writeEnd) = Descriptors.MakePipe();
        // Refused to who has many large pipes already; then it stays as it is.
        Capacity = fcntl(_writeEnd, SetPipeSize, WantedCapacity) is > 0 and var size ? size : fcntl(_writeEnd, GetPipeSize, 0);
    }

    /// <summary>How many bytes fit at most.</summary>
    public int Capacity { get; }

    /// <summary>How many bytes are in it.</summary>
    public int Count { get; private set; }

    /// <summary>An empty one; null if the system has no descriptors left.</summary>
    public static KernelPipe? TryRent()
    {
        try
        {
            return Spare.TryTake(out var pipe) ? pipe : new();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Gives it back; one that is not empty is closed.</summary>
    public void Return()
    {
        if (Count == 0 && Spare.Count < MostSpare)
            Spare.Add(this);
        else
            Dispose();
    }

    /// <summary>Takes in what a descriptor has, without waiting.</summary>
    public KernelMove Fill(SafeHandle from, int most) => Moved(KernelMove.Splice(from, _writeEnd, Math.Min(most, Capacity)), +1);

    /// <summary>Gives to a descriptor what it takes, without waiting if it is a pipe or does not block.</summary>
    public KernelMove Drain(SafeHandle to) => Moved(KernelMove.Splice(_readEnd, to, Count), -1);

    /// <summary>Takes out what is in it.</summary>
    public unsafe byte[] ReadAll()
    {
        var bytes = new byte[Count];
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
                done += (int)Math.Max(0, Descriptors.Read(_readEnd, start + done, bytes.Length - done));
        }
        Count = 0;
        return bytes;
    }

    public void Dispose()
    {
        _readEnd.Dispose();
        _writeEnd.Dispose();
    }

    private KernelMove Moved(KernelMove move, int sign)
    {
        Count += sign * Math.Max(0, move.Count);
        return move;
    }

    [LibraryImport("libc")]
    private static partial int fcntl(SafeFileHandle descriptor, int command, int argument);

    private const int SetPipeSize = 1031;    // F_SETPIPE_SZ
    private const int GetPipeSize = 1032;    // F_GETPIPE_SZ
    private const int WantedCapacity = 1024 * 1024;
    private const int MostSpare = 64;
}
