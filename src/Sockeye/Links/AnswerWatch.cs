namespace Sockeye.Links;

/// <summary>Looks after answers that are held back, on a thread of its own: where handlers block, the pool may have none left.
/// It sleeps while nothing is held.</summary>
internal static class AnswerWatch
{
    private static readonly List<HeldAnswers> Watched = [];
    private static readonly SemaphoreSlim Awake = new(0);
    private static Thread? _thread;

    /// <summary>Ticks for these until they have no more need.</summary>
    public static void Add(HeldAnswers answers)
    {
        lock (Watched)
        {
            Watched.Add(answers);
            if (Watched.Count > 1)
                return;
            if (_thread is null)
                (_thread = new(Run) { IsBackground = true, Name = "Sockeye answers' watch" }).UnsafeStart();
            Awake.Release();
        }
    }

    private static void Run()
    {
        while (true)
        {
            Awake.Wait();
            do
                Awake.Wait(Period);
            while (TickAll());
        }
    }

    /// <summary>False when nobody needs it any more.</summary>
    private static bool TickAll()
    {
        lock (Watched)
        {
            Watched.RemoveAll(answers => !answers.Tick());
            return Watched.Count > 0;
        }
    }

    // The longest that an answer is held. Quick handlers, a thousand in a millisecond, do not come near it.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);
}
