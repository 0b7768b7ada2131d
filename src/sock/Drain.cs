namespace Sockeye.Tool;

/// <summary>How a server that was told to stop comes to its end, and what is said of it.</summary>
internal static class Drain
{
    /// <summary>How long connections may still go on.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Stops, and returns the exit code.</summary>
    /// <param name="open">How many connections there are.</param>
    /// <param name="stop">Stops, and says how many had to be cut.</param>
    public static async Task<int> StopAsync(int open, Func<Task<int>> stop)
    {
        if (open > 0)
            Terminal.Say($"{Connections(open)} still open: waiting {Limit.TotalSeconds} s at most; Ctrl-C again ends at once.");
        var cut = await stop();
        if (cut == 0)
            return ExitCodes.Success;
        Terminal.Say($"sock: {Connections(cut)} did not end within {Limit.TotalSeconds} s and {(cut == 1 ? "was" : "were")} cut");
        return ExitCodes.Time;
    }

    private static string Connections(int count) => count == 1 ? "1 connection" : $"{count} connections";
}
