namespace Sockeye;

/// <summary>What waits for a connection's socket, and on which thread the code goes on that awaited it.</summary>
public enum SocketEngine
{
    /// <summary>The one of .NET: code goes on on the thread pool, where it may block and harms nobody.</summary>
    Stock,

    /// <summary>
    /// Linux: epoll, on one thread a core, which moves the bytes and runs the code that awaited them itself. That saves a
    /// change of threads each time, and an idle connection holds less memory. A server's handlers begin there, too, and what
    /// they dial stays on their loop. Connections share their loop's thread, so code that blocks or computes for long holds
    /// the others up: after 100 to 200 ms another thread goes on with them. A blocking member of a connection lets another
    /// thread go on at once. Elsewhere than on Linux it means <see cref="Stock"/>.
    /// </summary>
    ReadinessLoop,
}

/// <summary>Which engine is meant where nobody says.</summary>
internal static class SocketEngines
{
    /// <summary>The stock one, unless the program's configuration has the switch.</summary>
    public static SocketEngine Default =>
        AppContext.TryGetSwitch("Sockeye.UseReadinessLoop", out var isOn) && isOn ? SocketEngine.ReadinessLoop : SocketEngine.Stock;
}
