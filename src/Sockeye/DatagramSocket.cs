using System.Runtime.CompilerServices;
using System.Text;
using Sockeye.Links;

namespace Sockeye;

/// <summary>
/// Sends and receives datagrams: UDP over IPv4 and IPv6, and Unix datagrams. A datagram arrives whole, or cut where
/// <see cref="Datagram.Truncated"/> says so, or not at all; nobody promises that it arrives, or that it arrives once.
/// </summary>
/// <remarks>
/// <para>A connected socket (<see cref="ConnectAsync(string, string, DatagramOptions?, CancellationToken)"/>) talks with
/// one peer. It hears of a peer that is not there: a send or receive after the datagram that was refused ends with
/// <see cref="NetErrorKind.Refused"/>, and the socket goes on working. An open or bound one
/// (<see cref="Open"/>, <see cref="Bind(string, DatagramOptions?)"/>) talks with anyone, and is told of no refusals.</para>
/// <para>One receive and any number of sends may be pending at once. A socket that has received keeps a buffer of
/// 64 KiB (or of <see cref="DatagramOptions.MaxDatagram"/>, if that is more).</para>
/// <para>Where a machine has several addresses, what is sent from a socket bound to <c>*</c> leaves from the address
/// that the system chooses for the way there. Bind to one address where a peer insists on being answered from it.</para>
/// </remarks>
/// <example><code>
/// await using var server = DatagramSocket.Bind("localhost:0");
/// await using var client = await DatagramSocket.ConnectAsync("localhost", server.LocalAddress.Port);
/// await client.SendAsync("hello");
/// var request = await server.ReceiveAsync();
/// await server.SendToAsync(request.Bytes, request.From);
/// Console.WriteLine((await client.ReceiveAsync()).Text);   // hello
/// </code></example>
public sealed partial class DatagramSocket : IAsyncDisposable, IDisposable
{
    private readonly DatagramLink[] _links;
    private readonly DatagramOptions _options;
    private readonly DatagramMux? _mux;
    private readonly PeerChoice? _peer;
    private readonly IDisposable? _binding;
    private Destination? _lastDestination;
    private volatile bool _isDisposed;

    private DatagramSocket(DatagramLink[] links, DatagramOptions options, IDisposable? binding, bool isConnected)
    {
        _links = links;
        _options = options;
        _binding = binding;
        _mux = links.Length > 1 ? new DatagramMux(links) : null;
        _peer = isConnected ? new PeerChoice(links) : null;
    }

    /// <summary>Our end, with the port the system gave: the first of <see cref="LocalAddresses"/>. Of a connected
    /// socket, the end that its peer sees.</summary>
    public Address LocalAddress => (_peer?.Current ?? _links[0]).LocalAddress;

    /// <summary>Every local address: two for <c>localhost</c> where both families exist, else one.</summary>
    public IReadOnlyList<Address> LocalAddresses => [.. _links.Select(link => link.LocalAddress)];

    /// <summary>The peer of a connected socket, numeric; null for the others. Where the peer's name has an IPv6 and an
    /// IPv4 address, it is the first until that one refuses.</summary>
    public Address? RemoteAddress => _peer?.Current.RemoteAddress;

    /// <summary>The kernel's sockets, for a server that serves each by itself.</summary>
    internal IReadOnlyList<DatagramLink> Links => _links;

