namespace Sockeye.Platform;

/// <summary>Notices a loop whose code has blocked, and lets another thread go on with it. Sleeps while all loops wait for
/// events.</summary>
internal sealed class LoopWatch
{
    private readonly AutoResetEvent _awake = new(false);    // a semaphore would spin before it sleeps
    private ReadinessLoop[] _loops = [];
    private bool _isRunning;
    private int _asleep;

    /// <summary>Begins this loop and watches it from now on. Not to be called by two at once.</summary>
    public void Start(ReadinessLoop loop)
    {
        if (!_isRunning)
            new Thread(Run) { IsBackground = true, Name = "Sockeye loops' watch" }.UnsafeStart();
        _isRunning = true;
        loop.Start();
        Volatile.Write(ref _loops, [.. _loops, loop]);
        Wake();    // its first work may have come before it was among them
    }

    /// <summary>A loop has work, and has said so in its turn's <see cref="LoopTurn.Step"/> before.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
            _awake.Set();
    }

    private void Run()
    {
        (LoopTurn Turn, long Step)[] seen = [];
        while (true)
        {
            var loops = Volatile.Read(ref _loops);
            Array.Resize(ref seen, loops.Length);
            for (var i = 0; i < loops.Length; i++)
                seen[i] = Look(loops[i], seen[i]);
            if (!IsAnyAtWork)
                Sleep();
            _awake.WaitOne(LongestStep);
        }
    }

    /// <summary>The same step as last time: its code has not come back since.</summary>
    private static (LoopTurn Turn, long Step) Look(ReadinessLoop loop, (LoopTurn Turn, long Step) before)
    {
        var turn = loop.Turn;
        var now = (turn, turn.Step);
        if (now == before && turn.IsAtWork)
            loop.HandOver(turn);
        return now;
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        // A loop that had work before it could see that we lie down would never wake us.
        if (IsAnyAtWork)
            Wake();
        _awake.WaitOne();
    }

    private bool IsAnyAtWork => Array.Exists(Volatile.Read(ref _loops), loop => loop.Turn.IsAtWork);

    // How long code may run for one event: longer than what computes a little, short enough for those who wait.
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(100);
}
