using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sockeye.Links;

/// <summary>Someone to send to.</summary>
/// <param name="Address">The address, numeric.</param>
/// <param name="SocketAddress">What the kernel calls it.</param>
/// <param name="AsGiven">The address as the caller gave it, if a name was looked up.</param>
internal sealed record DatagramPeer(Address Address, SocketAddress SocketAddress, Address? AsGiven = null);

/// <summary>
/// One kernel socket under a <see cref="DatagramSocket"/>. It knows nothing of names, limits in time or other links.
/// Receiving again from the peer it heard last allocates nothing.
/// </summary>
/// <remarks>
/// The buffer is made at the first receive and kept: to be without one while idle would cost a second system call a
/// datagram. It comes from no pool, so a datagram that outlives its socket is still what was received.
/// </remarks>
internal sealed partial class DatagramLink : IDisposable
{
    private readonly Socket _socket;
    private readonly DatagramOptions _options;
    private readonly DatagramPeer? _connected;
    private readonly SocketAddress _sender;
    private DatagramPeer? _lastSender;
    private byte[]? _buffer;
    private int _receiving;
    private volatile bool _isDisconnected;
    private volatile bool _isDisposed;

    /// <param name="socket">A bound socket, connected if there is a target.</param>
    /// <param name="local">Where it is bound.</param>
    /// <param name="options">Limits.</param>
    /// <param name="target">The peer of a connected socket as the caller gave it.</param>
    public DatagramLink(Socket socket, Address local, DatagramOptions options, Address? target = null)
    {
        _socket = socket;
        _options = options;
        Target = target;
        _sender = new SocketAddress(socket.AddressFamily);
        LocalAddress = local;
        if (IsUnix)
            socket.Blocking = false;    // see TrySendToUnix
        if (OperatingSystem.IsWindows() && target is null)
            socket.IOControl(SIO_UDP_CONNRESET, new byte[sizeof(int)], null);
        // Asked for at once: a socket forgets its peer when a datagram is refused.
        if (target is not null)
            _connected = _lastSender = PeerOf(socket.RemoteEndPoint!.Serialize());
    }

    public Address LocalAddress { get; }

    /// <summary>The peer of a connected socket as the caller gave it.</summary>
    public Address? Target { get; }

    /// <summary>The peer of a connected socket, numeric.</summary>
    public Address? RemoteAddress => _connected?.Address;

    private bool IsUnix => _socket.AddressFamily == AddressFamily.Unix;