    /// <summary>Sends one datagram to the connected peer.</summary>
    /// <param name="bytes">What it carries; may be empty.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.Refused"/>: nobody has that port, which an earlier
    /// datagram found out; <see cref="NetErrorKind.MessageTooLarge"/>: more than 65,507 bytes (IPv4), 65,527 (IPv6) or
    /// what the system allows (Unix); <see cref="NetErrorKind.Unreachable"/>; <see cref="NetErrorKind.TimedOut"/>: a
    /// Unix peer's queue stayed full for <see cref="DatagramOptions.Timeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The socket is not connected.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var peer = _peer ?? throw new InvalidOperationException("The socket is not connected: say whom to send to (SendToAsync).");
        return IsUnix ? SendToUnixAsync(bytes, to: null, cancel) : peer.SendAsync(bytes, cancel);
    }

    /// <summary>Sends one datagram of UTF-8 text to the connected peer.</summary>
    /// <param name="text">What it carries; may be empty. No line end is added.</param>
    /// <param name="cancel">Gives up.</param>
    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public ValueTask SendAsync(string text, CancellationToken cancel = default) =>
        SendAsync(Encoding.UTF8.GetBytes(text), cancel);

    /// <summary>Sends one datagram to an address. A host name is looked up when it is first sent to, and again when 30 s
    /// have passed or another address was sent to in between; its first address to which there is a way is used.</summary>
    /// <param name="bytes">What it carries; may be empty.</param>
    /// <param name="to">Whom to send to: UDP, or a Unix datagram address if this is a Unix socket.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">The kinds of <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>;
    /// <see cref="NetErrorKind.InvalidAddress"/>: port 0, or an address that a socket like this cannot send to;
    /// <see cref="NetErrorKind.NameNotFound"/>, <see cref="NetErrorKind.NameServerFailed"/>;
    /// <see cref="NetErrorKind.AccessDenied"/>: a broadcast address, without <see cref="DatagramOptions.Broadcast"/>;
    /// for Unix <see cref="NetErrorKind.Refused"/>: nobody has that path open, <see cref="NetErrorKind.NotFound"/>:
    /// there is no such path, <see cref="NetErrorKind.Unsupported"/>: a stream socket is there.</exception>
    /// <exception cref="InvalidOperationException">The socket is connected.</exception>
    public ValueTask SendToAsync(ReadOnlyMemory<byte> bytes, Address to, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_peer is not null)
            throw new InvalidOperationException("The socket is connected to one peer: send to it with SendAsync.");
        RequireTarget(to, NetOperation.Write);
        if (_lastDestination is { } last && last.IsFor(to, _options.Time))
            return last.Link.SendToAsync(bytes, last.Peer, cancel);
        if (to.IsUnix != IsUnix)
            throw new NetException(NetErrorKind.InvalidAddress, NetOperation.Write, ReasonNotReached, to);
        return IsUnix ? SendToUnixAsync(bytes, to, cancel) : SendToHostAsync(bytes, to, cancel);
    }

    /// <summary>The next datagram. Empty ones count.</summary>
    /// <param name="cancel">Gives up; a datagram that comes later is kept for the next receive.</param>
    /// <returns>The datagram; its bytes are valid until the next receive.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.TimedOut"/>: none came within
    /// <see cref="DatagramOptions.ReceiveTimeout"/>; <see cref="NetErrorKind.Refused"/>: nobody has the port that the
    /// connected socket sent to.</exception>
    /// <exception cref="InvalidOperationException">Another receive is pending.</exception>
    public ValueTask<Datagram> ReceiveAsync(CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _mux is null && _options.ReceiveTimeout == Timeout.InfiniteTimeSpan
            ? _links[0].ReceiveAsync(cancel)
            : ReceiveWithinLimitAsync(cancel);
    }

    /// <summary>Datagrams as they come. Ends quietly when the socket is disposed; every other end is an error.</summary>
    /// <param name="cancel">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Datagrams; the bytes of each are valid until the next is asked for.</returns>
    /// <exception cref="NetException">As for <see cref="ReceiveAsync"/>. The socket goes on working: ask again for more.</exception>
    public async IAsyncEnumerable<Datagram> ReceiveAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (!_isDisposed)
        {
            Datagram next;
            try
            {
                next = await ReceiveAsync(cancel).ConfigureAwait(false);
            }
            catch (ObjectDisposedException) when (_isDisposed)
            {
                yield break;
            }
            yield return next;
        }
    }

    /// <summary>Closes the socket and removes its Unix path. A receive that is pending ends with an
    /// <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var link in _links)
            link.Dispose();
        _binding?.Dispose();
        _mux?.Abandon();
    }

    /// <summary>The same as <see cref="Dispose"/>: there is nothing to wait for.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private bool IsUnix => _links[0].LocalAddress.IsUnix;

    /// <summary>A send that a full queue may hold up. To the connected peer if no other is given.</summary>
    private async ValueTask SendToUnixAsync(ReadOnlyMemory<byte> bytes, Address? to, CancellationToken cancel)
    {
        using var limit = new TimeLimit(_options.Timeout, _options.Time, cancel);
        try
        {
            var sending = to is null
                ? _peer!.SendAsync(bytes, limit.Token)
                : _links[0].SendToAsync(bytes, _links[0].PeerAt(to), limit.Token);
            await sending.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            throw new NetException(NetErrorKind.TimedOut, NetOperation.Write,
                $"the peer's queue stayed full for {Texts.Of(_options.Timeout)}", to ?? RemoteAddress)
            {
                LocalAddress = LocalAddress,
                RemoteAddress = to ?? RemoteAddress,
            };
        }
    }

    private async ValueTask SendToHostAsync(ReadOnlyMemory<byte> bytes, Address to, CancellationToken cancel)
    {
        NetException? unreachable = null;
        foreach (var ip in await ResolveAsync(to, _options, cancel).ConfigureAwait(false))
        {
            if (Array.Find(_links, link => link.CanReach(ip)) is not { } link)
                continue;
            var destination = new Destination(to, link, link.PeerAt(ip, to), _options.Time.GetTimestamp());
            try
            {
                await link.SendToAsync(bytes, destination.Peer, cancel).ConfigureAwait(false);
                _lastDestination = destination;
                return;
            }
            catch (NetException error) when (error.Kind == NetErrorKind.Unreachable)
            {
                unreachable ??= error;
            }
        }
        throw unreachable ?? new NetException(NetErrorKind.InvalidAddress, NetOperation.Write, ReasonNotReached, to);
    }

    private async ValueTask<Datagram> ReceiveWithinLimitAsync(CancellationToken cancel)
    {
        using var limit = new TimeLimit(_options.ReceiveTimeout, _options.Time, cancel);
        try
        {
            var receiving = _mux is null ? _links[0].ReceiveAsync(limit.Token) : ReceiveFromAnyAsync(limit.Token);
            return await receiving.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            throw new NetException(NetErrorKind.TimedOut, NetOperation.Read,
                $"no datagram came within {Texts.Of(_options.ReceiveTimeout)}", _links[0].Target)
            {
                LocalAddress = LocalAddress,
                RemoteAddress = RemoteAddress,
            };
        }
    }

    private async ValueTask<Datagram> ReceiveFromAnyAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                var datagram = await _mux!.ReceiveAsync(cancel).ConfigureAwait(false);
                _peer?.Heard();
                return datagram;
            }
            catch (NetException error) when (error.Kind == NetErrorKind.Refused && _peer is not null)
            {
                if (!await _peer.TryMoveOnAsync(error, cancel).ConfigureAwait(false))
                    throw;
            }
        }
    }

    private string ReasonNotReached => $"a socket at {LocalAddress} cannot send there";

    /// <summary>The address sent to last and what it came to.</summary>
    private sealed record Destination(Address To, DatagramLink Link, DatagramPeer Peer, long Since)
    {
        public bool IsFor(Address to, TimeProvider time) =>
            To.Equals(to) && (to.IP is not null || time.GetElapsedTime(Since) < LookUpLifetime);

        private static readonly TimeSpan LookUpLifetime = TimeSpan.FromSeconds(30);
    }
}
