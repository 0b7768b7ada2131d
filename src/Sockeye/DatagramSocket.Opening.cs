using System.Net;
using System.Net.Sockets;
using Sockeye.Links;
using Sockeye.Platform;

namespace Sockeye;

public sealed partial class DatagramSocket
{
    /// <summary>A socket to send from with <see cref="SendToAsync"/>, at a port that the system chooses: UDP over both
    /// families, or what <see cref="DatagramOptions.Family"/> or <see cref="DatagramOptions.Source"/> says.</summary>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.AddressUnavailable"/>,
    /// <see cref="NetErrorKind.AddressInUse"/>: the source cannot be had;
    /// <see cref="NetErrorKind.ResourceExhausted"/>; <see cref="NetErrorKind.Unsupported"/>: a family that this system lacks.</exception>
    public static DatagramSocket Open(DatagramOptions? options = null)
    {
        options ??= DatagramOptions.Default;
        if (options.Source is { } source)
            return Bind(source, options);
        if (options.Family != AddressFamily.Unix)
            return Bind(Address.Udp("*", 0), options);
        var (socket, local, binding) = BindUnix(name: null, options);
        return new DatagramSocket([new DatagramLink(socket, local, options)], options, binding, isConnected: false);
    }

    /// <summary>A socket bound to a local address, to receive what is sent there.</summary>
    /// <param name="address">The forms of <see cref="Address.ParseListening"/>, UDP unless said otherwise:
    /// <c>51423</c> or <c>*:51423</c> (all addresses), <c>localhost:51423</c> (both loopback addresses),
    /// <c>127.0.0.1:0</c> (any free port), <c>unixgram:/path</c>. A service name is looked up for UDP.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <exception cref="NetException">As for <see cref="Bind(Address, DatagramOptions?)"/>;
    /// <see cref="NetErrorKind.UnknownService"/>.</exception>
    public static DatagramSocket Bind(string address, DatagramOptions? options = null) =>
        Bind(Address.ParseListening(address, Transport.Udp, options?.Services), options);

    /// <summary>A socket bound to a local address, to receive what is sent there.</summary>
    /// <param name="address">A UDP address whose host is a literal, <c>localhost</c> or <c>*</c>, or a Unix datagram
    /// address. Port 0 means any free port.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.AddressInUse"/>,
    /// <see cref="NetErrorKind.AddressUnavailable"/>, <see cref="NetErrorKind.AccessDenied"/>;
    /// <see cref="NetErrorKind.NotFound"/>: no directory for the Unix path; <see cref="NetErrorKind.InvalidAddress"/>:
    /// a stream address, a host name, or a family other than <see cref="DatagramOptions.Family"/>.</exception>
    public static DatagramSocket Bind(Address address, DatagramOptions? options = null)
    {
        options ??= DatagramOptions.Default;
        RequireDatagrams(address, NetOperation.Listen);
        var binding = Binding.Bind(InFamily(address, options.Family), RulesOf(options));
        var links = binding.Sockets.Zip(binding.LocalAddresses, (socket, local) => new DatagramLink(socket, local, options));
        return new DatagramSocket([.. links], options, binding, isConnected: false);
    }

    /// <summary>A socket connected to one peer: it sends to and hears from that one only.</summary>
    /// <param name="address">The forms of <see cref="Address.Parse"/>, UDP unless said otherwise:
    /// <c>www.example.com:time</c>, <c>[::1]:37</c>, <c>unixgram:/path</c>.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As for <see cref="ConnectAsync(Address, DatagramOptions?, CancellationToken)"/>;
    /// <see cref="NetErrorKind.UnknownService"/>: no such service, or none over UDP.</exception>
    public static ValueTask<DatagramSocket> ConnectAsync(
        string address, DatagramOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Parse(address, Transport.Udp, options?.Services), options, cancel);

    /// <summary>A socket connected to one UDP peer: it sends to and hears from that one only.</summary>
    /// <param name="host">Host name or literal.</param>
    /// <param name="port">Port number, or service name, which is looked up for UDP.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As for <see cref="ConnectAsync(Address, DatagramOptions?, CancellationToken)"/>;
    /// <see cref="NetErrorKind.UnknownService"/>: no such service, or none over UDP.</exception>
    public static ValueTask<DatagramSocket> ConnectAsync(
        string host, string port, DatagramOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Udp(host, port, options?.Services), options, cancel);

