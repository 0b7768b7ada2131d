using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// Waits for connections at an address, over TCP or a Unix socket. Listening never looks a name up; what an address
/// means here:
/// <list type="table">
/// <item><term><c>127.0.0.1:80</c>, <c>[::1]:80</c></term><description>that address (<c>[::]</c>: every IPv6 address, no
/// IPv4 one)</description></item>
/// <item><term><c>localhost:80</c></term><description>127.0.0.1 and ::1, as far as they exist, at one and the same
/// port</description></item>
/// <item><term><c>*:80</c>, <c>:80</c>, <c>80</c></term><description>every address of this machine, of both
/// families</description></item>
/// <item><term><c>unix:/path</c></term><description>a socket file, which is removed when the listener closes (unless
/// another has taken its place)</description></item>
/// <item><term><c>unix:@name</c></term><description>an abstract name (Linux)</description></item>
/// </list>
/// Port 0 is a free port of the system's choice: <see cref="LocalAddress"/> says which.
/// </summary>
/// <remarks>
/// A program that ended can listen at its port again at once, while connections of its former life linger; but a second
/// program is always refused, unless both ask for <see cref="ListenOptions.ReusePort"/>. Accepting from several tasks at
/// once is allowed: each connection goes to one of them.
/// </remarks>
/// <example>
/// <code>
/// await using var listener = Listener.Listen("localhost:0");
/// Console.WriteLine($"Listening at {listener.LocalAddress}");
/// await using var peer = await listener.AcceptAsync();
/// await peer.Lines.WriteLineAsync($"Welcome, {peer.RemoteAddress}");
/// </code>
/// </example>
public sealed class Listener : IAsyncDisposable
{
    private readonly Transport _transport;
    private readonly Binding _binding;
    private readonly AcceptQueue _queue;
    private volatile bool _disposed;

    private Listener(Transport transport, Binding binding, ListenOptions options)
    {
        _transport = transport;
        _binding = binding;
        _queue = AcceptQueue.Over(binding.Sockets, options.Engine);
        Options = options;
    }

    /// <summary>Listens at an address in text form; a bare port or <c>*</c> means all addresses.</summary>
    /// <param name="address">For example <c>localhost:8080</c>, <c>*:http</c>, <c>51444</c> or <c>unix:/run/app.sock</c>.</param>
    /// <param name="options">How to bind and accept. Defaults to <see cref="ListenOptions"/>'s defaults.</param>
    /// <returns>A listener whose callers are already being queued.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/> or
    /// <see cref="NetErrorKind.UnknownService"/>: the text is no address to listen at;
    /// and those of <see cref="Listen(Address, ListenOptions?)"/>.</exception>
    public static Listener Listen(string address, ListenOptions? options = null) =>
        Listen(Address.ParseListening(address, services: (options ?? ListenOptions.Default).Services), options);

    /// <summary>Listens at an address.</summary>
    /// <param name="address">A literal address, <c>localhost</c> or <c>*</c> with a port, or a Unix path or name.</param>
    /// <param name="options">How to bind and accept. Defaults to <see cref="ListenOptions"/>'s defaults.</param>
    /// <returns>A listener whose callers are already being queued.</returns>
    /// <exception cref="NetException">
    /// <see cref="NetErrorKind.AddressInUse"/>: another program has the port or path;
    /// <see cref="NetErrorKind.AddressUnavailable"/>: not an address of this machine;
    /// <see cref="NetErrorKind.AccessDenied"/>: a port under 1024, or a directory of somebody else;
    /// <see cref="NetErrorKind.NotFound"/>: the directory of a Unix path does not exist;
    /// <see cref="NetErrorKind.InvalidAddress"/>: a host name, or a datagram address;
    /// <see cref="NetErrorKind.Unsupported"/>: this system lacks the family, abstract names or shared ports, or the address is
    /// <c>tls://</c> and <see cref="ListenOptions.Layers"/> has no TLS;
    /// <see cref="NetErrorKind.ResourceExhausted"/>: out of descriptors.
    /// </exception>
    public static Listener Listen(Address address, ListenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= ListenOptions.Default;
        if (address.Carrier is not (Transport.Tcp or Transport.Unix))
        {
            throw new NetException(
                NetErrorKind.InvalidAddress, NetOperation.Listen,
                "datagrams come without connections: bind a DatagramSocket there", address);
        }
        ConnectionLayers.RequireTls(address, options.Layers, NetOperation.Listen);
        PrepareLoops(address, options.Engine);
        var binding = Binding.Bind(address, new()
        {
            CreateSocket = CreateSocket,
            Activate = socket => socket.Listen(options.Backlog),
            ReusePort = options.ReusePort,
            ReplaceStalePath = options.ReplaceStalePath,
        });
        try
        {
            return new(address.Carrier, binding, options);
        }
        catch (IOException error)
        {
            binding.Dispose();
            throw ErrorMap.From(error, NetOperation.Listen, address);
        }
    }

