using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sockeye.Platform;

/// <summary>Messages received in one call, each of one datagram, or of several of one sender and size that came as one.</summary>
internal sealed class ReceivedMessages
{
    private readonly Message[] _messages = Pinned<Message>(Capacity);
    private readonly MessagePart[] _parts = Pinned<MessagePart>(Capacity);
    private readonly SegmentControl[] _controls = Pinned<SegmentControl>(Capacity);
    private readonly byte[] _names = Pinned<byte>(Capacity * LongestName);
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity * Room, pinned: true);

    public unsafe ReceivedMessages()
    {
        for (var i = 0; i < Capacity; i++)
        {
            _parts[i] = new() { Start = AddressOf(ref _bytes[i * Room]), Length = Room };
            _messages[i].Header = new()
            {
                Name = AddressOf(ref _names[i * LongestName]),
                Parts = AddressOf(ref _parts[i]),
                PartCount = 1,
                Control = AddressOf(ref _controls[i]),
            };
            MakeRoom(ref _messages[i].Header);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The memory of all of them.</summary>
    public byte[] Memory => _bytes;

    /// <summary>Takes what is there now, in place of what was here.</summary>
    public void Receive(SafeSocketHandle socket)
    {
        for (var i = 0; i < Count; i++)
            MakeRoom(ref _messages[i].Header);
        Count = 0;
        Count = MessageCalls.Receive(socket, _messages);
    }

    /// <summary>The sockaddr of a message's sender.</summary>
    public ReadOnlySpan<byte> NameOf(int message) =>
        _names.AsSpan(message * LongestName, (int)_messages[message].Header.NameLength);

    /// <summary>Where a message is in <see cref="Memory"/>.</summary>
    public ArraySegment<byte> BytesOf(int message) => new(_bytes, message * Room, (int)_messages[message].Length);

    /// <summary>How long each of a message's datagrams is, but for the last, which may be shorter.</summary>
    public int SegmentOf(int message) => _messages[message].Header.ControlLength > 0 && _controls[message].Received is > 0 and var size
        ? size
        : Room;

    /// <summary>For a name and a size of segments: the kernel has put there how long they are.</summary>
    private static unsafe void MakeRoom(ref MessageHeader header) =>
        (header.NameLength, header.ControlLength) = (LongestName, sizeof(SegmentControl));

    private static T[] Pinned<T>(int count) => GC.AllocateArray<T>(count, pinned: true);

    private static unsafe nint AddressOf<T>(ref T pinned) where T : unmanaged => (nint)Unsafe.AsPointer(ref pinned);

    /// <summary>Messages that one call can bring.</summary>
    public const int Capacity = 32;

    // More than a UDP datagram can have, and those that the kernel joins can have together.
    private const int Room = ushort.MaxValue + 1;

    private const int LongestName = 28;     // struct sockaddr_in6
}