    /// <summary>A socket connected to one UDP peer: it sends to and hears from that one only.</summary>
    /// <param name="host">Host name or literal.</param>
    /// <param name="port">Port number, 1 to 65,535.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException">As for <see cref="ConnectAsync(Address, DatagramOptions?, CancellationToken)"/>.</exception>
    public static ValueTask<DatagramSocket> ConnectAsync(
        string host, int port, DatagramOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Udp(host, port), options, cancel);

    /// <summary>A socket connected to one peer: it sends to and hears from that one only. Nothing is sent in connecting;
    /// so a peer that is not there shows only when something has been sent to it.</summary>
    /// <remarks>Where the peer's name has addresses of both families, the first is used to which there is a way; if
    /// it refuses before the peer has been heard, the other takes its place and is sent the last datagram again.</remarks>
    /// <param name="address">A UDP or Unix datagram address.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="DatagramOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.NameNotFound"/>,
    /// <see cref="NetErrorKind.NameServerFailed"/>; <see cref="NetErrorKind.TimedOut"/>: the look-up took longer than
    /// <see cref="DatagramOptions.Timeout"/>; <see cref="NetErrorKind.Unreachable"/>: no way there;
    /// <see cref="NetErrorKind.InvalidAddress"/>: port 0, <c>*</c>, a stream address, or a source of another family;
    /// <see cref="NetErrorKind.AddressUnavailable"/>: the source is not an address of this machine;
    /// <see cref="NetErrorKind.AccessDenied"/>: a broadcast address, without <see cref="DatagramOptions.Broadcast"/>;
    /// for Unix <see cref="NetErrorKind.Refused"/>: nobody has that path open, <see cref="NetErrorKind.NotFound"/>:
    /// there is no such path, <see cref="NetErrorKind.Unsupported"/>: a stream socket is there.</exception>
    public static async ValueTask<DatagramSocket> ConnectAsync(
        Address address, DatagramOptions? options = null, CancellationToken cancel = default)
    {
        options ??= DatagramOptions.Default;
        RequireTarget(address, NetOperation.Connect);
        if (address.IsUnix)
            return ConnectUnix(address, options);
        var candidates = await ResolveAsync(address, options, cancel).ConfigureAwait(false);
        return new DatagramSocket(ConnectEachFamily(address, candidates, options), options, binding: null, isConnected: true);
    }

    private static DatagramLink[] ConnectEachFamily(Address address, IReadOnlyList<IPAddress> candidates, DatagramOptions options)
    {
        var links = new List<DatagramLink>(2);
        var errors = new List<NetException>();
        foreach (var ip in candidates)
        {
            if (links.Exists(link => link.CanReach(ip)))
                continue;
            try
            {
                links.Add(ConnectTo(new IPEndPoint(ip, address.Port), address, options));
            }
            catch (NetException error)
            {
                errors.Add(error);
            }
        }
        return links.Count > 0 ? [.. links] : throw NetException.NotConnected(address, errors);
    }

    private static DatagramLink ConnectTo(IPEndPoint peer, Address address, DatagramOptions options)
    {
        var remote = Address.From(peer, Transport.Udp);
        var socket = options.Source is { } source
            ? BindSource(source, address, remote, options)
            : Create(peer.AddressFamily, options);
        try
        {
            socket.Connect(peer);
            return new DatagramLink(socket, Address.From(socket.LocalEndPoint!, Transport.Udp), options, address);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw ErrorMap.From(error, NetOperation.Connect, address, remote: remote);
        }
    }

    /// <summary>A source of <c>*</c> or <c>localhost</c> has an address in each family.</summary>
    private static Socket BindSource(Address source, Address address, Address remote, DatagramOptions options)
    {
        var family = remote.IP!.AddressFamily;
        try
        {
            RequireDatagrams(source, NetOperation.Connect);
            if (source is { IsAny: false, IP: { } ip } && ip.AddressFamily != family)
                throw new NetException(NetErrorKind.InvalidAddress, NetOperation.Connect,
                    $"the source {source} cannot reach an {Resolver.NameOf(family)} address", address);
            return Binding.Bind(InFamily(source, family), RulesOf(options)).Sockets[0];
        }
        catch (NetException error) when (error.InnerException is { } cause)
        {
            throw ErrorMap.From(cause, NetOperation.Connect, address, source, remote);
        }
        catch (NetException error)
        {
            throw new NetException(error.Kind, NetOperation.Connect, error.Reason, address) { LocalAddress = source, RemoteAddress = remote };
        }
    }

