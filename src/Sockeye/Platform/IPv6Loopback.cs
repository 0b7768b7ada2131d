using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>Whether this machine has the address ::1: the kernel may speak IPv6 and have it switched off all the same,
/// as many containers do.</summary>
internal static class IPv6Loopback
{
    public static bool Exists
    {
        get
        {
            if (!Socket.OSSupportsIPv6 || !OperatingSystem.IsLinux())
                return Socket.OSSupportsIPv6;
            try
            {
                return File.ReadAllText("/proc/net/if_inet6").Contains("00000000000000000000000000000001 ", StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
