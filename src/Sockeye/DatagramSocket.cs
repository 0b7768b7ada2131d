using System.Text;

namespace Sockeye;

/// <summary>SKELETON: UDP and Unix datagrams.</summary>
public sealed class DatagramSocket : IAsyncDisposable, IDisposable
{
    private DatagramSocket() { }

    /// <summary>A UDP socket on a port of the system's choice, for <see cref="SendToAsync"/>.</summary>
    public static DatagramSocket Open(DatagramOptions? options = null) => throw new NotImplementedException();

    /// <summary>Bound to a local address (text: as for Listener, transport udp unless said otherwise).</summary>
    public static DatagramSocket Bind(string address, DatagramOptions? options = null) => throw new NotImplementedException();

    /// <summary>Bound to a local address.</summary>
    public static DatagramSocket Bind(Address address, DatagramOptions? options = null) => throw new NotImplementedException();

    /// <summary>Connected: sends to and hears from one peer only.</summary>
    public static ValueTask<DatagramSocket> ConnectAsync(string host, string port, DatagramOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Connected.</summary>
    public static ValueTask<DatagramSocket> ConnectAsync(string host, int port, DatagramOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Connected.</summary>
    public static ValueTask<DatagramSocket> ConnectAsync(Address address, DatagramOptions? options = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Our end (the first, of a socket bound to localhost in both families).</summary>
    public Address LocalAddress => throw new NotImplementedException();

    /// <summary>Every local address.</summary>
    public IReadOnlyList<Address> LocalAddresses => throw new NotImplementedException();

    /// <summary>The peer of a connected socket, else null.</summary>
    public Address? RemoteAddress => throw new NotImplementedException();

    /// <summary>Sends one datagram to the connected peer.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Sends one datagram of UTF-8 text.</summary>
    public ValueTask SendAsync(string text, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Sends one datagram to an address.</summary>
    public ValueTask SendToAsync(ReadOnlyMemory<byte> bytes, Address to, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>The next datagram.</summary>
    public ValueTask<Datagram> ReceiveAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Datagrams as they come, until cancelled or disposed.</summary>
    public IAsyncEnumerable<Datagram> ReceiveAllAsync(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>One datagram as received.</summary>
/// <param name="Bytes">What it carried; valid until the next receive on the same socket.</param>
/// <param name="From">Who sent it; a Unix sender without a name has an empty path.</param>
/// <param name="Truncated">Whether it was longer than <see cref="DatagramOptions.MaxDatagram"/> and was cut.</param>
public readonly record struct Datagram(ReadOnlyMemory<byte> Bytes, Address From, bool Truncated)
{
    /// <summary>The bytes as UTF-8; invalid ones become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
