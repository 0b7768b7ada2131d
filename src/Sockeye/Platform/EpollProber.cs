using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye.Platform;

/// <summary>
/// Probes with connect(2) and epoll(7), two system calls a port where the answer comes at once, as on loopback.
/// <code>
/// connect ─► EINPROGRESS ─► connect ─► ECONNREFUSED           the socket is as new, and takes the next port
///                                  ─► 0                       connected: closed
///                                  ─► EALREADY ─► epoll_wait ─► connect ─► ...
/// </code>
/// </summary>
/// <remarks>The second connect(2) tells the outcome and, unlike SO_ERROR, gives the socket back: Linux has an
/// unconnected socket again after a refusal. That saves making and closing one for each port.</remarks>
internal sealed partial class EpollProber : Prober
{
    private readonly Epoll _epoll = new();
    private readonly EpollBatch _batch = new();
    private readonly Place[] _places;
    // Never connected, it is always ready: to be told so again is what wakes a wait.
    private readonly Socket _bell;
    private int _next;

    public EpollProber(int places)
    {
        _places = new Place[places];
        _bell = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _epoll.Add(_bell.SafeHandle, Bell, Watched);
    }

    public override SocketError Begin(int place, IPAddress ip, int port)
    {
        ref var at = ref _places[place];
        try
        {
            at.AimAt(ip, port);
            var outcome = ConnectTwice(ref at);
            if (outcome == SocketError.AddressNotAvailable && at.KeepsPort)
            {
                // That port and the peer's still have to do with each other: with another one there may be no such past.
                at.Close();
                at.AimAt(ip, port);
                outcome = ConnectTwice(ref at);
            }
            if (outcome == SocketError.InProgress)
                Watch(ref at, place);
            return Settled(ref at, outcome);
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    public override bool TryTake(out int place, out SocketError outcome)
    {
        while (_next < _batch.Count)
        {
            place = (int)_batch[_next++].Id;
            if (place == Bell || !_places[place].IsUnderWay)
                continue;
            outcome = Settled(ref _places[place], Connect(ref _places[place]));
            if (outcome != SocketError.InProgress)
                return true;
        }
        (place, outcome) = (0, SocketError.InProgress);
        return false;
    }

    public override void Look() => Fetch(wait: false);

    public override void Wait() => Fetch(wait: true);

    public override void Ring() => _epoll.Rearm(_bell.SafeHandle, Bell, Watched);

    public override void GiveUp(int place) => _places[place].Close();

    public override void Dispose()
    {
        foreach (ref var place in _places.AsSpan())
            place.Close();
        _bell.Dispose();
        _epoll.Dispose();
    }

    private void Fetch(bool wait)
    {
        _next = 0;
        _epoll.Wait(_batch, untilThereAre: wait);
    }

    /// <summary>An event may be of the place's last try: then this one is still under way, and has an event of its own.</summary>
    private void Watch(ref Place at, int place)
    {
        if (!at.IsWatched)
            _epoll.Add(at.Socket!.SafeHandle, place, Watched);
        at.IsWatched = at.IsUnderWay = true;
    }

    /// <summary>Keeps the socket where it can be used again.</summary>
    private static SocketError Settled(ref Place at, SocketError outcome)
    {
        if (outcome == SocketError.InProgress)
            return outcome;
        at.IsUnderWay = false;
        if (outcome == SocketError.ConnectionRefused)
            return outcome;
        if (outcome == SocketError.Success && HasMetItself(ref at))
        {
            // Told to be gone at once, it does not keep the port that was asked about.
            at.Socket!.LingerState = new LingerOption(enable: true, seconds: 0);
            outcome = SocketError.ConnectionRefused;
        }
        at.Close();
        return Meaning(outcome);
    }

    private static SocketError ConnectTwice(ref Place at)
    {
        var outcome = Connect(ref at);
        return outcome == SocketError.InProgress ? Connect(ref at) : outcome;
    }

    private static SocketError Connect(ref Place at) => SocketCalls.Connect(at.Socket!.SafeHandle, at.Address) switch
    {
        SocketError.Interrupted => SocketError.InProgress,
        SocketError.IsConnected => SocketError.Success,
        SocketError.WouldBlock => SocketError.AddressNotAvailable,    // no local port is free
        var outcome => outcome,
    };

    /// <summary>A port of this machine where nobody listens, and which was given to this very socket as its own: TCP's
    /// simultaneous open then connects it to itself.</summary>
    private static unsafe bool HasMetItself(ref Place at)
    {
        var length = at.Address!.Length;
        var local = stackalloc byte[length];
        return getsockname(at.Socket!.SafeHandle, local, &length) == 0 && new ReadOnlySpan<byte>(local, length).SequenceEqual(at.Address);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int getsockname(SafeSocketHandle socket, byte* address, int* length);

    private const EpollEvents Watched = EpollEvents.Writable | EpollEvents.EdgeTriggered;
    private const int Bell = int.MaxValue;

    /// <summary>One try's socket, which serves one try after another, and where it is aimed.</summary>
    private struct Place
    {
        private IPAddress? _ip;

        public Socket? Socket { get; private set; }

        /// <summary>struct sockaddr_in or sockaddr_in6; the port stands in bytes 2 and 3 of both.</summary>
        public byte[]? Address { get; private set; }

        /// <summary>Whether all tries of the socket come from one port, which it keeps.</summary>
        public bool KeepsPort { get; private set; }

        public bool IsWatched { get; set; }

        public bool IsUnderWay { get; set; }

        public void AimAt(IPAddress ip, int port)
        {
            if (!ReferenceEquals(ip, _ip))
            {
                if (Socket?.AddressFamily != ip.AddressFamily || (KeepsPort && !IPAddress.IsLoopback(ip)))
                    Close();
                var address = new IPEndPoint(ip, port).Serialize();
                Address = address.Buffer[..address.Size].ToArray();
                _ip = ip;
            }
            BinaryPrimitives.WriteUInt16BigEndian(Address.AsSpan(2), (ushort)port);
            if (Socket is not null)
                return;
            Socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            KeepsPort = IPAddress.IsLoopback(ip) && TryKeepPort();
        }

        /// <summary>Finding a port for each try is a fifth of what a try on loopback costs the kernel. A port that it chooses
        /// itself it takes back after each.</summary>
        private readonly bool TryKeepPort()
        {
            var source = new IPEndPoint(Socket!.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0);
            try
            {
                using (var free = new Socket(Socket.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
                {
                    free.Bind(source);
                    source.Port = ((IPEndPoint)free.LocalEndPoint!).Port;
                }
                Socket.Bind(source);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        public void Close()
        {
            Socket?.Dispose();
            Socket = null;
            KeepsPort = IsWatched = IsUnderWay = false;
        }
    }
}
