using System.Runtime.InteropServices;

namespace Sockeye.Tool.Platform;

/// <summary>
/// Lets programs that we start be ended by SIGPIPE when they write to nobody, as is usual. .NET ignores that signal, and
/// what is ignored stays so in a program that is started; what has a handler does not.
/// </summary>
internal static class BrokenPipes
{
    /// <summary>From now on. Our own writes fail as before, with an error.</summary>
    public static void EndPrograms()
    {
        if (!OperatingSystem.IsWindows())
            Unix.Signal(SIGPIPE, NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), HarmlessFunction));
    }

    private const int SIGPIPE = 13;

    // A handler may not be managed code. This one of the C library takes a number, too, and does nothing to anything.
    private const string HarmlessFunction = "abs";
}
