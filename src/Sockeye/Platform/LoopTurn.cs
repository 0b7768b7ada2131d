namespace Sockeye.Platform;

/// <summary>One thread's time of running a loop: until the code that it runs blocks, which is mostly never.</summary>
internal sealed class LoopTurn(ReadinessLoop loop)
{
    [ThreadStatic]
    private static LoopTurn? _current;

    private readonly EpollBatch _batch = new();
    private int _next;
    private int _left;
    private long _step;
    private bool _isAtWork;
    private int _over;

    /// <summary>The turn that this thread has now; null on a thread that is no loop's, or no longer.</summary>
    public static LoopTurn? Current => _current is { IsOver: false } turn ? turn : null;

    /// <summary>To be called before this thread blocks: if it is a loop's, another one goes on with the loop.</summary>
    public static void StepAside()
    {
        if (Current is { } turn)
            turn.Loop.HandOver(turn);
    }

    /// <summary>Whether code that finds everything ready may go on without a pause. Who could go on for ever has to let the
    /// others of its loop come in between.</summary>
    public static bool MayGoOn() => Current is not { } turn || turn._left-- > 0;

    /// <summary>What this thread runs.</summary>
    public ReadinessLoop Loop => loop;

    /// <summary>Changes with each event.</summary>
    public long Step => Volatile.Read(ref _step);

    /// <summary>Whether it runs code, and does not wait for the kernel.</summary>
    public bool IsAtWork => Volatile.Read(ref _isAtWork);

    private bool IsOver => Volatile.Read(ref _over) != 0;

    /// <summary>Begins its thread.</summary>
    /// <exception cref="OutOfMemoryException">The system has no thread to give, or no descriptor left to look where its stack is.</exception>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "Sockeye loop" }.UnsafeStart();

    /// <summary>Its thread begins no other event.</summary>
    public void End() => Interlocked.Exchange(ref _over, 1);

    /// <summary>Of the events fetched, the one at work and those behind it. To be asked for once the turn is over: after that
    /// it begins none that is not among them.</summary>
    public IEnumerable<long> Unfinished()
    {
        for (var i = Math.Max(0, Volatile.Read(ref _next) - 1); i < _batch.Count; i++)
            yield return _batch[i].Id;
    }

    private void Run()
    {
        _current = this;
        while (!IsOver)
        {
            loop.Wait(_batch);
            _next = 0;
            _step++;
            Volatile.Write(ref _isAtWork, true);
            Interlocked.MemoryBarrier();
            loop.Watch.Wake();
            while (_next < _batch.Count && !IsOver)
                Dispatch();
            Volatile.Write(ref _isAtWork, false);
        }
        // The turn may have ended when this thread was about to wait: what it then fetched is for the next one.
        loop.RearmAll(Unfinished());
    }

    private void Dispatch()
    {
        var (events, id) = _batch[_next];
        Volatile.Write(ref _next, _next + 1);
        Volatile.Write(ref _step, _step + 1);
        _left = LongestRun;
        loop.Find(id)?.OnEvents(events);
    }

    // Operations that one event may lead to before the next event's turn comes.
    private const int LongestRun = 32;
}
