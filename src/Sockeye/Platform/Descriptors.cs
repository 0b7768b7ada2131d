using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sockeye.Platform;

/// <summary>The calls of POSIX that work on any descriptor.</summary>
internal static unsafe partial class Descriptors
{
    public const short Readable = 1;    // POLLIN
    public const short Writable = 4;    // POLLOUT
    public const int Interrupted = 4;   // EINTR

    public static int TryAgain => OperatingSystem.IsLinux() ? 11 : 35;

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeHandle descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeHandle descriptor, byte* buffer, nint count);

    /// <summary>Whether it can be read, or written, without waiting; an end and an error count.</summary>
    public static bool IsReady(SafeHandle descriptor, short readiness) => Wait(descriptor, readiness, null, 0);

    /// <summary>Waits until it can be read or written; an end and an error count. True for that; false if it was woken up.</summary>
    public static bool Wait(SafeHandle descriptor, short readiness, SafeHandle? wakeUp, int milliseconds = -1)
    {
        var (isHeld, isWakeUpHeld) = (false, false);
        try
        {
            descriptor.DangerousAddRef(ref isHeld);
            wakeUp?.DangerousAddRef(ref isWakeUpHeld);
            var polls = stackalloc PollFd[2];
            polls[0] = new() { Descriptor = (int)descriptor.DangerousGetHandle(), Events = readiness };
            polls[1] = new() { Descriptor = wakeUp is null ? -1 : (int)wakeUp.DangerousGetHandle(), Events = Readable };
            // Fails only when a signal came in between: then both are still unset, and it waits again.
            while (Poll(polls, 2, milliseconds) < 0)
            {
            }
            return polls[0].Received != 0;
        }
        finally
        {
            if (isHeld)
                descriptor.DangerousRelease();
            if (isWakeUpHeld)
                wakeUp!.DangerousRelease();
        }
    }

    /// <summary>Whether calls wait in the kernel, where nothing of ours can wake them up.</summary>
    public static bool Blocks(SafeHandle descriptor) => (Control(descriptor, GetFlags) & NonBlocking) == 0;

    /// <summary>A new pipe, which no program that is started inherits.</summary>
    /// <exception cref="IOException">The system has no descriptors left.</exception>
    public static (SafeFileHandle ReadEnd, SafeFileHandle WriteEnd) MakePipe()
    {
        var ends = stackalloc int[2];
        // Only Linux can close them for children at once; elsewhere a child that is just being started may have them for a moment.
        if ((OperatingSystem.IsLinux() ? Pipe2(ends, CloseOnExec) : Pipe(ends)) != 0)
            throw new IOException($"no pipe: {Describe(Marshal.GetLastPInvokeError())}", Marshal.GetLastPInvokeError());
        return (new(ends[0], ownsHandle: true), new(ends[1], ownsHandle: true));
    }

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant();

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollFd* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    private static partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafeHandle descriptor, int command);

    private const int GetFlags = 3;             // F_GETFL
    private static int NonBlocking => OperatingSystem.IsLinux() ? 0x800 : 4;    // O_NONBLOCK
    private const int CloseOnExec = 0x80000;    // O_CLOEXEC

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Received;
    }
}
