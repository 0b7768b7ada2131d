namespace Sockeye.Platform;

/// <summary>Which file a path leads to now: equal only for the very same file, never for one that took its place.</summary>
/// <param name="Device">The file system it is on; 0 where only the time is known.</param>
/// <param name="Inode">Its number there; 0 where only the time is known. Numbers are used again, hence the time.</param>
/// <param name="Ticks">When it was last changed: for a socket, when it was made.</param>
/// <param name="IsSocket">Whether it is a socket. A link to one is not.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Ticks, bool IsSocket)
{
    /// <summary>The identity of the file at a path, or null if there is none to be seen.</summary>
    public static FileIdentity? Of(string path) => OperatingSystem.IsLinux() ? OfStatx(path) : OfAttributes(path);

    private static FileIdentity? OfStatx(string path)
    {
        if (Statx.Of(path) is not { } status)
            return null;
        var device = ((ulong)status.DeviceMajor << 32) | status.DeviceMinor;
        var ticks = status.ChangedSeconds * TimeSpan.TicksPerSecond + status.ChangedNanoseconds / TimeSpan.NanosecondsPerTick;
        return new(device, status.Inode, ticks, status.Type == Statx.Socket);
    }

    /// <summary>
    /// The twin for systems without statx(2). Windows marks sockets as reparse points; on macOS connecting to any other
    /// file says ENOTSOCK, so that the type need not be known here.
    /// </summary>
    private static FileIdentity? OfAttributes(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        var isSocket = !OperatingSystem.IsWindows() || file.Attributes.HasFlag(FileAttributes.ReparsePoint);
        return new(0, 0, file.LastWriteTimeUtc.Ticks, isSocket);
    }
}
