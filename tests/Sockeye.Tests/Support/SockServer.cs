using System.Globalization;

namespace Sockeye.Tests.Support;

/// <summary>The program as the end that waits.</summary>
internal static class SockServer
{
    /// <summary>Starts <c>sock listen</c> at a port of 127.0.0.1 that the system chooses, and waits until it listens.</summary>
    public static Task<RunningProgram> ListenAsync(params string[] options) =>
        StartAsync(["listen", "127.0.0.1", "0", .. options], "Listening at ");

    /// <summary>Starts <c>sock serve</c> with one service at a port that the system chooses, and waits until it serves.</summary>
    public static Task<RunningProgram> ServeAsync(string service, params string[] options) =>
        StartAsync(["serve", service + "=0", .. options], "Server is running on port ");

    private static async Task<RunningProgram> StartAsync(string[] args, string announcement)
    {
        var program = SockProcess.Start(args);
        program.Port = PortIn(await program.WaitForErrorLineAsync(announcement));
        return program;
    }

    /// <summary>The port at the end of an announcement.</summary>
    public static int PortIn(string line)
    {
        var address = line.Split(';')[0];
        return int.Parse(address.AsSpan(address.LastIndexOfAny([':', ' ']) + 1), CultureInfo.InvariantCulture);
    }
}
