using System.Net.Sockets;

namespace Sockeye;

/// <summary>SKELETON: the only classifier: turns what the platform throws into a <see cref="NetException"/>.</summary>
internal static class ErrorMap
{
    /// <summary>Maps a SocketException, IOException or ObjectDisposedException; passes a NetException through.</summary>
    public static NetException From(Exception error, NetOperation operation, Address? address = null, Address? local = null, Address? remote = null)
        => throw new NotImplementedException();

    /// <summary>Maps a bare socket error code.</summary>
    public static NetException From(SocketError error, NetOperation operation, Address? address = null, Address? local = null, Address? remote = null)
        => From(new SocketException((int)error), operation, address, local, remote);
}
