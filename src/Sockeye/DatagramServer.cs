namespace Sockeye;

/// <summary>Answers one datagram: returns the reply, or null for silence; so there is never more than one reply to a request.</summary>
/// <param name="request">The datagram; its bytes are valid until the handler's task ends.</param>
/// <param name="cancel">Cancelled when the server stops.</param>
public delegate ValueTask<ReadOnlyMemory<byte>?> DatagramHandler(Datagram request, CancellationToken cancel);

/// <summary>Limits and reports of a <see cref="DatagramServer"/>.</summary>
public sealed record DatagramServerOptions
{
    internal static DatagramServerOptions Default { get; } = new();

    /// <summary>How to bind.</summary>
    public DatagramOptions Socket { get; init; } = DatagramOptions.Default;

    /// <summary>Datagrams answered per second and source address. Defaults to 100; 0 for no limit.</summary>
    public int RatePerSource { get; init; } = 100;

    /// <summary>How many may come at once before the rate counts. Defaults to 100.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Told of errors in the handler or in sending. Defaults to null.</summary>
    public Action<Address, Exception>? OnError { get; init; }

    /// <summary>Told of each datagram that got no answer because of a rule, with the rule. Defaults to null.</summary>
    public Action<Address, string>? OnDropped { get; init; }
}

/// <summary>SKELETON: serves datagrams, safe against reflection.</summary>
public sealed class DatagramServer : IAsyncDisposable
{
    private DatagramServer() { }

    /// <summary>Binds and starts.</summary>
    public static DatagramServer Start(string address, DatagramHandler handler, DatagramServerOptions? options = null, CancellationToken stop = default) => throw new NotImplementedException();

    /// <summary>Binds and starts.</summary>
    public static DatagramServer Start(Address address, DatagramHandler handler, DatagramServerOptions? options = null, CancellationToken stop = default) => throw new NotImplementedException();

    /// <summary>The first local address.</summary>
    public Address LocalAddress => throw new NotImplementedException();

    /// <summary>Every local address.</summary>
    public IReadOnlyList<Address> LocalAddresses => throw new NotImplementedException();

    /// <summary>Ends when stopped.</summary>
    public Task Completion => throw new NotImplementedException();

    /// <summary>Stops.</summary>
    public Task StopAsync() => throw new NotImplementedException();

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
