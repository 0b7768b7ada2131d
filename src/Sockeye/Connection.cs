using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Sockeye.Links;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// A connected stream that knows both ends of its conversation. Read and write it as bytes (it is a
/// <see cref="Stream"/>) or through <see cref="Lines"/>; both views share the same buffers, so nothing is lost between
/// them. One reader and one writer at a time may use it.
/// </summary>
/// <remarks>
/// Every failure is a <see cref="NetException"/>, in the asynchronous and the synchronous members alike; the caller's
/// cancellation is an <see cref="OperationCanceledException"/>; a read of 0 bytes is the peer's clean end. A cancelled or
/// timed-out read loses nothing and may be repeated. A cancelled or timed-out write leaves the peer with an unknown
/// part of it: later writes fail and closing becomes a reset, so that the peer cannot take the part for the whole.
/// </remarks>
/// <example>
/// <code>
/// await using var connection = await Connection.ConnectAsync("localhost", "http");
/// await connection.Lines.WriteAsync("GET / HTTP/1.0\r\n\r\n");
/// Console.WriteLine(await connection.Lines.ReadLineAsync());
/// await connection.CloseAsync();
/// </code>
/// </example>
public sealed partial class Connection : Stream
{
    private readonly Link _link;
    private readonly ConnectionOptions _options;
    private readonly Address? _dialled;
    private Lines? _lines;

    private Connection(Link link, ConnectionOptions options, Address? dialled = null, ConnectReport? report = null)
    {
        (_link, _options, _dialled, Report) = (link, options, dialled, report);
        _idleTimeout = options.IdleTimeout;
        if (link is not LayerLink)
            Telemetry.Opened();
    }

    /// <summary>Connects to an address in text form, such as <c>localhost:http</c>, <c>[::1]:80</c> or <c>unix:/run/x</c>.</summary>
    /// <param name="address">What <see cref="Address.Parse"/> takes.</param>
    /// <param name="options">Limits and choices. Defaults to the options' own defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="NetException">As of <see cref="ConnectAsync(Address, ConnectOptions, CancellationToken)"/>.</exception>
    [OverloadResolutionPriority(1)]    // so that ConnectAsync("host:port", new() { ... }) means options, not a port
    public static ValueTask<Connection> ConnectAsync(
        string address, ConnectOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Parse(address, services: options?.Services), options, cancel);

    /// <summary>Connects over TCP to a host and a port given as a number or service name.</summary>
    /// <param name="host">A host name or a literal address.</param>
    /// <param name="port">A port number or the name of a TCP service.</param>
    /// <param name="options">Limits and choices. Defaults to the options' own defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="NetException">As of <see cref="ConnectAsync(Address, ConnectOptions, CancellationToken)"/>.</exception>
    public static ValueTask<Connection> ConnectAsync(
        string host, string port, ConnectOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Tcp(host, port, options?.Services), options, cancel);

    /// <summary>Connects over TCP to a host and a port number.</summary>
    /// <param name="host">A host name or a literal address.</param>
    /// <param name="port">A port number, 1 to 65,535.</param>
    /// <param name="options">Limits and choices. Defaults to the options' own defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="NetException">As of <see cref="ConnectAsync(Address, ConnectOptions, CancellationToken)"/>.</exception>
    public static ValueTask<Connection> ConnectAsync(
        string host, int port, ConnectOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Tcp(host, port), options, cancel);

