using System.Net;
using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>What stands at the path of a Unix socket.</summary>
internal enum UnixPathState
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A socket that a process has open.</summary>
    InUse,

    /// <summary>A socket's file whose process has ended.</summary>
    Stale,

    /// <summary>A file, directory or link of another kind.</summary>
    NotASocket,

    /// <summary>A socket that this user may not reach, so nobody can tell.</summary>
    Unknown,
}

/// <summary>The file that binding a Unix socket makes and that nobody but us removes again.</summary>
internal sealed class UnixSocketFile
{
    private readonly string _path;
    private readonly FileIdentity? _identity;

    private UnixSocketFile(string path)
    {
        _path = path;
        _identity = FileIdentity.Of(path);
    }

    /// <summary>Takes note of the file that binding has just made.</summary>
    public static UnixSocketFile Made(string path) => new(Path.GetFullPath(path));

    /// <summary>Removes the file, unless another has taken its place since.</summary>
    public void Remove()
    {
        if (_identity is not null && FileIdentity.Of(_path) == _identity)
            TryDelete(_path);
    }

    /// <summary>Makes way for a new socket if what stands there is stale.</summary>
    public static void RemoveStale(string path)
    {
        if (StateOf(path) == UnixPathState.Stale)
            TryDelete(path);
    }

    /// <summary>Looks without disturbing: a socket of the wrong type is told so, and never reaches the program there.</summary>
    public static UnixPathState StateOf(string path)
    {
        if (FileIdentity.Of(path) is not { } file)
            return Directory.Exists(path) ? UnixPathState.NotASocket : UnixPathState.Free;
        if (!file.IsSocket)
            return UnixPathState.NotASocket;
        // Windows knows streams only; there the probe shows up as a connection that ends at once.
        var first = OperatingSystem.IsWindows() ? SocketType.Stream : SocketType.Dgram;
        return Probe(path, first) switch
        {
            // Datagram sockets take the datagram probe; either answer means that somebody has it open.
            SocketError.Success or SocketError.ProtocolType or SocketError.WouldBlock => UnixPathState.InUse,
            SocketError.ConnectionRefused => UnixPathState.Stale,
            SocketError.NotSocket => UnixPathState.NotASocket,
            _ => UnixPathState.Unknown,
        };
    }

    private static SocketError Probe(string path, SocketType type)
    {
        using var probe = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays; the next program to bind there is told that it is stale.
        }
    }
}

/// <summary>
/// The end point of a Unix socket to bind to. .NET deletes the file of a <see cref="UnixDomainSocketEndPoint"/> that a
/// socket was bound to when the socket closes, whosever it is by then; it leaves an end point of its own kind alone.
/// </summary>
internal sealed class UnixBindEndPoint(string path) : EndPoint
{
    private readonly UnixDomainSocketEndPoint _endPoint = new(path);

    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override SocketAddress Serialize() => _endPoint.Serialize();

    public override EndPoint Create(SocketAddress socketAddress) => _endPoint.Create(socketAddress);
}
