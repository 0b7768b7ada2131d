using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>The memory for many datagrams and their answers. An exchange has one while there is something to answer, and none
/// while it waits.</summary>
internal sealed class DatagramBatch
{
    private static readonly Lock Gate = new();
    private static readonly Stack<DatagramBatch> Spare = new();
    private readonly byte[] _copies = GC.AllocateUninitializedArray<byte>(CopyRoom, pinned: true);
    private int _copied;

    private DatagramBatch()
    {
    }

    /// <summary>What was received.</summary>
    public ReceivedMessages Received { get; } = new();

    /// <summary>Who sent it.</summary>
    public SenderTable Senders { get; } = new();

    /// <summary>What is to be sent.</summary>
    public HeldMessages Held { get; } = new();

    /// <summary>Whom the messages that are held are for.</summary>
    public DatagramPeer[] Receivers { get; } = new DatagramPeer[HeldMessages.Capacity];

    public static DatagramBatch Rent()
    {
        lock (Gate)
            return Spare.TryPop(out var spare) ? spare : new();
    }

    /// <summary>Keeps it for the next one who needs one; as many are kept as can be at work at once.</summary>
    public void Return()
    {
        Forget();
        lock (Gate)
        {
            if (Spare.Count < Environment.ProcessorCount)
                Spare.Push(this);
        }
    }

    /// <summary>An answer where it can stay until it is sent, since its handler may use its own memory again; null if there is
    /// no room.</summary>
    public ArraySegment<byte>? Settle(ReadOnlyMemory<byte> answer)
    {
        if (MemoryMarshal.TryGetArray(answer, out var bytes) && bytes.Array == Received.Memory)
            return bytes;
        if (answer.Length > CopyRoom - _copied)
            return null;
        answer.CopyTo(_copies.AsMemory(_copied));
        _copied += answer.Length;
        return new(_copies, _copied - answer.Length, answer.Length);
    }

    /// <summary>What was held is sent, or is not to be sent.</summary>
    public void Forget()
    {
        Held.Clear();
        _copied = 0;
    }

    private const int CopyRoom = 64 * 1024;
}
