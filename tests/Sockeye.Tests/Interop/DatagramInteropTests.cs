using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Datagrams to and from other people's programs.</summary>
public sealed class DatagramInteropTests : IDisposable
{
    private const int HangGuard = 60_000;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("datagrams-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory(Timeout = HangGuard)]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task The_chapters_udp_client_in_Python_is_answered(string host)
    {
        var python = Peers.Require("python3");
        await using var server = DatagramServer.Start("localhost:0", (request, _) => new(request.Bytes));
        var run = await RunningProgram.RunAsync(python, ["-c", PythonClient, host, $"{server.LocalAddress.Port}"], "hello\n");
        Assert.Equal((0, "hello", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_chapters_udp_echo_server_in_Python_is_reached_by_name_though_it_is_at_IPv4_alone()
    {
        var python = Peers.Require("python3");
        await using var echo = RunningProgram.Start(python, ["-u", "-c", PythonEchoServer]);
        var port = await echo.WaitForOutputLineAsync("");
        await using var client = await DatagramSocket.ConnectAsync("localhost", port);
        foreach (var text in new[] { "hello", "", "again" })
        {
            await client.SendAsync(text);
            Assert.Equal(text, (await client.ReceiveAsync()).Text);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Socat_is_answered_over_udp()
    {
        var socat = Peers.Require("socat");
        await using var server = DatagramServer.Start("localhost:0", (request, _) => new(request.Bytes));
        await using var run = RunningProgram.Start(socat, ["-", $"UDP:localhost:{server.LocalAddress.Port},shut-none"]);
        await run.WriteAsync("hello\n");
        await run.WaitForOutputLineAsync("hello");
    }

    [Fact(Timeout = HangGuard)]
    public async Task Socat_is_answered_over_Unix_datagrams_if_it_has_a_name()
    {
        var socat = Peers.Require("socat");
        var path = Path.Combine(_directory.FullName, "server");
        await using var server = DatagramServer.Start(Address.UnixDatagram(path), (request, _) => new(request.Bytes));
        var client = Path.Combine(_directory.FullName, "client");
        await using var run = RunningProgram.Start(socat, ["-", $"UNIX-SENDTO:{path},bind={client}"]);
        await run.WriteAsync("hello\n");
        await run.WaitForOutputLineAsync("hello");
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_Unix_client_is_answered_by_socat()
    {
        var socat = Peers.Require("socat");
        var path = Path.Combine(_directory.FullName, "server");
        await using var echo = RunningProgram.Start(socat, ["-d", "-d", $"UNIX-RECVFROM:{path},fork", "PIPE"]);
        await echo.WaitForErrorLineAsync("receiving on");
        await using var client = await DatagramSocket.ConnectAsync(Address.UnixDatagram(path));
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync()).Text);
    }

    /// <summary>The chapter's client with its socket type put right and one reply awaited instead of all.</summary>
    private const string PythonClient = """
        import socket, sys
        family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.connect((sys.argv[1], int(sys.argv[2])))
        s.sendall(sys.stdin.readline().strip().encode())
        sys.stdout.write(s.recv(2048).decode())
        """;

    private const string PythonEchoServer = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(('', 0))
        print(s.getsockname()[1])
        while True:
            message, address = s.recvfrom(8192)
            s.sendto(message, address)
        """;
}
