using Sockeye.Links;

namespace Sockeye;

/// <summary>Answers one datagram with one reply or with silence; so there is never more than one reply to a request.</summary>
/// <param name="request">The datagram; its bytes are valid until the handler's task ends.</param>
/// <param name="cancel">Cancelled when the server stops.</param>
/// <returns>The reply, or null for silence. <c>ReadOnlyMemory&lt;byte&gt;.Empty</c> is silence too, because in C# the null of
/// <c>isKnown ? reply : null</c> becomes just that; an empty reply is an empty array.</returns>
public delegate ValueTask<ReadOnlyMemory<byte>?> DatagramHandler(Datagram request, CancellationToken cancel);

/// <summary>
/// Serves datagrams, and cannot be used against others. The sender of a datagram can be forged, so a server that
/// answers everyone can be made to flood a victim or to talk with another server for ever. This one sends at most one
/// datagram for each it receives; never answers the port of another small service (7, 9, 11, 13, 17, 19, 37, 53, 69,
/// 123, 161, 389, 1900, 11211), its own port, port 0, or an address that is not one machine's (multicast, broadcast);
/// and answers each source at a limited rate.
/// </summary>
/// <remarks>
/// <para>Requests are handled one after another, in the order they came, each until its handler's task ends; a handler
/// that waits makes the others wait. <c>localhost</c> is two addresses, and each is served by itself: two handlers may
/// then run at once.</para>
/// <para>What a handler throws is reported and harms nothing but its own request. A reply does not wait for its reader:
/// a Unix client whose queue is full does without. (One that is connected has no queue limit on Linux; what it leaves
/// unread takes the server's send buffer away from the others until it reads or goes.)</para>
/// <para>On Linux requests over UDP are received and answered many at once. An answer may then be held back while the handlers
/// of requests that came with it run, but for no longer than 10 ms, and for none that waits. While there are requests, a
/// server has memory for 32 messages of 64 KiB, of which the system gives as much as they fill; while it waits, none.</para>
/// <para>For the rate, the 8,192 sources seen last are always remembered, and 16,384 at most; then those are forgotten
/// that have been silent for longest.</para>
/// </remarks>
/// <example><code>
/// await using var server = DatagramServer.Start("localhost:0", (request, cancel) =>
///     ValueTask.FromResult&lt;ReadOnlyMemory&lt;byte&gt;?&gt;(request.Bytes));
/// await using var client = await DatagramSocket.ConnectAsync("localhost", server.LocalAddress.Port);
/// await client.SendAsync("hello");
/// Console.WriteLine((await client.ReceiveAsync()).Text);   // hello
/// </code></example>
public sealed class DatagramServer : IAsyncDisposable
{
    private readonly DatagramSocket _socket;
    private readonly DatagramHandler _handler;
    private readonly DatagramServerOptions _options;
    private readonly RateLimiter _limiter;
    private readonly string _tooMany;
    private readonly DatagramExchange[] _exchanges;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _callerStop;

    private DatagramServer(DatagramSocket socket, DatagramHandler handler, DatagramServerOptions options, CancellationToken stop)
    {
        _socket = socket;
        _handler = handler;
        _options = options;
        _limiter = new RateLimiter(options.RatePerSource, options.Burst, options.Socket.Time);
        _tooMany = $"more than {options.RatePerSource} requests a second, after a burst of {options.Burst}";
        var reports = new ExchangeReports(Drop, Fail);
        _exchanges = [.. socket.Links.Select(link => DatagramExchange.Over(link, options.Engine, reports))];
        _callerStop = stop.UnsafeRegister(static server => ((CancellationTokenSource)server!).Cancel(), _stop);
        Completion = ServeAllAsync();
    }

    /// <summary>Binds and starts to serve.</summary>
    /// <param name="address">As for <see cref="DatagramSocket.Bind(string, DatagramOptions?)"/>.</param>
    /// <param name="handler">Answers each request.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="DatagramServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server, as <see cref="StopAsync"/> does.</param>
    /// <exception cref="NetException">As for <see cref="DatagramSocket.Bind(string, DatagramOptions?)"/>.</exception>
    public static DatagramServer Start(
        string address, DatagramHandler handler, DatagramServerOptions? options = null, CancellationToken stop = default) =>
        Start(Address.ParseListening(address, Transport.Udp, options?.Socket.Services), handler, options, stop);

