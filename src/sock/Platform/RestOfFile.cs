using Microsoft.Win32.SafeHandles;

namespace Sockeye.Tool.Platform;

/// <summary>How much there is to read, where that is known beforehand.</summary>
internal static class RestOfFile
{
    /// <summary>Bytes from where the descriptor stands to the end of its file; null of a pipe, a terminal, or what has no size.</summary>
    public static long? Of(int descriptor)
    {
        if (OperatingSystem.IsWindows() || Unix.Seek(descriptor, 0, FromHere) is not (>= 0 and var here))
            return null;
        using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
        return RandomAccess.GetLength(handle) - here is > 0 and var left ? left : null;
    }

    private const int FromHere = 1;
}
