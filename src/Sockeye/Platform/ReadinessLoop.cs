using System.Net;
using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>
/// Watches sockets and completes in place what is awaited of them: one thread at a time waits for the kernel's events,
/// moves the bytes, and runs the code behind the <c>await</c> itself.
/// <code>
/// epoll_wait ─► LoopSocket ─► recv or send ─► the code that awaited, until it awaits again ─► epoll_wait
/// </code>
/// </summary>
/// <remarks>Code that blocks would hold up every socket of the loop. So a thread has the loop only for a
/// <see cref="LoopTurn"/>, which ends when its code blocks; another thread then goes on.</remarks>
internal sealed class ReadinessLoop
{
    private readonly Epoll _epoll = new();
    private readonly LoopTable _sockets = new();
    private readonly Lock _handing = new();
    private LoopTurn _turn;

    public ReadinessLoop(LoopWatch watch)
    {
        Watch = watch;
        _turn = new(this);
    }

    /// <summary>The loop whose code runs on this thread; null on any other thread.</summary>
    public static ReadinessLoop? Current => LoopTurn.Current?.Loop;

    /// <summary>Who looks after turns that take too long.</summary>
    public LoopWatch Watch { get; }

    /// <summary>Whose turn it is.</summary>
    public LoopTurn Turn => Volatile.Read(ref _turn);

    /// <summary>How many sockets it watches.</summary>
    public int Count => _sockets.Count;

    /// <summary>Connects a socket without the stock engine, which would otherwise be told of its events for ever.</summary>
    /// <param name="socket">A new one.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="stop">Asked for what ends the wait, if there is one: on this machine there is none.</param>
    public async ValueTask ConnectAsync(Socket socket, EndPoint remote, Func<CancellationToken> stop)
    {
        socket.Blocking = false;
        if (remote is IPEndPoint && Begin(socket, remote) && !Descriptors.IsReady(socket.SafeHandle, Descriptors.Writable))
        {
            using var attached = Attach(socket);
            await attached.Sending.MoveAsync(Memory<byte>.Empty, stop()).ConfigureAwait(false);
        }
        // Of what was begun it takes the outcome. A Unix socket is connected at once, or not at all.
        socket.Connect(remote);
    }

    /// <summary>Whether it is under way; what has failed at once fails again when it is asked for.</summary>
    private static bool Begin(Socket socket, EndPoint remote)
    {
        var address = remote.Serialize();
        return SocketCalls.Connect(socket.SafeHandle, address.Buffer.Span[..address.Size]) == SocketError.InProgress;
    }

    /// <summary>Takes a socket in.</summary>
    public LoopSocket Attach(Socket socket)
    {
        var attached = new LoopSocket(this, socket);
        _sockets.Add(attached);
        try
        {
            _epoll.Add(attached.Handle, attached.Id, attached.Watched);
            return attached;
        }
        catch
        {
            _sockets.Remove(attached);
            throw;
        }
    }

    /// <summary>Lets a socket go. Events that were fetched before find nobody: its id is never used again.</summary>
    public void Detach(LoopSocket socket, bool isClosing)
    {
        if (_sockets.Remove(socket) && !isClosing)
            _epoll.Remove(socket.Handle);
    }

    /// <summary>The socket of that id, if it is still attached.</summary>
    public LoopSocket? Find(long id) => _sockets.Find(id);

    /// <summary>Has what is so of a socket told again.</summary>
    public void Rearm(LoopSocket socket)
    {
        try
        {
            _epoll.Rearm(socket.Handle, socket.Id, socket.Watched);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException && socket.IsClosed)
        {
            // Let go meanwhile, which ends what waits there.
        }
    }

    /// <summary>The same for several, those that are still attached.</summary>
    public void RearmAll(IEnumerable<long> ids)
    {
        foreach (var id in ids)
            Find(id)?.Rearm();
    }

    /// <summary>Begins to run, for ever.</summary>
    public void Start() => Turn.Start();

    /// <summary>Waits for events.</summary>
    public void Wait(EpollBatch batch) => _epoll.Wait(batch);

    /// <summary>Gives the loop to another thread. What the old one had fetched and may not come to is asked for again.</summary>
    public void HandOver(LoopTurn from)
    {
        lock (_handing)
        {
            if (Turn != from)
                return;
            var next = new LoopTurn(this);
            try
            {
                next.Start();
            }
            catch (OutOfMemoryException)
            {
                return;    // no thread to be had: the old one keeps the loop, and the watch asks again
            }
            from.End();
            RearmAll(from.Unfinished());
            Volatile.Write(ref _turn, next);
        }
    }
}
