using System.Diagnostics;

namespace Sockeye;

/// <summary>Talks with one connection, in a task of its own.</summary>
/// <remarks>
/// When it returns, the server closes the connection politely, so that everything written arrives. When it throws an
/// error of this very connection (a <see cref="NetException"/> with its <see cref="NetException.RemoteAddress"/>: reset,
/// idle for too long, a line too long), the connection is closed likewise. When it throws anything else, the connection is
/// aborted: the peer sees a reset and cannot take half an answer for the whole.
/// </remarks>
/// <param name="peer">The connection. The server closes it; the handler may close it first.</param>
/// <param name="cancel">Cancelled when the drain limit has passed, not when stopping begins.</param>
public delegate Task ConnectionHandler(Connection peer, CancellationToken cancel);

/// <summary>
/// Serves many connections at once: accepts them, gives each to a handler, closes it afterwards, and stops in order.
/// Nothing that one connection or its handler does harms another.
/// </summary>
/// <remarks>
/// Stopping has three steps. Accepting ends at once: later callers are refused, and those whose layers (a TLS handshake)
/// are still at work are aborted, which counts for nothing. Connections may come to their own end within <see cref="ServerOptions.DrainTimeout"/>. Then the rest are aborted and their handlers' token is cancelled; a
/// handler that has not returned one second later is left behind, and the server has stopped all the same.
/// </remarks>
/// <example>
/// <code>
/// await using var server = Server.Start("localhost:0", async (peer, cancel) =>
/// {
///     while (await peer.Lines.ReadLineAsync(cancel) is { } line)
///         await peer.Lines.WriteLineAsync(line.ToUpperInvariant(), cancel);
/// });
/// Console.WriteLine($"Server is running on port {server.LocalAddress.Port}");
/// await server.StopAsync();
/// </code>
/// </example>
public sealed class Server : IAsyncDisposable
{
    private readonly Listener _listener;
    private readonly Func<CancellationToken, ValueTask<Connection>> _accept;
    private readonly ConnectionHandler _handler;
    private readonly ServerOptions _options;
    private readonly Func<ServedConnection, Task> _serve;
    private readonly ServedConnections _served = new();
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly Task<int> _running;
    private readonly CancellationTokenRegistration _stopRegistration;

    private Server(
        Listener listener,
        Func<CancellationToken, ValueTask<Connection>> accept,
        ConnectionHandler handler,
        ServerOptions options,
        CancellationToken stop)
    {
        _listener = listener;
        _accept = accept;
        _handler = handler;
        _options = options;
        _serve = ServeAsync;
        _places = new(options.MaxConnections);
        _running = StartDetached(RunAsync);
        _stopRegistration = stop.UnsafeRegister(static server => _ = ((Server)server!).StopAsync(), this);
    }

    /// <summary>Listens at an address in text form and starts serving.</summary>
    /// <param name="address">What <see cref="Listener.Listen(string, ListenOptions?)"/> takes: for example
    /// <c>localhost:8080</c>, <c>*:http</c> or <c>unix:/run/app.sock</c>.</param>
    /// <param name="handler">Talks with one connection.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="ServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server as <see cref="StopAsync"/> does; no exception follows.</param>
    /// <returns>A server that is accepting already.</returns>
    /// <exception cref="NetException">Those of <see cref="Listener.Listen(string, ListenOptions?)"/>.</exception>
    public static Server Start(
        string address, ConnectionHandler handler, ServerOptions? options = null, CancellationToken stop = default) =>
        Start(Address.ParseListening(address, services: (options ?? ServerOptions.Default).Listen.Services), handler, options, stop);

    /// <summary>Listens at an address and starts serving.</summary>
    /// <param name="address">A literal address, <c>localhost</c> or <c>*</c> with a port, or a Unix path or name.</param>
    /// <param name="handler">Talks with one connection.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="ServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server as <see cref="StopAsync"/> does; no exception follows.</param>
    /// <returns>A server that is accepting already.</returns>
    /// <exception cref="NetException">Those of <see cref="Listener.Listen(Address, ListenOptions?)"/>.</exception>
    public static Server Start(
        Address address, ConnectionHandler handler, ServerOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= ServerOptions.Default;
        return Start(Listener.Listen(address, options.Listen), handler, options, stop);
    }

    /// <summary>Serves the connections of a listener, which it then owns and closes.</summary>
    /// <param name="listener">Where connections come from; its own options hold, not <see cref="ServerOptions.Listen"/>.</param>
    /// <param name="handler">Talks with one connection.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="ServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server as <see cref="StopAsync"/> does; no exception follows.</param>
    /// <returns>A server that is accepting already.</returns>
    public static Server Start(
        Listener listener, ConnectionHandler handler, ServerOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= ServerOptions.Default;
        var limits = listener.Options.Connection with { IdleTimeout = options.IdleTimeout, Time = options.Time };
        return Start(listener, cancel => listener.AcceptBareAsync(limits, cancel), handler, options, stop);
    }

    /// <summary>The same with another way of accepting, for what no test can make a kernel do.</summary>
    internal static Server Start(
        Listener listener,
        Func<CancellationToken, ValueTask<Connection>> accept,
        ConnectionHandler handler,
        ServerOptions options,
        CancellationToken stop = default) => new(listener, accept, handler, options, stop);

    /// <summary>The first of <see cref="LocalAddresses"/>.</summary>
    public Address LocalAddress => _listener.LocalAddress;

    /// <summary>Every address served, with the actual port. Known also after stopping.</summary>
    public IReadOnlyList<Address> LocalAddresses => _listener.LocalAddresses;

    /// <summary>Connections being served now, those whose layers are still at work included.</summary>
    public int ConnectionCount => _served.Count;

