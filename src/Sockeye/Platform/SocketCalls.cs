using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye.Platform;

/// <summary>recv(2), send(2) and connect(2) of Linux, which never wait here. .NET's own calls would keep a record for each
/// socket, of what may be waiting, and throw where a connect is under way.</summary>
internal static partial class SocketCalls
{
    /// <summary>Null if it would have to wait.</summary>
    public static unsafe int? TryReceive(SafeSocketHandle socket, Span<byte> into)
    {
        fixed (byte* at = into)
            return CountOf(recv(socket, at, (nuint)into.Length, DontWait));
    }

    /// <summary>How many bytes the system took; null if it would have to wait.</summary>
    public static unsafe int? TrySend(SafeSocketHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
            return CountOf(send(socket, at, (nuint)bytes.Length, DontWait | NoSignal));
    }

    /// <summary>Begins to connect a socket that does not block, or tells how that came out: asked again, connect(2) takes the
    /// outcome, as <see cref="SocketError.Success"/> or an error.</summary>
    /// <param name="socket">A stream socket.</param>
    /// <param name="address">struct sockaddr_in or sockaddr_in6.</param>
    public static unsafe SocketError Connect(SafeSocketHandle socket, ReadOnlySpan<byte> address)
    {
        fixed (byte* at = address)
            return connect(socket, at, (uint)address.Length) == 0 ? SocketError.Success : NameOf(Marshal.GetLastPInvokeError());
    }

    /// <summary>No call waits from now on.</summary>
    public static unsafe void SetNonBlocking(SafeSocketHandle socket)
    {
        var on = 1;
        CountOf(ioctl(socket, NonBlocking, &on));
    }

    /// <summary>How much has to be there until the socket counts as readable (SO_RCVLOWAT). False where it cannot be set.</summary>
    public static unsafe bool TrySetLowWater(SafeHandle socket, int mark)
    {
        try
        {
            return setsockopt(socket, SocketLevel, LowWater, &mark, sizeof(int)) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private static int? CountOf(nint result)
    {
        if (result >= 0)
            return (int)result;
        var errno = Marshal.GetLastPInvokeError();
        return errno == EAGAIN ? null : throw new SocketException((int)NameOf(errno));
    }

    /// <summary>What .NET calls an error that such a call can meet.</summary>
    private static SocketError NameOf(int errno) => errno switch
    {
        1 or 13 => SocketError.AccessDenied,                    // EPERM, EACCES
        4 => SocketError.Interrupted,                           // EINTR
        9 or 88 => SocketError.NotSocket,                       // EBADF, ENOTSOCK
        EAGAIN => SocketError.WouldBlock,
        12 or 105 => SocketError.NoBufferSpaceAvailable,        // ENOMEM, ENOBUFS
        22 => SocketError.InvalidArgument,                      // EINVAL
        32 or 108 => SocketError.Shutdown,                      // EPIPE, ESHUTDOWN
        90 => SocketError.MessageSize,                          // EMSGSIZE
        97 => SocketError.AddressFamilyNotSupported,            // EAFNOSUPPORT
        98 => SocketError.AddressAlreadyInUse,                  // EADDRINUSE
        99 => SocketError.AddressNotAvailable,                  // EADDRNOTAVAIL
        100 => SocketError.NetworkDown,                         // ENETDOWN
        101 => SocketError.NetworkUnreachable,                  // ENETUNREACH
        102 => SocketError.NetworkReset,                        // ENETRESET
        103 => SocketError.ConnectionAborted,                   // ECONNABORTED
        104 => SocketError.ConnectionReset,                     // ECONNRESET
        106 => SocketError.IsConnected,                         // EISCONN
        107 => SocketError.NotConnected,                        // ENOTCONN
        110 => SocketError.TimedOut,                            // ETIMEDOUT
        111 => SocketError.ConnectionRefused,                   // ECONNREFUSED
        112 => SocketError.HostDown,                            // EHOSTDOWN
        113 => SocketError.HostUnreachable,                     // EHOSTUNREACH
        114 or 115 => SocketError.InProgress,                   // EALREADY, EINPROGRESS
        _ => SocketError.SocketError,
    };

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint recv(SafeSocketHandle socket, byte* into, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint send(SafeSocketHandle socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int connect(SafeSocketHandle socket, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(SafeSocketHandle socket, nuint request, int* argument);

    [LibraryImport("libc")]
    private static unsafe partial int setsockopt(SafeHandle socket, int level, int option, int* value, uint length);

    private const int DontWait = 0x40;         // MSG_DONTWAIT
    private const int NoSignal = 0x4000;       // MSG_NOSIGNAL
    private const nuint NonBlocking = 0x5421;  // FIONBIO
    private const int SocketLevel = 1;         // SOL_SOCKET
    private const int LowWater = 18;           // SO_RCVLOWAT
    private const int EAGAIN = 11;
}
