using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sockeye.Platform;

/// <summary>What came of having the kernel move bytes from one descriptor to another (Linux).</summary>
/// <param name="Count">How many were moved; 0 at the source's end; negative if it failed.</param>
/// <param name="Errno">Why it failed.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct KernelMove(int Count, int Errno = 0)
{
    /// <summary>Not even tried, for good.</summary>
    public static KernelMove Refused => new(-1, ENOSYS);

    /// <summary>Not tried yet.</summary>
    public static KernelMove Later => new(-1, EAGAIN);

    /// <summary>Whether it has to wait: for the source's bytes, or for room at the sink.</summary>
    public bool HasToWait => Count < 0 && Errno is EAGAIN or EINTR;

    /// <summary>Whether the kernel cannot do this between these two, or whatever else is no failure of a connection.</summary>
    public bool IsRefused => Count < 0 && !HasToWait && Fault is null;

    /// <summary>A connection's failure, as a socket's own call would have told it.</summary>
    public SocketException Error => new((int)Fault!.Value);

    private SocketError? Fault => Errno switch
    {
        EPIPE => SocketError.Shutdown,
        ECONNRESET => SocketError.ConnectionReset,
        ECONNABORTED => SocketError.ConnectionAborted,
        ETIMEDOUT => SocketError.TimedOut,
        ENOTCONN => SocketError.NotConnected,
        ENETDOWN => SocketError.NetworkDown,
        ENETUNREACH => SocketError.NetworkUnreachable,
        EHOSTUNREACH => SocketError.HostUnreachable,
        EHOSTDOWN => SocketError.HostDown,
        ENOBUFS => SocketError.NoBufferSpaceAvailable,
        _ => null,
    };

    /// <summary>splice(2): one of the two is a pipe. A pipe never waits here; a socket waits unless it does not block.</summary>
    public static KernelMove Splice(SafeHandle from, SafeHandle to, int most) =>
        Of(splice(from, 0, to, 0, most, DoNotBlock | MovePages));

    /// <summary>sendfile(2), from where the file's descriptor stands, or from an offset that is then moved on.</summary>
    public static unsafe KernelMove SendFile(SafeHandle socket, SafeFileHandle file, ref long? offset, int most)
    {
        var at = offset ?? 0;
        var move = Of(sendfile(socket, file, offset is null ? null : &at, most));
        if (offset is not null)
            offset = at;
        return move;
    }

    private static KernelMove Of(nint result) => result >= 0 ? new((int)result) : new(-1, Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint splice(SafeHandle from, nint fromOffset, SafeHandle to, nint toOffset, nint count, uint flags);

    [LibraryImport("libc", EntryPoint = "sendfile64", SetLastError = true)]
    private static unsafe partial nint sendfile(SafeHandle socket, SafeFileHandle file, long* offset, nint count);

    private const uint MovePages = 1;     // SPLICE_F_MOVE
    private const uint DoNotBlock = 2;    // SPLICE_F_NONBLOCK
    private const int EINTR = 4, EAGAIN = 11, EPIPE = 32, ENOSYS = 38;
    private const int ENETDOWN = 100, ENETUNREACH = 101, ECONNABORTED = 103, ECONNRESET = 104, ENOBUFS = 105, ENOTCONN = 107, ETIMEDOUT = 110;
    private const int EHOSTDOWN = 112, EHOSTUNREACH = 113;
}