    /// <summary>Ends when the server has stopped, however it was stopped: no connection is left open then, and no handler
    /// running but one that ignores its token.</summary>
    public Task Completion => _running;

    /// <summary>Stops accepting at once, waits for connections up to <see cref="ServerOptions.DrainTimeout"/> and aborts
    /// the rest. Calling it again, also meanwhile, gives the same result.</summary>
    /// <returns>How many connections were aborted.</returns>
    public Task<int> StopAsync()
    {
        _listener.Close();
        _ = _stopping.CancelAsync();
        return _running;
    }

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>A server outlives what started it: nothing of the starter's context (its activity, its async locals)
    /// follows into the handlers.</summary>
    private static Task<int> StartDetached(Func<Task<int>> run)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(run);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(run);
    }

    /// <summary>The server's whole life; returns how many connections were aborted at its end.</summary>
    private async Task<int> RunAsync()
    {
        int late;
        try
        {
            await AcceptAllAsync().ConfigureAwait(false);
        }
        finally
        {
            _stopRegistration.Unregister();
            _listener.Close();
            late = await DrainAsync().ConfigureAwait(false);
        }
        return late;
    }

    private async Task AcceptAllAsync()
    {
        try
        {
            while (true)
            {
                if (!_options.RefuseExcess)
                    await _places.WaitAsync(_stopping.Token).ConfigureAwait(false);
                var caller = await AcceptAsync().ConfigureAwait(false);
                if (_options.RefuseExcess && !_places.Wait(TimeSpan.Zero))
                    _listener.Refuse(caller, $"{Texts.Count(_options.MaxConnections, "connection")} at once is the limit");
                else
                    Begin(caller);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // How accepting ends: we stop, or somebody else has closed the listener, which is a way to stop us.
        }
    }

    /// <summary>Errors of accepting are this machine's (descriptors used up): they are waited out, and told once.</summary>
    private async ValueTask<Connection> AcceptAsync()
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await _accept(_stopping.Token).ConfigureAwait(false);
            }
            catch (NetException error)
            {
                if (pause == FirstPause)
                    Callbacks.Tell(_options.OnAcceptError, error);
                await Task.Delay(pause, _options.Time, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private void Begin(Connection connection)
    {
        var served = new ServedConnection(connection, _serve, _options.OnDisconnected) { HasLayers = _listener.Options.Layers.Count == 0 };
        if (_served.TryAdd(served))
            connection.Post(served);    // a handler may block: never on the accepting task
        else
            connection.Abort();
    }

    /// <summary>From acceptance to report. One method waits through all of it, since what waits is held for each connection.</summary>
    private async Task ServeAsync(ServedConnection served)
    {
        using (var activity = Telemetry.StartServing(served.Connection))
        {
            Exception? error = null;
            try
            {
                await PutLayersOnAsync(served).ConfigureAwait(false);
                await _handler(served.Connection, _aborting.Token).ConfigureAwait(false);
                await served.Connection.CloseAsync(_aborting.Token).ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                error = thrown;
            }
            if (error is not null)
                await DropAsync(served.Connection, error).ConfigureAwait(false);
            Report(served, served.CutOffReason ?? error, activity);
        }
        _served.Remove(served);
        _places.Release();
    }

    private async ValueTask PutLayersOnAsync(ServedConnection served)
    {
        var listen = _listener.Options;
        served.Connection = await ConnectionLayers.ApplyAsync(
            listen.Layers, served.Connection, LocalAddress, listen.LayerTimeout, spent: TimeSpan.Zero, _options.Time, _aborting.Token).ConfigureAwait(false);
        served.HasLayers = true;
        _options.OnConnected?.Invoke(served.Connection);
    }

    private static async ValueTask DropAsync(Connection connection, Exception error)
    {
        if (error is NetException { RemoteAddress: { } remote } && remote.Equals(connection.RemoteAddress))
            await connection.DisposeAsync().ConfigureAwait(false);
        else
            connection.Abort();
    }

    private static void Report(ServedConnection served, Exception? error, Activity? activity)
    {
        if (error is not null)
            Telemetry.Note(activity, error);
        served.End(error);
    }

    private async Task<int> DrainAsync()
    {
        var drained = _served.CloseAsync();
        CutOff(_served.ToArray().Where(served => !served.HasLayers), NetOperation.Handshake, "cut off, because its handshake was not done when the server began to stop");
        await WaitAsync(drained, _options.DrainTimeout).ConfigureAwait(false);
        var late = CutOffRest();
        await WaitAsync(drained, HandlerGrace).ConfigureAwait(false);
        foreach (var leftBehind in _served.ToArray())
            leftBehind.End(leftBehind.CutOffReason);
        return late;
    }

    private async Task WaitAsync(Task drained, TimeSpan limit) =>
        await drained.WaitAsync(limit, _options.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private int CutOffRest()
    {
        var late = _served.ToArray().Where(served => served.CutOffReason is null).ToArray();
        CutOff(late, NetOperation.Close, $"cut off, because it was still open {Texts.Of(_options.DrainTimeout)} after the server began to stop");
        _ = _aborting.CancelAsync(); // what handlers registered there may block or throw: not here
        return late.Length;
    }

    private static void CutOff(IEnumerable<ServedConnection> connections, NetOperation operation, string reason)
    {
        foreach (var served in connections)
        {
            served.CutOff(new NetException(NetErrorKind.TimedOut, operation, reason)
            {
                LocalAddress = served.Connection.LocalAddress,
                RemoteAddress = served.Connection.RemoteAddress,
            });
        }
    }

    // Short enough to serve again soon after descriptors come free, long enough to be no load meanwhile.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // Time for a handler to notice that its connection is gone and its token cancelled.
    private static readonly TimeSpan HandlerGrace = TimeSpan.FromSeconds(1);
}
