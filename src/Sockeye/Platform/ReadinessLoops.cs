namespace Sockeye.Platform;

/// <summary>The loops of this process: one a core, begun when they are first needed, and never ended.</summary>
internal static class ReadinessLoops
{
    private static readonly Lock Starting = new();
    private static ReadinessLoop[]? _loops;
    private static int _turn;

    /// <summary>For a connection that is dialled: the loop whose code dials it, so that what belongs together stays on one
    /// thread; else the next one. Null for the stock engine, also where the system has no epoll.</summary>
    public static ReadinessLoop? ForDialling(SocketEngine engine) =>
        IsMeant(engine) ? ReadinessLoop.Current ?? Next() : null;

    /// <summary>For a connection that is accepted: the loops take turns. Null as of <see cref="ForDialling"/>.</summary>
    public static ReadinessLoop? ForAccepting(SocketEngine engine) => IsMeant(engine) ? Next() : null;

    /// <summary>Begins them: what cannot be had is told to who listens, and not to callers.</summary>
    public static void Prepare(SocketEngine engine)
    {
        if (IsMeant(engine))
            _ = All();
    }

    private static bool IsMeant(SocketEngine engine) => engine == SocketEngine.ReadinessLoop && OperatingSystem.IsLinux();

    private static ReadinessLoop Next()
    {
        var loops = All();
        return loops[(uint)Interlocked.Increment(ref _turn) % (uint)loops.Length];
    }

    /// <summary>Every loop.</summary>
    /// <exception cref="IOException">The system has no descriptors left for them.</exception>
    public static ReadinessLoop[] All()
    {
        if (Volatile.Read(ref _loops) is { } begun)
            return begun;
        lock (Starting)
            return _loops ??= Begin();
    }

    private static ReadinessLoop[] Begin()
    {
        var watch = new LoopWatch();
        var loops = new ReadinessLoop[Environment.ProcessorCount];
        for (var i = 0; i < loops.Length; i++)
            loops[i] = new ReadinessLoop(watch);
        Array.ForEach(loops, loop => loop.Start());
        watch.Start(loops);
        return loops;
    }
}
