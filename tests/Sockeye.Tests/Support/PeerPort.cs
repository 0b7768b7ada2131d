using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tests.Support;

/// <summary>Ports for programs that cannot be asked to choose one themselves, and when somebody has come to listen there.</summary>
internal static class PeerPort
{
    private static int _last = Environment.ProcessId;

    /// <summary>A port that nobody has, for TCP and UDP, outside the range from which the system gives ports to others.</summary>
    public static int Choose()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Add(ref _last, Stride) % Count);
            if (IsFree(port, SocketType.Stream) && IsFree(port, SocketType.Dgram))
                return port;
        }
    }

    /// <summary>Completes once somebody listens on the TCP port.</summary>
    public static Task TcpListenerAsync(int port) => AppearsAsync("tcp", entry => IsAt(entry, port) && entry[3] == TcpListening);

    /// <summary>Completes once somebody has the UDP port.</summary>
    public static Task UdpSocketAsync(int port) => AppearsAsync("udp", entry => IsAt(entry, port));

    /// <summary>Completes once somebody listens at the Unix path, or has a datagram socket there.</summary>
    public static Task UnixSocketAsync(string path) => AppearsAsync("unix", entry =>
        entry is [_, _, _, var flags, var type, _, _, var bound] && bound == path && (flags == UnixListening || type == UnixDatagram));

    private static bool IsFree(int port, SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, type, ProtocolType.Unspecified) { DualMode = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Looks into the kernel's table until it has such an entry: no connection is used up by asking.</summary>
    private static async Task AppearsAsync(string table, Predicate<string[]> isWanted)
    {
        using var guard = new CancellationTokenSource(RunningProgram.HangGuard);
        while (!Array.Exists(Entries(table), isWanted))
            await Task.Delay(TimeSpan.FromMilliseconds(5), guard.Token);
    }

    private static string[][] Entries(string table) =>
        [.. new[] { $"/proc/net/{table}", $"/proc/net/{table}6" }.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(entry => entry.Length > 3)];

    private static bool IsAt(string[] entry, int port) =>
        entry[1].EndsWith(":" + port.ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private const int First = 20_000;
    private const int Count = 12_000;
    private const int Stride = 7;

    // As the kernel writes them: TCP_LISTEN, SO_ACCEPTCON, SOCK_DGRAM.
    private const string TcpListening = "0A";
    private const string UnixListening = "00010000";
    private const string UnixDatagram = "0002";
}
