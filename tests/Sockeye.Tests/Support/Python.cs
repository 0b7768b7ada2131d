using System.Globalization;
using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>Peers that have to behave in one certain way, as short Python scripts over its own socket module.</summary>
internal static class Python
{
    /// <summary>Starts a script that serves one TCP caller: <c>peer</c> is the caller's socket, and <c>server</c> the one that
    /// it came to. What the script prints is its standard output.</summary>
    public static Task<RunningProgram> ServeAsync(string script) => StartAsync(
        """
        server = socket.create_server(('127.0.0.1', 0))
        say_port(server)
        peer, caller = server.accept()
        """, script);

    /// <summary>Starts a script that has a UDP socket, <c>server</c>.</summary>
    public static Task<RunningProgram> ServeUdpAsync(string script) => StartAsync(
        """
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(('127.0.0.1', 0))
        say_port(server)
        """, script);

    /// <summary>Starts a script that calls a TCP port: <c>peer</c> is its socket.</summary>
    public static RunningProgram Call(int port, string script) => Run(
        $"peer = socket.create_connection(('127.0.0.1', {port.ToString(CultureInfo.InvariantCulture)}))", script);

    /// <summary>Runs a script to its end, with this as its input: what it printed, without the last line end.</summary>
    public static async Task<string> RunAsync(string script, string input = "")
    {
        await using var program = Run("", script);
        await program.WriteAsync(input);
        program.EndInput();
        var result = await program.WaitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output.TrimEnd('\n');
    }

    private static async Task<RunningProgram> StartAsync(string beginning, string script)
    {
        var program = Run(beginning, script);
        var line = await program.WaitForErrorLineAsync("port ");
        program.Port = int.Parse(line["port ".Length..], CultureInfo.InvariantCulture);
        return program;
    }

    private static RunningProgram Run(string beginning, string script) =>
        RunningProgram.Start(Peers.Require("python3"), ["-u", "-c", $"{Common}\n{beginning}\n{script}"]);

    private const string Common = """
        import hashlib, socket, struct, sys, time

        def say_port(server):
            print('port', server.getsockname()[1], file=sys.stderr)

        def read_all(peer):
            return b''.join(iter(lambda: peer.recv(65536), b''))

        def reset(peer):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            peer.close()

        def pair():
            with socket.create_server(('127.0.0.1', 0)) as server:
                return socket.create_connection(server.getsockname()), server.accept()[0]

        def outcome(call):
            try:
                return call()
            except Exception as error:
                return type(error).__name__
        """;
}
