using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Sockeye.Tool.Platform;

/// <summary>Standard input, output and error as plain streams over their descriptors.</summary>
/// <remarks>
/// The Console's own streams hide a reader that has gone, and set the terminal up for line editing of their own; a
/// FileStream on a redirected descriptor keeps an offset of its own, which the shell's next command then overwrites.
/// </remarks>
internal static class StandardStreams
{
    /// <summary>
    /// Puts /dev/null in the place of each that we were started without: as input it is at its end, as output it takes
    /// nothing. Otherwise the next socket or pipe gets the descriptor, and what we print goes to a peer.
    /// </summary>
    public static void FillGaps()
    {
        if (OperatingSystem.IsWindows())
            return;
        int lowest;
        do
            lowest = Unix.OpenToRead("/dev/null");
        while (lowest is 0 or 1 or 2);
        if (lowest > 2)
            Unix.Close(lowest);
    }

    public static Stream Input => field ??= OperatingSystem.IsWindows() ? Console.OpenStandardInput() : Of(0, FileAccess.Read, "standard input");

    public static Stream Output => field ??= OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : Of(1, FileAccess.Write, "standard output");

    public static Stream Error => field ??= OperatingSystem.IsWindows() ? Console.OpenStandardError() : Of(2, FileAccess.Write, "standard error");

    [UnsupportedOSPlatform("windows")]
    private static DescriptorStream Of(int descriptor, FileAccess access, string name) =>
        new(new SafeFileHandle(descriptor, ownsHandle: false), access, name);
}
