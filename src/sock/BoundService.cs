namespace Sockeye.Tool;

/// <summary>A service and where to serve it.</summary>
/// <param name="Service">What.</param>
/// <param name="Stream">Where its connections are accepted.</param>
/// <param name="Datagram">Where its datagrams are answered; null for nowhere. Port 0 is the port of its stream.</param>
internal sealed record ServicePlan(Service Service, Address Stream, Address? Datagram)
{
    public static ServicePlan For(Service service, string host, string port) => new(
        service, Address.Tcp(host, port), service.Datagram is null ? null : Address.Udp(host, port));
}

/// <summary>A service with its sockets: bound first, started when everything else is bound too, stopped at once or in peace.</summary>
internal sealed class BoundService : IAsyncDisposable
{
    private readonly Listener _listener;
    private readonly DatagramSocket? _socket;
    private Server? _server;
    private DatagramServer? _datagramServer;

    private BoundService(Service service, Listener listener, DatagramSocket? socket) =>
        (Service, _listener, _socket) = (service, listener, socket);

    public Service Service { get; }

    public int Port => _listener.LocalAddress.Port;

    /// <summary>Whether it answers datagrams too.</summary>
    public bool HasDatagrams => _socket is not null;

    public IEnumerable<Address> Addresses => _listener.LocalAddresses.Concat(_socket?.LocalAddresses ?? []);

    /// <summary>Connections that are being served.</summary>
    public int ConnectionCount => _server?.ConnectionCount ?? 0;

    /// <param name="plan">What to serve, and where.</param>
    /// <param name="options">Who may call, and what is spoken beneath.</param>
    public static async Task<BoundService> BindAsync(ServicePlan plan, ListenOptions? options = null)
    {
        options ??= new();
        var datagramOptions = new DatagramOptions { Access = options.Access, OnRefused = options.OnRefused };
        for (var attempt = 1; ; attempt++)
        {
            var listener = Listener.Listen(plan.Stream, options with { Engine = SocketEngine.ReadinessLoop });
            try
            {
                return new BoundService(plan.Service, listener, BindDatagrams(plan.Datagram, listener.LocalAddress.Port, datagramOptions));
            }
            catch (NetException error)
            {
                await listener.DisposeAsync();
                // The port that was free for streams is taken for datagrams: another port.
                if (plan.Stream.Port != 0 || error.Kind != NetErrorKind.AddressInUse || attempt == MaxPortAttempts)
                    throw;
            }
        }
    }

    private static DatagramSocket? BindDatagrams(Address? address, int streamPort, DatagramOptions options) => address switch
    {
        null => null,
        { Port: 0 } => DatagramSocket.Bind(Address.Udp(address.Host, streamPort), options),
        _ => DatagramSocket.Bind(address, options),
    };

    public void Start(ServerOptions options, DatagramServerOptions datagramOptions)
    {
        _server = Server.Start(_listener, Service.Stream, options);
        if (_socket is not null)
            _datagramServer = DatagramServer.Start(_socket, Service.Datagram!, datagramOptions);
    }

    /// <summary>Stops; returns how many connections had to be cut because they did not end in time.</summary>
    public async Task<int> StopAsync()
    {
        if (_datagramServer is not null)
            await _datagramServer.StopAsync();
        return _server is null ? 0 : await _server.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _listener.DisposeAsync();
        if (_socket is not null)
            await _socket.DisposeAsync();
    }

    private const int MaxPortAttempts = 10;
}