    /// <summary>Waits for the next datagram. One call at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Datagram> ReceiveAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _receiving, 1) != 0)
            throw new InvalidOperationException("Another receive is pending on this socket.");
        try
        {
            // A byte more than is wanted shows that there was more; UDP is never cut, which Windows would call an error.
            _buffer ??= GC.AllocateUninitializedArray<byte>(Math.Max(_options.MaxDatagram, ushort.MaxValue) + 1);
            int length;
            do
            {
                _sender.Size = _sender.Buffer.Length;
                length = await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _sender, cancel).ConfigureAwait(false);
            }
            while (IsRefused(Sender().Address));
            return Taken(_buffer.AsMemory(0, length), Sender().Address);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw Failure(error, NetOperation.Read);
        }
        finally
        {
            Volatile.Write(ref _receiving, 0);
        }
    }

    /// <summary>Sends to the connected peer.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (!_isDisconnected)
        {
            try
            {
                await _socket.SendAsync(bytes, SocketFlags.None, cancel).ConfigureAwait(false);
                return;
            }
            catch (SocketException error) when (IsUnix && IsPeerGone(error))
            {
                // The kernel has disconnected us for good; a peer that came back can only be found by its name.
                _isDisconnected = true;
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw Failure(error, NetOperation.Write, bytes.Length);
            }
        }
        await SendToAsync(bytes, _connected!, cancel).ConfigureAwait(false);
    }

    /// <summary>Sends to an address that this link <see cref="CanReach"/>.</summary>
    public async ValueTask SendToAsync(ReadOnlyMemory<byte> bytes, DatagramPeer to, CancellationToken cancel)
    {
        while (!await TrySendToAsync(bytes, to, cancel).ConfigureAwait(false))
            await Task.Delay(FullQueueDelay, _options.Time, cancel).ConfigureAwait(false);
    }

    /// <summary>Answers the datagram received last; false if that would have to wait for a peer that does not read.</summary>
    public ValueTask<bool> TryAnswerAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) =>
        TrySendToAsync(bytes, _lastSender!, cancel);

    /// <summary>Whether datagrams can leave from here for that address.</summary>
    public bool CanReach(IPAddress ip) => ip.AddressFamily == _socket.AddressFamily
        || (ip.AddressFamily == AddressFamily.InterNetwork && TakesBothFamilies);

    /// <summary>An address that was looked up, as this link's socket has to be told it.</summary>
    public DatagramPeer PeerAt(IPAddress ip, Address asGiven)
    {
        var endPoint = new IPEndPoint(ip.AddressFamily == _socket.AddressFamily ? ip : ip.MapToIPv6(), asGiven.Port);
        return new DatagramPeer(Address.From(endPoint, Transport.Udp), endPoint.Serialize(), asGiven);
    }

    /// <summary>A Unix address.</summary>
    public DatagramPeer PeerAt(Address unix) => new(unix, unix.ToUnixEndPoint().Serialize());

    /// <summary>Whom the kernel calls so.</summary>
    public DatagramPeer PeerOf(ReadOnlySpan<byte> name)
    {
        // A copy of exactly its size: the room behind a Unix name would count as part of the name when sending to it.
        var copy = new SocketAddress(_socket.AddressFamily, Math.Max(name.Length, sizeof(ushort)));
        name.CopyTo(copy.Buffer.Span);
        EndPoint kind = IsUnix ? new UnixDomainSocketEndPoint("/")
            : new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        return new DatagramPeer(Address.From(kind.Create(copy), LocalAddress.Transport), copy);
    }

    /// <summary>Whether nobody is to hear of the sender. The peer of a connected socket was chosen, and is always heard.</summary>
    public bool IsRefused(Address sender)
    {
        if (_options.Access is null || _connected is not null || _options.Access.ReasonToRefuse(sender) is not { } reason)
            return false;
        Callbacks.Tell(_options.OnRefused, sender, reason);
        return true;
    }

    /// <summary>What is taken of a datagram that was received whole.</summary>
    public Datagram Taken(ReadOnlyMemory<byte> whole, Address from) => whole.Length <= _options.MaxDatagram
        ? new(whole, from, Truncated: false)
        : new(whole[.._options.MaxDatagram], from, Truncated: true);

    public void Dispose()
    {
        _isDisposed = true;
        _onLoop?.Dispose();
        _socket.Dispose();
    }

    private bool TakesBothFamilies => _socket.AddressFamily == AddressFamily.InterNetworkV6
        && _socket.GetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.IPv6Only) is 0;

    /// <summary>Who sent the datagram that has just come.</summary>
    private DatagramPeer Sender() => _lastSender is { } last && last.SocketAddress.Equals(_sender)
        ? last
        : _lastSender = PeerOf(_sender);

    private DatagramPeer PeerOf(SocketAddress seen) => PeerOf(seen.Buffer.Span[..seen.Size]);

    private async ValueTask<bool> TrySendToAsync(ReadOnlyMemory<byte> bytes, DatagramPeer to, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            if (IsUnix)
                return TrySendToUnix(bytes.Span, to.SocketAddress);
            await _socket.SendToAsync(bytes, SocketFlags.None, to.SocketAddress, cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw Failure(error, NetOperation.Write, bytes.Length, to);
        }
    }

    /// <summary>
    /// Sends at once or not at all. To the kernel an unconnected Unix socket is always writable: an asynchronous send to
    /// a peer whose queue is full would keep .NET spinning until the peer has read something.
    /// </summary>
    private bool TrySendToUnix(ReadOnlySpan<byte> bytes, SocketAddress to)
    {
        try
        {
            _socket.SendTo(bytes, SocketFlags.None, to);
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
        {
            return false;
        }
    }

    private static bool IsPeerGone(SocketException error) =>
        error.SocketErrorCode is SocketError.ConnectionRefused or SocketError.NotConnected or SocketError.ConnectionReset;

    // Windows: without it, one peer's "nobody has that port" ends the next receive, whoever that was to be from.
    private const int SIO_UDP_CONNRESET = unchecked((int)0x9800000C);

    private static readonly TimeSpan FullQueueDelay = TimeSpan.FromMilliseconds(10);
}
