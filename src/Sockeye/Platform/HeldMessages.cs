using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sockeye.Platform;

/// <summary>
/// Datagrams that are held back, to be sent in one call. Where the kernel cuts segments, those that follow each other to one
/// address are one message, whose last datagram alone may be shorter than the others.
/// </summary>
/// <remarks>Names and bytes stay where they are until they are sent: in memory that does not move.</remarks>
internal sealed class HeldMessages
{
    private readonly Message[] _messages = GC.AllocateArray<Message>(Capacity, pinned: true);
    private readonly MessagePart[] _parts = GC.AllocateArray<MessagePart>(PartCapacity, pinned: true);
    private readonly SegmentControl[] _controls = GC.AllocateArray<SegmentControl>(Capacity, pinned: true);
    private readonly ArraySegment<byte>[] _bytes = new ArraySegment<byte>[PartCapacity];
    private readonly int[] _firstParts = new int[Capacity];
    private readonly int[] _segments = new int[Capacity];
    private int _first;
    private int _end;
    private int _partsEnd;
    private int _datagrams; // of the last message: how many it has,
    private int _length;    // how long they are together,
    private bool _isOpen;   // and whether another one may follow.

    /// <summary>Whether nothing is held.</summary>
    public bool IsEmpty => _first == _end;

    /// <summary>The message that is to be sent next.</summary>
    public int First => _first;

    /// <summary>Holds one more.</summary>
    /// <param name="bytes">What it carries.</param>
    /// <param name="name">The sockaddr to send it to.</param>
    /// <param name="largestSegment">Longer ones than that are not put together; 0 for none at all.</param>
    /// <returns>The message that it is in; null if there is no room.</returns>
    public int? TryAdd(ArraySegment<byte> bytes, ReadOnlySpan<byte> name, int largestSegment)
    {
        var isNew = !CanJoin(bytes.Count, name);
        if (_partsEnd == PartCapacity || (isNew && _end == Capacity))
            return null;
        if (isNew)
            Begin(bytes.Count, name);
        AddPart(bytes);
        _isOpen = bytes.Count > 0 && bytes.Count == _segments[_end - 1] && bytes.Count <= largestSegment;
        return _end - 1;
    }

    /// <summary>Sends as much as can be sent at once. False if the first of what is left cannot, or not as it is.</summary>
    /// <param name="socket">Where to send it from.</param>
    /// <param name="isBadSegment">The way there does not take segments of that size.</param>
    public bool TrySend(SafeSocketHandle socket, out bool isBadSegment)
    {
        isBadSegment = false;
        while (!IsEmpty)
        {
            var sent = MessageCalls.Send(socket, _messages.AsSpan(_first.._end), out isBadSegment);
            if (sent == 0)
                return false;
            _first += sent;
        }
        return true;
    }

    /// <summary>Forgets what is held, to begin anew.</summary>
    public void Clear() => (_first, _end, _partsEnd, _isOpen) = (0, 0, 0, false);

    /// <summary>Takes the first message out: its datagrams, and how long they are.</summary>
    public (List<ReadOnlyMemory<byte>> Datagrams, int Segment) TakeFirst()
    {
        var message = _first++;
        var datagrams = new List<ReadOnlyMemory<byte>>();
        var part = _firstParts[message];
        for (var left = (int)_messages[message].Header.PartCount; left > 0; left--)
            Cut(_bytes[part++], _segments[message], datagrams);
        return (datagrams, _segments[message]);
    }

    private static void Cut(ReadOnlyMemory<byte> bytes, int segment, List<ReadOnlyMemory<byte>> datagrams)
    {
        do
        {
            var length = Math.Min(segment, bytes.Length);
            datagrams.Add(bytes[..length]);
            bytes = bytes[length..];
        }
        while (!bytes.IsEmpty);
    }

    private bool CanJoin(int length, ReadOnlySpan<byte> name) => _isOpen && !IsEmpty
        && length > 0 && length <= _segments[_end - 1] && _length + length <= LongestMessage && _datagrams < MostDatagrams
        && name.SequenceEqual(NameOf(_end - 1));

    private void Begin(int length, ReadOnlySpan<byte> name)
    {
        _messages[_end].Header = new()
        {
            Name = AddressOf(name),
            NameLength = (uint)name.Length,
            Parts = AddressOf<MessagePart>(_parts.AsSpan(_partsEnd)),
        };
        (_firstParts[_end], _segments[_end]) = (_partsEnd, length);
        (_datagrams, _length) = (0, 0);
        _end++;
    }

    /// <summary>What lies right behind the last part in memory makes that one longer.</summary>
    private void AddPart(ArraySegment<byte> bytes)
    {
        ref var header = ref _messages[_end - 1].Header;
        if (_datagrams > 0 && IsBehind(bytes, _bytes[_partsEnd - 1]))
        {
            _bytes[_partsEnd - 1] = new(bytes.Array!, _bytes[_partsEnd - 1].Offset, _bytes[_partsEnd - 1].Count + bytes.Count);
            _parts[_partsEnd - 1].Length += bytes.Count;
        }
        else
        {
            _bytes[_partsEnd] = bytes;
            _parts[_partsEnd++] = new() { Start = AddressOf<byte>(bytes), Length = bytes.Count };
            header.PartCount++;
        }
        _length += bytes.Count;
        if (++_datagrams == 2)
            CutApart(ref header);
    }

    private unsafe void CutApart(ref MessageHeader header)
    {
        _controls[_end - 1] = SegmentControl.Cutting((ushort)_segments[_end - 1]);
        header.Control = AddressOf<SegmentControl>(_controls.AsSpan(_end - 1));
        header.ControlLength = sizeof(SegmentControl);
    }

    private unsafe ReadOnlySpan<byte> NameOf(int message) =>
        new((void*)_messages[message].Header.Name, (int)_messages[message].Header.NameLength);

    private static bool IsBehind(ArraySegment<byte> bytes, ArraySegment<byte> last) =>
        bytes.Array == last.Array && bytes.Offset == last.Offset + last.Count;

    private static unsafe nint AddressOf<T>(ReadOnlySpan<T> pinned) where T : unmanaged =>
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    /// <summary>Messages that are held at most.</summary>
    public const int Capacity = 64;

    private const int PartCapacity = 256;       // enough for answers that are nowhere side by side
    private const int MostDatagrams = 64;       // UDP_MAX_SEGMENTS, of the kernels that have the fewest
    private const int LongestMessage = 65507;   // what UDP over IPv4 carries
}