    /// <summary>Connects to an address: what every other way to connect leads to.</summary>
    /// <param name="address">A TCP or Unix stream address; one that begins with <c>tls://</c> if a layer speaks TLS.</param>
    /// <param name="options">Limits and choices. Defaults to the options' own defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>, <see cref="NetErrorKind.UnknownService"/>, the kinds
    /// of a name look-up, <see cref="NetErrorKind.Refused"/>, <see cref="NetErrorKind.Unreachable"/>,
    /// <see cref="NetErrorKind.TimedOut"/>, <see cref="NetErrorKind.Unsupported"/> for a <c>tls://</c> address where no layer speaks
    /// TLS, or what the local system refuses.</exception>
    public static async ValueTask<Connection> ConnectAsync(
        Address address, ConnectOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= ConnectOptions.Default;
        ConnectionLayers.RequireTls(address, options.Layers, NetOperation.Connect);
        using var activity = Telemetry.StartConnecting(address);
        try
        {
            var started = options.Time.GetTimestamp();
            var connection = await (options.Via ?? Connector.Direct).ConnectAsync(address, options, cancel).ConfigureAwait(false);
            var spent = options.Time.GetElapsedTime(started);
            return await ConnectionLayers.ApplyAsync(options.Layers, connection, address, options.Timeout, spent, options.Time, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (Telemetry.Note(activity, error))
        {
            throw;
        }
    }

    /// <summary>Two connections in memory, each the other's peer, with the manners of a socket: half-close, reset,
    /// back-pressure after 64 KiB.</summary>
    /// <param name="options">Limits and manners of both. Defaults to the options' own defaults.</param>
    /// <returns>The two ends.</returns>
    public static (Connection Client, Connection Server) CreatePair(ConnectionOptions? options = null)
    {
        options ??= ConnectionOptions.Default;
        var (client, server) = MemoryLink.CreatePair();
        return (new Connection(client, options), new Connection(server, options));
    }

    /// <summary>A connection over any stream, which it then owns: lines, limits and one kind of error for it.</summary>
    /// <param name="stream">A readable and writable stream.</param>
    /// <param name="local">Our end, for messages. Defaults to an unnamed one.</param>
    /// <param name="remote">The peer's end, for messages. Defaults to an unnamed one.</param>
    /// <param name="options">Limits and manners. Defaults to the options' own defaults.</param>
    /// <returns>The connection; its sending direction can be ended alone only if the stream is a connection itself.</returns>
    public static Connection Over(
        Stream stream, Address? local = null, Address? remote = null, ConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= ConnectionOptions.Default;
        if (stream is not Connection inner)
            return new Connection(new StreamLink(stream, local ?? Address.Unix("@stream"), remote ?? Address.Unix("@stream")), options);
        var link = new ConnectionLink(inner, local ?? inner.LocalAddress, remote ?? inner.RemoteAddress);
        return new Connection(link, options, inner._dialled, inner.Report);
    }

    /// <summary>The connection that a layer makes of the one below: its limits hold here now, and no longer there, where
    /// bytes also move that are not the user's.</summary>
    internal static Connection Above(Connection inner, LayerLink link)
    {
        var above = new Connection(link, inner._options, inner._dialled, inner.Report)
        {
            IdleTimeout = inner.IdleTimeout,
            ReadTimeout = inner.ReadTimeout,
            WriteTimeout = inner.WriteTimeout,
        };
        inner.IdleTimeout = Timeout.InfiniteTimeSpan;
        inner.ReadTimeout = inner.WriteTimeout = Timeout.Infinite;
        return above;
    }

    /// <summary>A connection over a connected socket, which it then owns; on a loop, or on the stock engine for null.</summary>
    internal static Connection FromSocket(
        Socket socket, Transport transport, Address? address, ConnectionOptions options, ReadinessLoop? loop = null, ConnectReport? report = null)
    {
        try
        {
            if (transport == Transport.Tcp)
                socket.NoDelay = options.NoDelay;
            SocketLink link = loop is null ? new StockLink(socket, transport) : new LoopLink(socket, transport, loop);
            return new Connection(link, options, address, report);
        }
        catch (Exception error) when (ErrorMap.Covers(error))
        {
            socket.Dispose();
            throw ErrorMap.From(error, address is null ? NetOperation.Accept : NetOperation.Connect, address);
        }
    }

    /// <summary>Our end. It can still be asked for after closing.</summary>
    public Address LocalAddress => _link.LocalAddress;

    /// <summary>The peer's end, numeric. It can still be asked for after closing.</summary>
    public Address RemoteAddress => _link.RemoteAddress;

    /// <summary>The peer as the caller gave it, where it was dialled.</summary>
    internal Address Dialled => _dialled ?? RemoteAddress;

    /// <summary>Whether what is sent is encrypted on its way: a TLS layer is at work.</summary>
    public bool IsEncrypted => _link.IsEncrypted;

    /// <inheritdoc cref="Link.Find{T}"/>
    internal T? Find<T>()
        where T : class => _link.Find<T>();

    /// <summary>Which addresses were tried and how long each step took; null where nothing was dialled.</summary>
    public ConnectReport? Report { get; }

    /// <summary>The file-like view: lines, exact counts, text. It shares both buffers with the bytes.</summary>
    public Lines Lines =>
        _lines ?? Interlocked.CompareExchange(ref _lines, new Lines(this, _options.MaxLineLength), null) ?? _lines;

    /// <inheritdoc cref="Link.Post"/>
    internal void Post(IThreadPoolWorkItem work) => _link.Post(work);

    /// <inheritdoc cref="Link.CanCloseWrite"/>
    internal bool CanCloseWrite => _link.CanCloseWrite;

    /// <inheritdoc cref="Link.IsAllAcknowledged"/>
    internal bool IsAllAcknowledged => _link.IsAllAcknowledged;

    /// <inheritdoc cref="Link.HasArrived"/>
    internal bool? HasArrived => _link.HasArrived;

    /// <inheritdoc cref="Link.TakePendingError"/>
    internal Exception? TakePendingError() => _link.TakePendingError();

    /// <summary>Bytes received from the peer so far.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Bytes handed to the system for sending so far.</summary>
    public long BytesSent { get; private set; }
}
