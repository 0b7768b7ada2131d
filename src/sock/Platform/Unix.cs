using System.Runtime.InteropServices;

namespace Sockeye.Tool.Platform;

/// <summary>The few calls of the C library that the standard streams, and programs that are started, need.</summary>
internal static unsafe partial class Unix
{
    public const short PollIn = 1;
    public const short PollOut = 4;
    public const int Interrupted = 4;

    public static int TryAgain => OperatingSystem.IsLinux() ? 11 : 35;

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant();

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    /// <summary>Opens the file at the lowest descriptor that is free.</summary>
    public static int OpenToRead(string path) => Open(path, flags: 0);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>Where a file then stands; negative for what has no such thing.</summary>
    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offset, int origin);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    public static partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint Signal(int signal, nint handler);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Received;
    }
}
