namespace Sockeye.Platform;

/// <summary>The loops of this process: one a core, each begun when it is first needed, and never ended.</summary>
internal static class ReadinessLoops
{
    private static readonly ReadinessLoop?[] Loops = new ReadinessLoop?[Environment.ProcessorCount];
    private static readonly LoopWatch Watch = new();
    private static int _turn = -1;

    /// <summary>For a connection that is dialled: the loop whose code dials it, so that what belongs together stays on one
    /// thread; else the next one. Null for the stock engine, also where the system has no epoll.</summary>
    public static ReadinessLoop? ForDialling(SocketEngine engine) =>
        IsMeant(engine) ? ReadinessLoop.Current ?? Next() : null;

    /// <summary>For a connection that is accepted: the loops take turns. Null as of <see cref="ForDialling"/>.</summary>
    public static ReadinessLoop? ForAccepting(SocketEngine engine) => IsMeant(engine) ? Next() : null;

    /// <summary>Begins them all: what cannot be had is told to who listens, and not to callers.</summary>
    public static void Prepare(SocketEngine engine)
    {
        if (IsMeant(engine))
            _ = All();
    }

    private static bool IsMeant(SocketEngine engine) => engine == SocketEngine.ReadinessLoop && OperatingSystem.IsLinux();

    private static ReadinessLoop Next() => Get((int)((uint)Interlocked.Increment(ref _turn) % (uint)Loops.Length));

    /// <summary>Every loop.</summary>
    /// <exception cref="IOException">The system has no descriptors or threads left for them.</exception>
    public static ReadinessLoop[] All() => [.. Enumerable.Range(0, Loops.Length).Select(Get)];

    private static ReadinessLoop Get(int place)
    {
        if (Volatile.Read(ref Loops[place]) is { } begun)
            return begun;
        lock (Loops)
            return Loops[place] ??= Begin();
    }

    private static ReadinessLoop Begin()
    {
        var loop = new ReadinessLoop(Watch);
        try
        {
            Watch.Start(loop);
            return loop;
        }
        catch (OutOfMemoryException error)
        {
            // So .NET says that the system has no thread to give, or no descriptor left to look where its stack is.
            throw new IOException("no thread for a readiness loop", error) { HResult = NoMemory };
        }
    }

    private const int NoMemory = 12;    // ENOMEM
}
