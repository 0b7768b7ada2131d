namespace Sockeye;

/// <summary>SKELETON: waits for connections.</summary>
public sealed class Listener : IAsyncDisposable
{
    private Listener() { }

    /// <summary>Listens at an address in text form; a bare port or <c>*</c> means all addresses.</summary>
    public static Listener Listen(string address, ListenOptions? options = null) => throw new NotImplementedException();

    /// <summary>Listens at an address.</summary>
    public static Listener Listen(Address address, ListenOptions? options = null) => throw new NotImplementedException();

    /// <summary>The first of <see cref="LocalAddresses"/>.</summary>
    public Address LocalAddress => throw new NotImplementedException();

    /// <summary>Every address listened at.</summary>
    public IReadOnlyList<Address> LocalAddresses => throw new NotImplementedException();

    /// <summary>The next connection, its layers done.</summary>
    public ValueTask<Connection> AcceptAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>The next connection before its layers: what <see cref="Server"/> takes.</summary>
    internal ValueTask<Connection> AcceptBareAsync(CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Stops listening.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
