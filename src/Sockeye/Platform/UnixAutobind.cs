using System.Net;
using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>
/// A name for a Unix datagram socket that did not ask for one: without a name it cannot be answered. Linux gives out
/// abstract names itself (unix(7), "Autobind feature"); elsewhere the name is a file in the directory for temporary ones.
/// </summary>
internal static class UnixAutobind
{
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Binds to a free abstract name of the kernel's choice, five hexadecimal digits long.</summary>
    public static void Bind(Socket socket) => socket.Bind(new EndPointWithoutName());

    /// <summary>The twin for other systems: a path that nobody else has.</summary>
    public static string TemporaryPath() => Path.Combine(Path.GetTempPath(), $"sockeye-{Guid.NewGuid():N}");

    /// <summary>An address that is its family and nothing else.</summary>
    private sealed class EndPointWithoutName : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Unix;

        public override SocketAddress Serialize() => new(AddressFamily.Unix, sizeof(ushort));

        public override EndPoint Create(SocketAddress socketAddress) =>
            new UnixDomainSocketEndPoint("/").Create(socketAddress);
    }
}