    /// <summary>Binds and starts to serve.</summary>
    /// <param name="address">As for <see cref="DatagramSocket.Bind(Address, DatagramOptions?)"/>.</param>
    /// <param name="handler">Answers each request.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="DatagramServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server, as <see cref="StopAsync"/> does.</param>
    /// <exception cref="NetException">As for <see cref="DatagramSocket.Bind(Address, DatagramOptions?)"/>.</exception>
    public static DatagramServer Start(
        Address address, DatagramHandler handler, DatagramServerOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var socket = DatagramSocket.Bind(address, options?.Socket);
        try
        {
            return Start(socket, handler, options, stop);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Serves what a bound socket receives. The socket is the server's from now on.</summary>
    /// <param name="socket">A socket that is not connected.</param>
    /// <param name="handler">Answers each request.</param>
    /// <param name="options">Limits and reports; <see cref="DatagramServerOptions.Socket"/> gives the clock alone.
    /// Defaults to <see cref="DatagramServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server, as <see cref="StopAsync"/> does.</param>
    public static DatagramServer Start(
        DatagramSocket socket, DatagramHandler handler, DatagramServerOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(handler);
        if (socket.RemoteAddress is not null)
            throw new ArgumentException("A connected socket hears one peer only and cannot be served.", nameof(socket));
        return new DatagramServer(socket, handler, options ?? DatagramServerOptions.Default, stop);
    }

    /// <summary>The first of <see cref="LocalAddresses"/>.</summary>
    public Address LocalAddress => _socket.LocalAddress;

    /// <summary>Every address served, with the ports that the system gave.</summary>
    public IReadOnlyList<Address> LocalAddresses => _socket.LocalAddresses;

    /// <summary>Ends when the server has stopped, however it was stopped; never with an exception.</summary>
    public Task Completion { get; }

    /// <summary>Stops: receives no more, cancels the handlers' token, and closes the sockets when the handlers have ended.
    /// One that does not heed its token is waited for no longer than 1 s.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
    }

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    private async Task ServeAllAsync()
    {
        var serving = Task.WhenAll(_exchanges.Select(exchange => Task.Run(() => ServeAsync(exchange))));
        await serving.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await serving.WaitAsync(HandlerGrace, _options.Socket.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        await _callerStop.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ServeAsync(DatagramExchange exchange)
    {
        using var held = exchange;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await exchange.ReceiveAsync(_stop.Token).ConfigureAwait(false);
                await AnswerAllAsync(exchange).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // Stopped while it waited for a request.
            }
            catch (ObjectDisposedException)
            {
                return; // The socket was disposed by whoever gave it to the server.
            }
            catch (NetException error)
            {
                Report(exchange.LocalAddress, error);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask AnswerAllAsync(DatagramExchange exchange)
    {
        while (!_stop.IsCancellationRequested && exchange.TryTake(out var request))
        {
            if (ReasonToDrop(request, exchange.LocalAddress) is { } reason)
                Drop(request.From, reason);
            else
                await AnswerAsync(exchange, request).ConfigureAwait(false);
        }
        await exchange.SendAsync(_stop.Token).ConfigureAwait(false);
    }

    /// <summary>Mostly the answer is there at once.</summary>
    private ValueTask AnswerAsync(DatagramExchange exchange, Datagram request)
    {
        try
        {
            var handling = _handler(request, _stop.Token);
            if (!handling.IsCompletedSuccessfully)
                return AnswerLaterAsync(exchange, request, handling);
            return handling.Result is { } answer && !IsSilence(answer) ? exchange.AnswerAsync(answer, _stop.Token) : default;
        }
        catch (Exception error)
        {
            Fail(request.From, error);
            return default;
        }
    }

    private async ValueTask AnswerLaterAsync(DatagramExchange exchange, Datagram request, ValueTask<ReadOnlyMemory<byte>?> handling)
    {
        // No answer waits for somebody else's handler.
        await exchange.SendAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            if (await handling.ConfigureAwait(false) is { } answer && !IsSilence(answer))
                await exchange.AnswerAsync(answer, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Fail(request.From, error);
        }
    }

    private string? ReasonToDrop(Datagram request, Address local)
    {
        if (ReflectionGuard.ReasonNotToAnswer(request.From, local) is { } reason)
            return reason;
        return _limiter.TryTake(request.From) ? null : _tooMany;
    }

    /// <summary>See <see cref="DatagramHandler"/>. What has no bytes, but a place in memory, is an empty reply.</summary>
    private static bool IsSilence(ReadOnlyMemory<byte> reply) => reply.Equals(default);

    private void Drop(Address from, string reason) => Callbacks.Tell(_options.OnDropped, from, reason);

    /// <summary>A request goes without its answer; once the server was stopped, that is no error.</summary>
    private void Fail(Address from, Exception error)
    {
        if (!_stop.IsCancellationRequested || error is not (OperationCanceledException or ObjectDisposedException))
            Report(from, error);
    }

    private void Report(Address address, Exception error) => Callbacks.Tell(_options.OnError, address, error);

    /// <summary>The system may go on failing (a network that is down): do not ask it in a tight loop.</summary>
    private async ValueTask PauseAsync()
    {
        try
        {
            await Task.Delay(ReceiveErrorDelay, _options.Socket.Time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped; the loop sees it.
        }
    }

    // Time for a handler to notice that its token is cancelled.
    private static readonly TimeSpan HandlerGrace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ReceiveErrorDelay = TimeSpan.FromMilliseconds(100);
}
