namespace Sockeye.Tests.Support;

/// <summary>The program under test as a user runs it: the binary named by SOCK_BINARY, else the one built beside these tests.</summary>
internal static class SockProcess
{
    /// <summary>Where the program is.</summary>
    public static string Binary { get; } =
        Environment.GetEnvironmentVariable("SOCK_BINARY") is { Length: > 0 } binary ? binary : Path.Combine(AppContext.BaseDirectory, "sock");

    /// <summary>Whether it is native code. Else a host within it looks for the shared runtime, or has one with it.</summary>
    public static bool IsNative { get; } = File.ReadAllBytes(Binary).AsSpan().IndexOf("hostfxr"u8) < 0;

    /// <summary>Runs it to its end with no input.</summary>
    public static Task<ProgramResult> RunAsync(params string[] args) => RunningProgram.RunAsync(Binary, args);

    /// <summary>Runs it to its end, gives it this text as input and then the end of input.</summary>
    public static Task<ProgramResult> RunWithInputAsync(string input, params string[] args) => RunningProgram.RunAsync(Binary, args, input);

    /// <summary>Starts it; its input stays open until the test ends it.</summary>
    public static RunningProgram Start(params string[] args) => RunningProgram.Start(Binary, args);

    /// <summary>Starts it with more in its environment, or with an output that the test reads itself.</summary>
    public static RunningProgram Start(string[] args, IReadOnlyDictionary<string, string>? environment, bool captureOutput = true) =>
        RunningProgram.Start(Binary, args, environment, captureOutput);
}
