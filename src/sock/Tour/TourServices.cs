using Sockeye.Protocols;

namespace Sockeye.Tool.Tour;

/// <summary>Every built-in service on a free loopback port, with a tap on each, and two servers that misbehave on purpose.</summary>
internal sealed class TourServices : IAsyncDisposable
{
    private readonly Dictionary<string, BoundService> _services = new(StringComparer.Ordinal);
    private readonly Server _silent;
    private readonly Server _resetting;

    private TourServices()
    {
        _silent = Server.Start(
            "localhost:0", static (_, cancel) => Task.Delay(Timeout.Infinite, cancel), new() { DrainTimeout = TimeSpan.Zero });
        _resetting = Server.Start("localhost:0", Tapped(HangUpOnFirstLineAsync));
    }

    public static async Task<TourServices> StartAsync()
    {
        var tour = new TourServices();
        foreach (var service in ServiceCatalog.All)
            await tour.StartAsync(service, port: 0);
        return tour;
    }

    /// <summary>What was said on any of them.</summary>
    public Transcript Transcript { get; } = new();

    public IEnumerable<BoundService> All => _services.Values;

    public int this[string service] => _services[service].Port;

    /// <summary>The port of a server that takes connections and never says a word.</summary>
    public int Silent => _silent.LocalAddress.Port;

    /// <summary>The port of a server that resets the connection when it has read a line.</summary>
    public int Resetting => _resetting.LocalAddress.Port;

    /// <summary>Stops a service and starts it again on the same port, at once.</summary>
    public async Task RestartAsync(string service)
    {
        var (stopped, port) = (_services[service], this[service]);
        await stopped.DisposeAsync();
        await StartAsync(ServiceCatalog.Find(service), port);
    }

    /// <summary>Echoes to processes of this machine, at a path, until it is disposed of.</summary>
    public Server EchoAt(Address path) => Server.Start(path, Tapped(Echo.ServeAsync));

    private async Task StartAsync(Service service, int port)
    {
        var tapped = service with
        {
            Stream = Tapped(service.Stream),
            Datagram = service.Datagram is null ? null : Tapped(service.Datagram),
        };
        var bound = await BoundService.BindAsync(ServicePlan.For(tapped, "localhost", port.ToString()));
        bound.Start(new() { DrainTimeout = TimeSpan.FromSeconds(1) }, new());
        _services[service.Name] = bound;
    }

    private ConnectionHandler Tapped(ConnectionHandler handler) => async (peer, cancel) =>
    {
        var conversation = Transcript.Begin();
        try
        {
            var tapped = Connection.Over(new TapStream(peer, Transcript, conversation), peer.LocalAddress, peer.RemoteAddress);
            await handler(tapped, cancel);
            await tapped.FlushAsync(cancel);
        }
        finally
        {
            Transcript.End();
        }
    };

    private DatagramHandler Tapped(DatagramHandler handler) => async (request, cancel) =>
    {
        var reply = await handler(request, cancel);
        Transcript.AddExchange(request.Bytes.Span, reply);
        return reply;
    };

    private static async Task HangUpOnFirstLineAsync(Connection peer, CancellationToken cancel)
    {
        await peer.Lines.ReadLineAsync(cancel);
        peer.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        await _silent.DisposeAsync();
        await _resetting.DisposeAsync();
        foreach (var service in _services.Values)
            await service.DisposeAsync();
    }
}
