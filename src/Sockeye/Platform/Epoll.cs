using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sockeye.Platform;

/// <summary>epoll(7), edge-triggered: it tells once that something has become so, and not again while it stays so.</summary>
internal sealed partial class Epoll : IDisposable
{
    private readonly SafeFileHandle _descriptor;

    public Epoll()
    {
        _descriptor = epoll_create1(CloseOnExec);
        if (_descriptor.IsInvalid)
            throw LastError();
    }

    /// <summary>Begins to watch; what is so already is told, too.</summary>
    /// <param name="socket">What to watch.</param>
    /// <param name="id">Comes with each event. It must name this watching and no later one: the descriptor's number is used again.</param>
    /// <param name="watched">Of what to tell; of errors and of an end to both directions it tells in any case.</param>
    public void Add(SafeSocketHandle socket, long id, EpollEvents watched) => ThrowIfFailed(Control(ControlAdd, socket, id, watched));

    /// <summary>Has what is so now told again.</summary>
    public void Rearm(SafeSocketHandle socket, long id, EpollEvents watched) => ThrowIfFailed(Control(ControlModify, socket, id, watched));

    /// <summary>Ends watching of what stays open: closing would, too.</summary>
    public void Remove(SafeSocketHandle socket) => ThrowIfFailed(Control(ControlRemove, socket, 0, EpollEvents.None));

    /// <summary>Waits until there are events, or takes only those that there are.</summary>
    public unsafe void Wait(EpollBatch batch, bool untilThereAre = true)
    {
        fixed (byte* events = batch.Bytes)
        {
            var count = epoll_wait(_descriptor, events, EpollBatch.Capacity, untilThereAre ? Forever : NotAtAll);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                ThrowIfFailed(count);
            batch.Count = Math.Max(0, count);
        }
    }

    /// <summary>Ends it, once nobody waits.</summary>
    public void Dispose() => _descriptor.Dispose();

    private unsafe int Control(int operation, SafeSocketHandle socket, long id, EpollEvents events)
    {
        var watched = stackalloc byte[EpollBatch.EventSize];
        EpollBatch.Write(new(watched, EpollBatch.EventSize), events, id);
        return epoll_ctl(_descriptor, operation, socket, watched);
    }

    private static void ThrowIfFailed(int result)
    {
        if (result < 0)
            throw LastError();
    }

    private static IOException LastError() => new($"epoll: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(SafeFileHandle epoll, int operation, SafeSocketHandle socket, byte* watched);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(SafeFileHandle epoll, byte* events, int capacity, int milliseconds);

    private const int CloseOnExec = 0x80000;    // EPOLL_CLOEXEC
    private const int ControlAdd = 1;           // EPOLL_CTL_ADD
    private const int ControlRemove = 2;        // EPOLL_CTL_DEL
    private const int ControlModify = 3;        // EPOLL_CTL_MOD
    private const int Forever = -1;
    private const int NotAtAll = 0;
    private const int Interrupted = 4;          // EINTR
}

/// <summary>What epoll tells of a socket.</summary>
[Flags]
internal enum EpollEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>EPOLLIN.</summary>
    Readable = 0x1,

    /// <summary>EPOLLPRI: urgent data, where a read stops short of what lies behind.</summary>
    Urgent = 0x2,

    /// <summary>EPOLLOUT.</summary>
    Writable = 0x4,

    /// <summary>EPOLLERR: SO_ERROR has something to say.</summary>
    Error = 0x8,

    /// <summary>EPOLLHUP: both directions have ended.</summary>
    HungUp = 0x10,

    /// <summary>EPOLLRDHUP: the peer's end is there, perhaps behind bytes.</summary>
    PeerEnded = 0x2000,

    /// <summary>EPOLLET.</summary>
    EdgeTriggered = 0x8000_0000,
}

/// <summary>The events that one wait has brought.</summary>
internal sealed class EpollBatch
{
    public const int Capacity = 256;

    /// <summary>struct epoll_event { uint32_t events; epoll_data_t data; }: packed on x86, aligned elsewhere.</summary>
    public static int EventSize => IdOffset + sizeof(long);

    private static int IdOffset => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    public byte[] Bytes { get; } = new byte[Capacity * EventSize];

    public int Count { get; set; }

    public (EpollEvents Events, long Id) this[int index]
    {
        get
        {
            var at = Bytes.AsSpan(index * EventSize, EventSize);
            return ((EpollEvents)MemoryMarshal.Read<uint>(at), MemoryMarshal.Read<long>(at[IdOffset..]));
        }
    }

    public static void Write(Span<byte> at, EpollEvents events, long id)
    {
        MemoryMarshal.Write(at, (uint)events);
        MemoryMarshal.Write(at[IdOffset..], id);
    }
}