    /// <summary>The first of <see cref="LocalAddresses"/>.</summary>
    public Address LocalAddress => LocalAddresses[0];

    /// <summary>Every address listened at, with the actual port; <c>*</c> stays <c>*</c>. Known also after closing.</summary>
    public IReadOnlyList<Address> LocalAddresses => _binding.LocalAddresses;

    /// <summary>How it binds and accepts.</summary>
    internal ListenOptions Options { get; }

    /// <summary>Waits for the next connection and puts <see cref="ListenOptions.Layers"/> on it, within
    /// <see cref="ListenOptions.LayerTimeout"/>.</summary>
    /// <param name="cancel">Gives up waiting; an <see cref="OperationCanceledException"/> follows. A caller that had
    /// come already is not lost: the next call returns it.</param>
    /// <returns>An open connection, the caller's to close.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.ResourceExhausted"/>: out of descriptors, and the caller
    /// still waits; a later call may succeed. What a layer throws: that connection is gone, and the next call waits for
    /// another.</exception>
    /// <exception cref="ObjectDisposedException">The listener was closed, before or while waiting.</exception>
    public async ValueTask<Connection> AcceptAsync(CancellationToken cancel = default)
    {
        var connection = await AcceptBareAsync(Options.Connection, cancel).ConfigureAwait(false);
        return await ConnectionLayers.ApplyAsync(
            Options.Layers, connection, LocalAddress, Options.LayerTimeout, spent: TimeSpan.Zero, Options.Connection.Time, cancel).ConfigureAwait(false);
    }

    /// <summary>The next connection before its layers: what <see cref="Server"/> takes.</summary>
    internal async ValueTask<Connection> AcceptBareAsync(ConnectionOptions options, CancellationToken cancel)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                var socket = await _queue.AcceptAsync(cancel).ConfigureAwait(false);
                var connection = Connection.FromSocket(socket, _transport, address: null, options, ReadinessLoops.ForAccepting(Options.Engine));
                if (Options.Access?.ReasonToRefuse(connection.RemoteAddress) is not { } reason)
                    return connection;
                Refuse(connection, reason);
            }
            catch (Exception) when (_disposed)
            {
                cancel.ThrowIfCancellationRequested();
                throw new ObjectDisposedException(nameof(Listener), "the listener was closed");
            }
            catch (SocketException error) when (ConcernsOneCaller(error.SocketErrorCode))
            {
                // It gave up before it was accepted: the next one.
            }
            catch (NetException)
            {
                // It gave up before its ends could be asked for.
            }
            catch (SocketException error)
            {
                throw ErrorMap.From(error, NetOperation.Accept, LocalAddress);
            }
        }
    }

    /// <summary>Sends a caller away.</summary>
    internal void Refuse(Connection caller, string reason)
    {
        caller.Abort();
        Callbacks.Tell(Options.OnRefused, caller.RemoteAddress, reason);
    }

    /// <summary>Stops listening: later callers are refused, those not accepted yet are cut off, and a pending
    /// <see cref="AcceptAsync"/> ends with <see cref="ObjectDisposedException"/>. Accepted connections stay.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    internal void Close()
    {
        _disposed = true;
        _queue.Dispose();
        _binding.Dispose();
    }

    private static void PrepareLoops(Address address, SocketEngine engine)
    {
        try
        {
            ReadinessLoops.Prepare(engine);
        }
        catch (IOException error)
        {
            throw ErrorMap.From(error, NetOperation.Listen, address);
        }
    }

    private static Socket CreateSocket(AddressFamily family) => new(
        family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);

    /// <summary>accept(2): an aborted connection, or a network error already pending on the new one.</summary>
    private static bool ConcernsOneCaller(SocketError error) => error
        is SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.NetworkDown
        or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable
        or SocketError.TimedOut or SocketError.ProtocolOption;
}
