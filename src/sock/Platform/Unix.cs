using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sockeye.Tool.Platform;

/// <summary>The few calls of the C library that the standard streams, and programs that are started, need.</summary>
internal static partial class Unix
{
    /// <summary>Opens the file at the lowest descriptor that is free.</summary>
    public static int OpenToRead(string path) => Open(path, flags: 0);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>Has the file stand at its end; what has no such thing stays where it is.</summary>
    public static void SeekEnd(SafeFileHandle file) => _ = Seek(file, 0, End);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(SafeFileHandle file, long offset, int origin);

    private const int End = 2;    // SEEK_END

    /// <summary>Where a file then stands; negative for what has no such thing.</summary>
    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offset, int origin);

    /// <summary>How many columns the terminal has that is standard output; null where it cannot be told. .NET, asked that, would
    /// set the terminal up for reading keys.</summary>
    public static unsafe int? Columns()
    {
        var size = stackalloc ushort[4];    // struct winsize: rows, columns, and both in pixels
        return OperatingSystem.IsLinux() && GetWindowSize(1, WindowSize, size) == 0 && size[1] > 0 ? size[1] : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int GetWindowSize(int descriptor, nint request, ushort* size);

    private const nint WindowSize = 0x5413;    // TIOCGWINSZ

    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint Signal(int signal, nint handler);
}
