namespace Sockeye.Tests.Support;

/// <summary>What the kernel (Linux) says of processes and what they started.</summary>
internal static class ProcessTree
{
    /// <summary>The process ids of its children, the dead that were not reaped among them.</summary>
    public static IEnumerable<string> ChildrenOf(int process) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(thread => ReadOrNothing($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // A thread that has ended meanwhile.
        }
    }
}
