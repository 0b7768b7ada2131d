using System.Net.Sockets;

namespace Sockeye.Platform;

/// <summary>A socket that a loop watches, with what is awaited of each of its directions.</summary>
internal sealed class LoopSocket : IDisposable
{
    private readonly ReadinessLoop _loop;
    private IThreadPoolWorkItem? _posted;
    private int _isTold;
    private int _closed;

    public LoopSocket(ReadinessLoop loop, Socket socket)
    {
        (_loop, Socket, Handle) = (loop, socket, socket.SafeHandle);
        Receiving = new ReceivingDirection(this);
        Sending = new SendingDirection(this);
    }

    /// <summary>Names this socket to the kernel, and no other one, ever.</summary>
    public long Id { get; set; }

    public Socket Socket { get; }

    /// <summary>What the kernel is asked with.</summary>
    public SafeSocketHandle Handle { get; }

    public LoopDirection Receiving { get; }

    public LoopDirection Sending { get; }

    /// <summary>Whether it was let go.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Has this run soon on the loop's thread, or on one of the pool if the loop no longer hears of the socket.</summary>
    public void Post(IThreadPoolWorkItem work)
    {
        Interlocked.Exchange(ref _posted, work);
        if (IsClosed || Sending.IsMuted)
            PostElsewhere();    // the kernel would not tell
        else if (Volatile.Read(ref _isTold) != 0)
            Rearm();
        // Else the first event is still to come: that it can be written.
    }

    /// <summary>The kernel has something to tell: on the loop's thread.</summary>
    public void OnEvents(EpollEvents events)
    {
        // Both are noted before either goes on: what goes on may take long.
        var mayReceive = Has(EpollEvents.Readable | Ends | EpollEvents.Urgent);
        var maySend = Has(EpollEvents.Writable | EpollEvents.Error | EpollEvents.HungUp);
        if (mayReceive)
            Receiving.NoteReady(untilEmpty: Has(Ends | EpollEvents.Urgent), forEver: Has(EpollEvents.PeerEnded | EpollEvents.HungUp));
        if (maySend)
            Sending.NoteReady();
        if (_isTold == 0)
            Interlocked.Exchange(ref _isTold, 1);
        if (mayReceive)
            Receiving.GoOn();
        if (maySend)
            Sending.GoOn();
        // Last: what it begins to wait for has not been told by this event.
        if (_posted is not null)
            Interlocked.Exchange(ref _posted, null)?.Execute();

        bool Has(EpollEvents any) => (events & any) != EpollEvents.None;
    }

    /// <summary>What the kernel is to tell of it.</summary>
    public EpollEvents Watched => EpollEvents.EdgeTriggered
        | (Receiving.IsMuted ? EpollEvents.None : EpollEvents.Readable | EpollEvents.Urgent | EpollEvents.PeerEnded)
        | (Sending.IsMuted ? EpollEvents.None : EpollEvents.Writable);

    /// <summary>Has what is so now told again. One at a time: either direction mutes itself on a thread of its own, and the
    /// kernel has to be left with what is watched now.</summary>
    public void Rearm()
    {
        lock (Receiving)
            _loop.Rearm(this);
    }

    /// <summary>Lets the socket go, which is its owner's to close; what is awaited of it ends as aborted.</summary>
    public void Dispose() => Dispose(isClosing: false);

    /// <summary>As the other, for who closes the socket at once: that ends the kernel's watching, too. Should a child that is just
    /// being started hold it for a moment, what is told meanwhile finds nobody.</summary>
    public void Dispose(bool isClosing)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _loop.Detach(this, isClosing);
        Receiving.Close();
        Sending.Close();
        PostElsewhere();
    }

    private void PostElsewhere()
    {
        if (Interlocked.Exchange(ref _posted, null) is { } posted)
            ThreadPool.UnsafeQueueUserWorkItem(posted, preferLocal: false);
    }

    private const EpollEvents Ends = EpollEvents.PeerEnded | EpollEvents.HungUp | EpollEvents.Error;
}
