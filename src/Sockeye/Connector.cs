using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>The direct way to an address: looks its host up, tries its addresses by Happy Eyeballs (RFC 8305), and
/// keeps the cause of every attempt that failed.</summary>
/// <remarks>What <see cref="Connection.ConnectAsync(Address, ConnectOptions?, CancellationToken)"/> uses if
/// <see cref="ConnectOptions.Via"/> does not say otherwise. Use it inside an <see cref="IConnector"/> of your own.</remarks>
public sealed class Connector : IConnector
{
    private Connector() { }

    /// <summary>The one there is: it keeps nothing between calls.</summary>
    public static Connector Direct { get; } = new();

    /// <summary>Connects within <see cref="ConnectOptions.Timeout"/>, look-up included.</summary>
    /// <param name="target">A TCP or Unix stream address; of one at which TLS is spoken, the TCP beneath it.</param>
    /// <param name="options">Limits and choices. <see cref="ConnectOptions.Via"/> and <see cref="ConnectOptions.Layers"/> are not looked at.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>An open connection that knows how it came about (<see cref="Connection.Report"/>).</returns>
    /// <exception cref="NetException">Nothing can be reached there (<see cref="NetErrorKind.InvalidAddress"/>), the name cannot be looked
    /// up (<see cref="NetErrorKind.NameNotFound"/>, <see cref="NetErrorKind.NameServerFailed"/>), no address answered as it should
    /// (<see cref="NetErrorKind.Refused"/> if one did so, else <see cref="NetErrorKind.TimedOut"/>, <see cref="NetErrorKind.Unreachable"/>),
    /// or this machine does not allow it (<see cref="NetErrorKind.AddressUnavailable"/> and <see cref="NetErrorKind.AddressInUse"/> for a
    /// source, <see cref="NetErrorKind.NotFound"/> for a path, <see cref="NetErrorKind.ResourceExhausted"/>, ...).</exception>
    public async ValueTask<Connection> ConnectAsync(Address target, ConnectOptions options, CancellationToken cancel = default)
    {
        var loop = LoopFor(target, options);
        var (socket, report) = await DialAsync(target, options, loop, cancel).ConfigureAwait(false);
        return Connection.FromSocket(socket, target.Carrier, target, options.Connection, loop, report);
    }

    private static ReadinessLoop? LoopFor(Address target, ConnectOptions options)
    {
        try
        {
            return ReadinessLoops.ForDialling(options.Engine);
        }
        catch (IOException error)
        {
            throw ErrorMap.From(error, NetOperation.Connect, target);
        }
    }

    /// <summary>The connected socket, and how it came about.</summary>
    internal static async Task<(Socket Socket, ConnectReport Report)> DialAsync(
        Address target, ConnectOptions options, ReadinessLoop? loop, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        cancel.ThrowIfCancellationRequested();
        using var limit = new TimeLimit(options.Timeout, options.Time, cancel);
        var dial = new Dial(target, options, limit, (remote, stop) => OpenAsync(remote, target, options, loop, stop));
        var socket = await dial.RunAsync(cancel).ConfigureAwait(false);
        return (socket, dial.Report);
    }

    /// <summary>One attempt: a socket of the address's own family, bound to the source if there is one, and connected.</summary>
    private static async Task<Socket> OpenAsync(
        EndPoint remote, Address target, ConnectOptions options, ReadinessLoop? loop, Func<CancellationToken> stop)
    {
        var protocol = remote is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (options.Source is { } source)
                Bind(socket, source, target, remote);
            await ConnectAsync(socket, remote, options, loop, stop).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Bind(Socket socket, Address source, Address target, EndPoint remote)
    {
        var isIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        var ip = !source.IsAny ? source.IP! : isIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        try
        {
            socket.Bind(new IPEndPoint(ip, source.Port));
        }
        catch (SocketException e)
        {
            throw ErrorMap.From(e, NetOperation.Connect, target, source, Address.From(remote, target.Transport));
        }
    }

    private static async Task ConnectAsync(
        Socket socket, EndPoint remote, ConnectOptions options, ReadinessLoop? loop, Func<CancellationToken> stop)
    {
        try
        {
            await (loop?.ConnectAsync(socket, remote, stop) ?? socket.ConnectAsync(remote, stop())).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock && remote is UnixDomainSocketEndPoint)
        {
            // The listener's queue is full. Linux says so at once, where over TCP the kernel would go on trying.
            await Task.Delay(QueueFullDelay, options.Time, stop()).ConfigureAwait(false);
            await ConnectAsync(socket, remote, options, loop, stop).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable && options.Source is { Port: > 0 })
        {
            // Bound already: what is not free is the pair of both ends.
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }
        if (HasMetItself(socket, remote))
            throw new SocketException((int)SocketError.ConnectionRefused);
    }

    /// <summary>A port of this machine where nobody listens, and which was given to this very socket as its own: TCP's
    /// simultaneous open then connects it to itself.</summary>
    internal static bool HasMetItself(Socket socket, EndPoint remote) =>
        remote is IPEndPoint { Port: var port }
        && socket.LocalEndPoint is IPEndPoint local
        && local.Port == port
        && local.Equals(socket.RemoteEndPoint);

    private static readonly TimeSpan QueueFullDelay = TimeSpan.FromMilliseconds(20);
}
