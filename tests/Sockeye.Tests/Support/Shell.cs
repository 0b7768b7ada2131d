namespace Sockeye.Tests.Support;

/// <summary>Runs a line of POSIX shell, where the test is about redirections and pipes; <c>$SOCK</c> is the program.</summary>
internal static class Shell
{
    public static Task<ProgramResult> RunAsync(string line) =>
        RunningProgram.RunAsync("env", [$"SOCK={SockProcess.Binary}", "sh", "-c", line]);
}
