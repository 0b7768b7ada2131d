namespace Sockeye;

/// <summary>Lets in one at a time, in the order in which they came. It is a word as long as nobody meets anybody.</summary>
internal sealed class Gate
{
    private SemaphoreSlim? _queue;
    private int _state;

    public bool TryEnter() => Interlocked.CompareExchange(ref _state, Taken, Free) switch
    {
        Free => true,
        Taken => false,
        _ => _queue!.Wait(0),
    };

    public ValueTask EnterAsync(CancellationToken cancel) => TryEnter() ? default : new(Queue().WaitAsync(cancel));

    public void Enter()
    {
        if (!TryEnter())
            Queue().Wait();
    }

    public void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Free, Taken) != Taken)
            _queue!.Release();
    }

    /// <summary>From now on whoever leaves gives the place to the queue.</summary>
    private SemaphoreSlim Queue()
    {
        if (_queue is null)
            Interlocked.CompareExchange(ref _queue, new SemaphoreSlim(0), null);
        if (Interlocked.Exchange(ref _state, Queued) == Free)
            _queue.Release();
        return _queue;
    }

    private const int Free = 0;
    private const int Taken = 1;
    private const int Queued = 2;
}
