using System.Runtime.InteropServices;

namespace Sockeye.Platform;

/// <summary>statx(2), Linux's one answer about a file that is laid out alike on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal partial struct Statx
{
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(112)] public long ChangedSeconds;
    [FieldOffset(120)] public uint ChangedNanoseconds;
    [FieldOffset(128)] public uint SpecialMajor;
    [FieldOffset(132)] public uint SpecialMinor;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;

    /// <summary>What kind of file it is: one of the constants below.</summary>
    public readonly int Type => Mode & TypeMask;

    /// <summary>Whether it is /dev/null.</summary>
    public readonly bool IsNullDevice => (Type, SpecialMajor, SpecialMinor) is (Character, 1, 3);

    /// <summary>Of the file at a path, of a link itself; null if there is none to be seen.</summary>
    public static unsafe Statx? Of(string path)
    {
        Statx status;
        return statx(CurrentDirectory, path, DoNotFollowLinks, BasicFields, &status) == 0 ? status : null;
    }

    /// <summary>Of what a descriptor stands for.</summary>
    public static unsafe Statx? Of(SafeHandle descriptor)
    {
        Statx status;
        return statx(descriptor, "", OfDescriptor, BasicFields, &status) == 0 ? status : null;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint fields, Statx* status);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(SafeHandle descriptor, string path, int flags, uint fields, Statx* status);

    public const int Pipe = 0x1000;             // S_IFIFO
    public const int Regular = 0x8000;          // S_IFREG
    public const int Socket = 0xc000;           // S_IFSOCK
    private const int Character = 0x2000;       // S_IFCHR
    private const int TypeMask = 0xf000;        // S_IFMT
    private const int CurrentDirectory = -100;  // AT_FDCWD
    private const int DoNotFollowLinks = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int OfDescriptor = 0x1000;    // AT_EMPTY_PATH
    private const uint BasicFields = 0x7ff;     // STATX_BASIC_STATS
}
