using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>What to bind, and how. <see cref="Listener"/> and <see cref="DatagramSocket"/> differ in nothing else.</summary>
internal sealed record BindingRules
{
    /// <summary>Makes an unbound socket of the right kind.</summary>
    public required Func<AddressFamily, Socket> CreateSocket { get; init; }

    /// <summary>What makes a bound socket ready: listening, for streams. It can still find the port taken.</summary>
    public Action<Socket>? Activate { get; init; }

    /// <summary>Share the port with sockets that ask for the same.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Replace the file of a Unix socket that nobody has open any more.</summary>
    public bool ReplaceStalePath { get; init; }
}

/// <summary>
/// The sockets that one <see cref="Address"/> means on the listening side, bound and ready. No name is ever looked up:
/// <list type="bullet">
/// <item><c>*</c> is one IPv6 socket that takes both families (IPv4 alone where IPv6 is missing);</item>
/// <item><c>localhost</c> is 127.0.0.1 and ::1, as far as they exist, at one and the same port;</item>
/// <item>a literal is that address, <c>[::]</c> every IPv6 address and no IPv4 one;</item>
/// <item>a Unix path is a file, which goes when the binding does; an abstract name (<c>@name</c>) is none.</item>
/// </list>
/// </summary>
internal sealed class Binding : IDisposable
{
    private readonly UnixSocketFile? _file;
    private int _disposed;

    private Binding(IReadOnlyList<Socket> sockets, IReadOnlyList<Address> localAddresses, UnixSocketFile? file = null)
    {
        Sockets = sockets;
        LocalAddresses = localAddresses;
        _file = file;
    }

    /// <exception cref="NetException">Operation <see cref="NetOperation.Listen"/>.</exception>
    public static Binding Bind(Address address, BindingRules rules)
    {
        if (!address.IsUnix)
            return BindIP(address, rules);
        if (rules.ReusePort)
            throw Error(NetErrorKind.Unsupported, "a Unix socket cannot be shared (ReusePort)", address);
        return IsAbstract(address.Path!) ? BindAbstract(address, rules) : BindPath(address, rules);
    }

    /// <summary>One, or two for <c>localhost</c>.</summary>
    public IReadOnlyList<Socket> Sockets { get; }

    /// <summary>Where they are bound, with the actual ports; <c>*</c> stays <c>*</c>.</summary>
    public IReadOnlyList<Address> LocalAddresses { get; }

    /// <summary>Closes the sockets and removes the Unix path, first: so a caller in between meets no dead socket.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _file?.Remove();
        foreach (var socket in Sockets)
            socket.Dispose();
    }

    private static Binding BindIP(Address address, BindingRules rules)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var sockets = BindToOnePort(address, rules);
                return new(sockets, [.. sockets.Select(socket => LocalAddressOf(socket, address))]);
            }
            catch (SocketException error) when (IsClash(error) && address.Port == 0 && attempt < MaxPortAttempts)
            {
                // The port that was free in one family is taken in the other: another port.
            }
            catch (SocketException error)
            {
                throw ErrorMap.From(error, NetOperation.Listen, address);
            }
        }
    }

    private static List<Socket> BindToOnePort(Address address, BindingRules rules)
    {
        var sockets = new List<Socket>(2);
        var hosts = HostsOf(address);
        var port = address.Port;
        foreach (var host in hosts)
        {
            try
            {
                var socket = BindOne(new IPEndPoint(host, port), address, rules);
                sockets.Add(socket);
                port = PortOf(socket);
            }
            catch (SocketException error) when (IsMissing(error) && (sockets.Count > 0 || !host.Equals(hosts[^1])))
            {
                // This machine has localhost in the other family only.
            }
            catch
            {
                sockets.ForEach(socket => socket.Dispose());
                throw;
            }
        }
        return sockets;
    }

    private static IPAddress[] HostsOf(Address address)
    {
        if (address.IsAny)
            return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        return address.ForListening().IP is { } literal ? [literal] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
    }

    private static Socket BindOne(IPEndPoint endPoint, Address address, BindingRules rules)
    {
        var socket = rules.CreateSocket(endPoint.AddressFamily);
        try
        {
            if (OperatingSystem.IsWindows())
                socket.ExclusiveAddressUse = !rules.ReusePort;
            if (rules.ReusePort)
                SharePort(socket, address);
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.IPv6Only, !address.IsAny);
            socket.Bind(endPoint);
            rules.Activate?.Invoke(socket);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>SO_REUSEPORT and nothing else; .NET's own ReuseAddress would allow more than was asked for.</summary>
    private static void SharePort(Socket socket, Address address)
    {
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        else if (OperatingSystem.IsMacOS())
            socket.SetRawSocketOption(0xffff, 0x0200, BitConverter.GetBytes(1));
        else
            throw Error(NetErrorKind.Unsupported, "this system cannot share a port (ReusePort)", address);
    }

    private static Address LocalAddressOf(Socket socket, Address address)
    {
        if (!address.IsAny)
            return Address.From(socket.LocalEndPoint, address.Transport);
        var port = PortOf(socket);
        return Address.OfHost(address.Transport, "*", port);
    }

    private static Binding BindAbstract(Address address, BindingRules rules)
    {
        if (!OperatingSystem.IsLinux())
            throw Error(NetErrorKind.Unsupported, "only Linux has abstract names: give a path", address);
        return new([BindUnix("\0" + address.Path![1..], address, rules)], [address]);
    }

    private static Binding BindPath(Address address, BindingRules rules)
    {
        if (rules.ReplaceStalePath)
            UnixSocketFile.RemoveStale(address.Path!);
        var socket = BindUnix(address.Path!, address, rules);
        return new([socket], [address], UnixSocketFile.Made(address.Path!));
    }

    private static Socket BindUnix(string name, Address address, BindingRules rules)
    {
        Socket? socket = null;
        try
        {
            socket = rules.CreateSocket(AddressFamily.Unix);
            socket.Bind(new UnixBindEndPoint(name));
            rules.Activate?.Invoke(socket);
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw UnixError(error, address);
        }
    }

    private static NetException UnixError(SocketException error, Address address) => IsClash(error)
        ? Error(NetErrorKind.AddressInUse, ReasonInUse(address.Path!), address, error)
        : ErrorMap.From(error, NetOperation.Listen, address);

    private static string ReasonInUse(string path)
    {
        if (IsAbstract(path))
            return "another program has this name";
        return UnixSocketFile.StateOf(path) switch
        {
            UnixPathState.NotASocket => "a file that is no socket is there",
            UnixPathState.Stale => "a program that has ended left its socket there: "
                + "remove the file, or ask for a stale path to be replaced",
            _ => "another program has this path",
        };
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static bool IsAbstract(string path) => path.StartsWith('@');

    private static bool IsClash(SocketException error) => error.SocketErrorCode == SocketError.AddressAlreadyInUse;

    private static bool IsMissing(SocketException error) =>
        error.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;

    private static NetException Error(NetErrorKind kind, string reason, Address address, Exception? inner = null) =>
        new(kind, NetOperation.Listen, reason, address, inner);

    private const int MaxPortAttempts = 32;
}
