using System.Globalization;

namespace Sockeye.Tests.Support;

/// <summary>Runs other people's programs by the line that a user would type.</summary>
internal static class PeerProgram
{
    /// <summary>Starts a program by its line: words between blanks, the first of them looked for where peers are.</summary>
    public static RunningProgram Start(string line)
    {
        var words = line.Split(' ');
        return RunningProgram.Start(Peers.Require(words[0]), words[1..]);
    }

    /// <summary>Runs a program to its end, gives it this text as input and then the end of input.</summary>
    public static async Task<ProgramResult> RunAsync(string line, string input = "")
    {
        await using var program = Start(line);
        await program.WriteAsync(input);
        program.EndInput();
        return await program.WaitAsync();
    }

    /// <summary>Starts a program that calls a port: <c>{port}</c> in its line is the port.</summary>
    public static RunningProgram Call(string line, int port) => Start(At(line, port));

    /// <summary>Starts a program that serves a TCP port, and waits until it does.</summary>
    public static Task<RunningProgram> ServeAsync(string line) => ServeAsync(line, PeerPort.TcpListenerAsync);

    /// <summary>Starts a program that serves a UDP port, and waits until it does.</summary>
    public static Task<RunningProgram> ServeUdpAsync(string line) => ServeAsync(line, PeerPort.UdpSocketAsync);

    /// <summary>Starts a program that serves a Unix socket, and waits until it does: <c>{path}</c> in its line is the socket.</summary>
    public static async Task<RunningProgram> ServeUnixAsync(string line, string path)
    {
        var program = CallUnix(line, path);
        await PeerPort.UnixSocketAsync(path);
        return program;
    }

    /// <summary>Starts a program that calls a Unix socket.</summary>
    public static RunningProgram CallUnix(string line, string path) => Start(line.Replace("{path}", path, StringComparison.Ordinal));

    private static async Task<RunningProgram> ServeAsync(string line, Func<int, Task> untilReady)
    {
        var port = PeerPort.Choose();
        var program = Start(At(line, port));
        program.Port = port;
        await untilReady(port);
        return program;
    }

    /// <summary>The line with this port in it.</summary>
    public static string At(string line, int port) =>
        line.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
