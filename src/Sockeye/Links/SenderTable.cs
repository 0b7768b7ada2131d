namespace Sockeye.Links;

/// <summary>The senders of late, so that hearing one of them again allocates nothing. It holds so many and no more: who has the
/// place of another takes it.</summary>
internal sealed class SenderTable
{
    private readonly DatagramPeer?[] _peers = new DatagramPeer?[Places];
    private DatagramPeer? _last;

    /// <summary>Who has this name; whoever is not known is made.</summary>
    public DatagramPeer Find(ReadOnlySpan<byte> name, DatagramLink link)
    {
        if (_last is not null && IsNameOf(_last, name))
            return _last;
        ref var place = ref _peers[PlaceOf(name)];
        return _last = place is not null && IsNameOf(place, name) ? place : place = link.PeerOf(name);
    }

    private static bool IsNameOf(DatagramPeer peer, ReadOnlySpan<byte> name) =>
        name.SequenceEqual(peer.SocketAddress.Buffer.Span[..peer.SocketAddress.Size]);

    private static int PlaceOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        hash.AddBytes(name);
        return (int)((uint)hash.ToHashCode() % Places);
    }

    private const int Places = 1024;
}
