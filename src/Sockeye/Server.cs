namespace Sockeye;

/// <summary>Talks with one connection; the server closes it politely when this returns.</summary>
/// <param name="peer">The connection.</param>
/// <param name="cancel">Cancelled when the drain limit has passed, not when stopping begins.</param>
public delegate Task ConnectionHandler(Connection peer, CancellationToken cancel);

/// <summary>SKELETON: accept loop, limits, drain, abort.</summary>
public sealed class Server : IAsyncDisposable
{
    private Server() { }

    /// <summary>Binds and starts serving.</summary>
    public static Server Start(string address, ConnectionHandler handler, ServerOptions? options = null, CancellationToken stop = default) => throw new NotImplementedException();

    /// <summary>Binds and starts serving.</summary>
    public static Server Start(Address address, ConnectionHandler handler, ServerOptions? options = null, CancellationToken stop = default) => throw new NotImplementedException();

    /// <summary>Serves the connections of a listener, which it then owns.</summary>
    public static Server Start(Listener listener, ConnectionHandler handler, ServerOptions? options = null, CancellationToken stop = default) => throw new NotImplementedException();

    /// <summary>The first of <see cref="LocalAddresses"/>.</summary>
    public Address LocalAddress => throw new NotImplementedException();

    /// <summary>Every address served.</summary>
    public IReadOnlyList<Address> LocalAddresses => throw new NotImplementedException();

    /// <summary>Connections being served now.</summary>
    public int ConnectionCount => throw new NotImplementedException();

    /// <summary>Ends when the server has stopped, however it was stopped.</summary>
    public Task Completion => throw new NotImplementedException();

    /// <summary>Stops accepting, waits for connections up to the drain limit, aborts the rest; returns how many that were.</summary>
    public Task<int> StopAsync() => throw new NotImplementedException();

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
