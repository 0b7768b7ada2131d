using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>Files as a shell's <c>&gt;&gt;</c> opens them, where each write goes behind what is there: .NET's own way only begins there.</summary>
internal static class AppendOnly
{
    public static SafeFileHandle Open(string path)
    {
        var descriptor = Open(path, WriteOnly | Append);
        Assert.True(descriptor >= 0, $"{path} cannot be opened");
        return new(descriptor, ownsHandle: true);
    }

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    private const int WriteOnly = 1;      // O_WRONLY
    private const int Append = 0x400;     // O_APPEND
}