    private static DatagramSocket ConnectUnix(Address address, DatagramOptions options)
    {
        var (socket, local, binding) = BindUnix(options.Source, options);
        try
        {
            socket.Connect(address.ToUnixEndPoint());
            return new DatagramSocket([new DatagramLink(socket, local, options, address)], options, binding, isConnected: true);
        }
        catch (SocketException error)
        {
            binding?.Dispose();
            socket.Dispose();
            throw ErrorMap.From(error, NetOperation.Connect, address, remote: address);
        }
    }

    /// <summary>Binds to the name; to one that is made up, if there is none: without it no answer could come.</summary>
    private static (Socket Socket, Address Local, Binding? Binding) BindUnix(Address? name, DatagramOptions options)
    {
        if (name is not null || !UnixAutobind.IsSupported)
        {
            var binding = Binding.Bind(name ?? Address.UnixDatagram(UnixAutobind.TemporaryPath()), RulesOf(options));
            return (binding.Sockets[0], binding.LocalAddresses[0], binding);
        }
        var socket = Create(AddressFamily.Unix, options);
        UnixAutobind.Bind(socket);
        return (socket, Address.From(socket.LocalEndPoint, Transport.UnixDatagram), null);
    }

    private static BindingRules RulesOf(DatagramOptions options) => new()
    {
        CreateSocket = family => Create(family, options),
        ReusePort = options.ReusePort,
        ReplaceStalePath = options.ReplaceStalePath,
    };

    private static Socket Create(AddressFamily family, DatagramOptions options)
    {
        var isUnix = family == AddressFamily.Unix;
        var socket = new Socket(family, SocketType.Dgram, isUnix ? ProtocolType.Unspecified : ProtocolType.Udp);
        if (options.Broadcast && !isUnix)
            socket.EnableBroadcast = true;
        return socket;
    }

    /// <summary>The local address as far as it is in the family that was asked for.</summary>
    private static Address InFamily(Address local, AddressFamily? family) => (family, local) switch
    {
        (null or AddressFamily.Unix, _) => local,
        (_, { IsUnix: true }) => local,
        (AddressFamily.InterNetwork, { IsAny: true }) => Address.Udp("0.0.0.0", local.Port),
        (AddressFamily.InterNetworkV6, { IsAny: true }) => Address.Udp("::", local.Port),
        (AddressFamily.InterNetwork, { IP: null }) => Address.Udp("127.0.0.1", local.Port),
        (AddressFamily.InterNetworkV6, { IP: null }) => Address.Udp("::1", local.Port),
        (var asked, { IP: { } ip }) when ip.AddressFamily == asked => local,
        _ => throw new NetException(NetErrorKind.InvalidAddress, NetOperation.Listen, "not an address of the family asked for", local),
    };

    private static void RequireDatagrams(Address address, NetOperation operation)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Transport is Transport.Tcp or Transport.Unix)
            throw new NetException(NetErrorKind.InvalidAddress, operation,
                $"datagrams do not go over {(address.IsUnix ? "unix: (use unixgram:)" : "tcp (use udp://)")}", address);
    }

    private static void RequireTarget(Address address, NetOperation operation)
    {
        RequireDatagrams(address, operation);
        address.RequireTarget(operation);
    }

    private static async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(Address address, DatagramOptions options, CancellationToken cancel)
    {
        if (address.IP is null && options.NumericOnly)
            throw NotResolvable("a host name, where only IP addresses are allowed", address);
        if (options.Family == AddressFamily.Unix)
            throw NotResolvable("not an address of the family asked for", address);
        var limits = new ResolveOptions { Family = options.Family, Timeout = options.Timeout, Time = options.Time };
        return await options.Resolver.ResolveAsync(address.Host, limits, address, cancel).ConfigureAwait(false);
    }

    private static NetException NotResolvable(string reason, Address address) =>
        new(NetErrorKind.InvalidAddress, NetOperation.Resolve, reason, address);
}
