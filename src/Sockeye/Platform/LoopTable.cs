namespace Sockeye.Platform;

/// <summary>The sockets of a loop by their ids: a place, which is used again, and a number in front that is not.</summary>
internal sealed class LoopTable
{
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private LoopSocket?[] _places = new LoopSocket?[64];
    private int _used;
    private int _given;

    public int Count
    {
        get
        {
            lock (_lock)
                return _used - _free.Count;
        }
    }

    /// <summary>Gives it an id that no other one ever gets.</summary>
    public void Add(LoopSocket socket)
    {
        lock (_lock)
        {
            var place = _free.TryPop(out var free) ? free : _used++;
            if (place == _places.Length)
                Array.Resize(ref _places, place * 2);
            socket.Id = ((long)++_given << PlaceBits) | (uint)place;
            _places[place] = socket;
        }
    }

    /// <summary>False if it has been removed.</summary>
    public bool Remove(LoopSocket socket)
    {
        lock (_lock)
        {
            if (Find(socket.Id) is null)
                return false;
            _places[PlaceOf(socket.Id)] = null;
            _free.Push(PlaceOf(socket.Id));
            return true;
        }
    }

    /// <summary>The socket of that id, if it is still there. For any thread, without the lock.</summary>
    public LoopSocket? Find(long id) =>
        Volatile.Read(ref Volatile.Read(ref _places)[PlaceOf(id)]) is { } socket && socket.Id == id ? socket : null;

    private static int PlaceOf(long id) => (int)id;

    private const int PlaceBits = 32;
}
