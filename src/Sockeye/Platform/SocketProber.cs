using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>Probes with what .NET has on every system: calls that tell by an event when they have ended.</summary>
internal sealed class SocketProber(int places) : Prober
{
    private readonly Try?[] _tries = new Try?[places];
    private readonly ConcurrentQueue<Try> _ended = new();
    private readonly SemaphoreSlim _bell = new(0);

    public override SocketError Begin(int place, IPAddress ip, int port)
    {
        Socket socket;
        try
        {
            socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
        var begun = new Try(this, place, socket, new IPEndPoint(ip, port));
        _tries[place] = begun;
        if (socket.ConnectAsync(begun))
            return SocketError.InProgress;
        _tries[place] = null;
        return begun.Settle();
    }

    public override bool TryTake(out int place, out SocketError outcome)
    {
        while (_ended.TryDequeue(out var ended))
        {
            place = ended.Place;
            outcome = ended.Settle();
            if (_tries[place] != ended)
                continue;
            _tries[place] = null;
            return true;
        }
        (place, outcome) = (0, SocketError.InProgress);
        return false;
    }

    public override void Look()
    {
        // What has ended has said so.
    }

    public override void Wait()
    {
        _bell.Wait();
        while (_bell.Wait(0))
        {
            // All that has rung is heard at once.
        }
    }

    public override void Ring() => _bell.Release();

    public override void GiveUp(int place)
    {
        _tries[place]?.Abort();
        _tries[place] = null;
    }

    public override void Dispose()
    {
        for (var place = 0; place < _tries.Length; place++)
            GiveUp(place);
    }

    private void OnEnded(Try ended)
    {
        _ended.Enqueue(ended);
        Ring();
    }

    private sealed class Try : SocketAsyncEventArgs
    {
        private readonly SocketProber _prober;
        private readonly Socket _socket;

        public Try(SocketProber prober, int place, Socket socket, IPEndPoint target)
            : base(true) =>
            (_prober, Place, _socket, RemoteEndPoint) = (prober, place, socket, target);

        public int Place { get; }

        /// <summary>Has it end soon, as aborted.</summary>
        public void Abort() => _socket.Dispose();

        /// <summary>How it ended. The peer sees an orderly end.</summary>
        public SocketError Settle()
        {
            var outcome = Meaning(SocketError);
            if (outcome == SocketError.Success && Connector.HasMetItself(_socket, RemoteEndPoint!))
            {
                _socket.LingerState = new LingerOption(enable: true, seconds: 0);
                outcome = SocketError.ConnectionRefused;
            }
            _socket.Dispose();
            Dispose();
            return outcome;
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => _prober.OnEnded(this);
    }
}
