using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sockeye.Platform;

/// <summary>Many datagrams in one call: recvmmsg(2), sendmmsg(2), and what udp(7) says of segments.</summary>
internal static partial class MessageCalls
{
    /// <summary>Whether the kernel has both calls for this socket.</summary>
    public static bool AreSupported(SafeSocketHandle socket) => OperatingSystem.IsLinux()
        && recvmmsg(socket, 0, 0, DoNotWait, 0) == 0 && sendmmsg(socket, 0, 0, DoNotWait) == 0;

    /// <summary>Whether the kernel cuts apart what is sent as one (UDP_SEGMENT, Linux 4.18).</summary>
    public static bool CutsSegments(SafeSocketHandle socket) => TrySet(socket, Segment, 0);

    /// <summary>Has the kernel give as one what came as one (UDP_GRO, Linux 5.0); false where it cannot. From then on every
    /// receive has to look for the size of segments.</summary>
    public static bool TryJoinSegments(SafeSocketHandle socket) => TrySet(socket, Gro, 1);

    /// <summary>How many were received; 0 if none is there.</summary>
    public static unsafe int Receive(SafeSocketHandle socket, Span<Message> messages)
    {
        fixed (Message* first = messages)
        {
            var count = recvmmsg(socket, (nint)first, (uint)messages.Length, DoNotWait, 0);
            if (count < 0 && Marshal.GetLastPInvokeError() is not (TryAgain or Interrupted))
                throw new SocketException();
            return Math.Max(0, count);
        }
    }

    /// <summary>How many were sent, from the first on; 0 if the first cannot be sent now, or at all.</summary>
    public static unsafe int Send(SafeSocketHandle socket, Span<Message> messages, out bool isBadSegment)
    {
        fixed (Message* first = messages)
        {
            var count = sendmmsg(socket, (nint)first, (uint)messages.Length, DoNotWait);
            isBadSegment = count < 0 && Marshal.GetLastPInvokeError() is InvalidArgument or TooLarge or CannotCut or NotSupported;
            return Math.Max(0, count);
        }
    }

    private static unsafe bool TrySet(SafeSocketHandle socket, int option, int value) =>
        setsockopt(socket, UdpLevel, option, &value, sizeof(int)) == 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int recvmmsg(SafeSocketHandle socket, nint messages, uint count, int flags, nint limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sendmmsg(SafeSocketHandle socket, nint messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int setsockopt(SafeSocketHandle socket, int level, int option, int* value, uint size);

    internal const int UdpLevel = 17;           // SOL_UDP
    internal const int Segment = 103;           // UDP_SEGMENT
    internal const int Gro = 104;               // UDP_GRO
    private const int DoNotWait = 0x40;         // MSG_DONTWAIT
    private const int Interrupted = 4;          // EINTR
    private const int CannotCut = 5;            // EIO: no checksum of the card for that way
    private const int TryAgain = 11;            // EAGAIN
    private const int InvalidArgument = 22;     // EINVAL
    private const int TooLarge = 90;            // EMSGSIZE: a segment that does not fit into a packet
    private const int NotSupported = 95;        // EOPNOTSUPP
}

/// <summary>struct mmsghdr: a message, and how long it is. All that it points at must not move.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Message
{
    /// <summary>What it consists of.</summary>
    public MessageHeader Header;

    /// <summary>Of one that was received: its bytes. Of one that was sent: how many have gone.</summary>
    public uint Length;
}

/// <summary>struct msghdr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageHeader
{
    /// <summary>The peer's sockaddr.</summary>
    public nint Name;

    /// <summary>Its bytes, or the room for it.</summary>
    public uint NameLength;

    /// <summary>The first of its parts.</summary>
    public nint Parts;

    /// <summary>How many parts it has.</summary>
    public nint PartCount;

    /// <summary>A <see cref="SegmentControl"/>.</summary>
    public nint Control;

    /// <summary>Its bytes, the room for it, or 0 where there is none.</summary>
    public nint ControlLength;

    /// <summary>What the kernel says of it.</summary>
    public int Flags;
}

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessagePart
{
    /// <summary>Where it is.</summary>
    public nint Start;

    /// <summary>Its bytes.</summary>
    public nint Length;
}

/// <summary>struct cmsghdr with a number behind it: how long each datagram is of those that a message joins.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SegmentControl
{
    private nint _length;
    private int _level;
    private int _type;
    private int _size;

    /// <summary>What the kernel has put here of a message that it received; 0 if it is one datagram.</summary>
    public readonly int Received => _level == MessageCalls.UdpLevel && _type == MessageCalls.Gro ? _size : 0;

    /// <summary>Has the kernel cut what is sent into datagrams of this size; the last may be shorter.</summary>
    public static SegmentControl Cutting(ushort size)
    {
        var control = new SegmentControl
        {
            _length = LengthWithoutSize + sizeof(ushort),
            _level = MessageCalls.UdpLevel,
            _type = MessageCalls.Segment,
        };
        Unsafe.As<int, ushort>(ref control._size) = size;
        return control;
    }

    private static int LengthWithoutSize => nint.Size + 2 * sizeof(int);
}
