using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>sock connect</c> and <c>sock listen</c> with other people's netcats at the other end.</summary>
public sealed class SessionInteropTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("session-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory(Timeout = HangGuard)]
    [InlineData("nc.openbsd", "-N 127.0.0.1 {0}")]
    [InlineData("nc.traditional", "-q 5 127.0.0.1 {0}")]
    [InlineData("ncat", "127.0.0.1 {0}")]
    [InlineData("socat", "-t5 - TCP:127.0.0.1:{0}")]
    [InlineData("busybox", "nc 127.0.0.1 {0}")]
    public async Task Two_megabytes_go_both_ways_to_a_client(string program, string words)
    {
        var peer = Peers.Require(program);
        var (theirs, ours) = (Payload("theirs"), Payload("ours"));
        await using var sock = SockProcess.Start("listen", "127.0.0.1:0");
        var line = await sock.WaitForErrorLineAsync("Listening at ");
        var run = RunAsync(peer, string.Format(words, line[(line.LastIndexOf(':') + 1)..]), theirs);
        await SendAsync(sock, ours);
        Assert.Equal(Hash(ours), Hash((await run).OutputBytes));
        var result = await sock.WaitAsync();
        Assert.Equal((0, Hash(theirs)), (result.ExitCode, Hash(result.OutputBytes)));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("nc.openbsd", "-v -l -N 127.0.0.1 {0}", "")]
    [InlineData("ncat", "-v -l 127.0.0.1 {0}", "")]
    [InlineData("socat", "-d -d -t5 - TCP-LISTEN:{0},bind=127.0.0.1", "")]
    [InlineData("socat", "-d -d -t5 - UNIX-LISTEN:{1}", "-U")]
    public async Task Two_megabytes_go_both_ways_to_a_server(string program, string words, string option)
    {
        var peer = Peers.Require(program);
        var (theirs, ours) = (Payload("theirs"), Payload("ours"));
        var (port, path) = (UnusedPort(), Path.Combine(_directory.FullName, "s"));
        await using var server = RunningProgram.Start(peer, string.Format(words, port, path).Split(' '));
        await server.WaitForErrorLineAsync("istening on");
        var sending = SendAsync(server, theirs);
        await using var sock = SockProcess.Start(option == "-U" ? ["connect", "-U", path] : ["connect", "127.0.0.1", $"{port}"]);
        // Some of them end with our end of input, so it comes after theirs.
        var result = await ExchangeAsync(sock, ours, theirs.Length);
        await sending;
        Assert.Equal((0, Hash(theirs)), (result.ExitCode, Hash(result.OutputBytes)));
        Assert.Equal(Hash(ours), Hash((await server.WaitAsync()).OutputBytes));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("nc.openbsd", "-u -w 2 127.0.0.1 {0}")]
    [InlineData("ncat", "-u -i 2 127.0.0.1 {0}")]
    [InlineData("socat", "-t2 - UDP:127.0.0.1:{0}")]
    public async Task A_datagram_and_its_answer_reach_a_client(string program, string words)
    {
        var peer = Peers.Require(program);
        await using var sock = SockProcess.Start("listen", "-u", "--replies", "2", "127.0.0.1:0");
        var line = await sock.WaitForErrorLineAsync("Listening at ");
        await using var client = RunningProgram.Start(peer, string.Format(words, line[(line.LastIndexOf(':') + 1)..]).Split(' '));
        await client.WriteAsync("hello\n");
        await sock.WaitForOutputLineAsync("hello");
        await sock.WriteAsync("answer\n");
        await client.WaitForOutputLineAsync("answer");
        await client.WriteAsync("thanks\n");
        Assert.Equal((0, "hello\nthanks\n"), ((await sock.WaitAsync()).ExitCode, sock.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Telnet_can_call()
    {
        var telnet = Peers.Require("telnet");
        await using var sock = SockProcess.Start("listen", "127.0.0.1:0");
        var line = await sock.WaitForErrorLineAsync("Listening at ");
        await using var client = RunningProgram.Start(telnet, ["127.0.0.1", line[(line.LastIndexOf(':') + 1)..]]);
        await client.WaitForOutputLineAsync("Escape character");
        await client.WriteAsync("hello\n");
        await sock.WaitForOutputAsync("hello");
        await sock.WriteAsync("answer\n");
        sock.EndInput();
        await client.WaitForOutputLineAsync("answer");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Pythons_late_answer_is_kept()
    {
        var python = Peers.Require("python3");
        await using var server = RunningProgram.Start(python, ["-u", "-c", LateAnswer]);
        var port = await server.WaitForOutputLineAsync("");
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", "localhost", port);
        Assert.Equal((0, "late\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    private const string LateAnswer = """
        import socket, time
        s = socket.create_server(('127.0.0.1', 0))
        print(s.getsockname()[1])
        c, _ = s.accept()
        while c.recv(65536): pass
        time.sleep(1.2)
        c.sendall(b'late\n')
        """;

    private static async Task<ProgramResult> RunAsync(string program, string words, byte[] input)
    {
        await using var run = RunningProgram.Start(program, words.Split(' '));
        await SendAsync(run, input);
        return await run.WaitAsync();
    }

    private static async Task SendAsync(RunningProgram program, byte[] input)
    {
        await program.StandardInput.WriteAsync(input);
        program.EndInput();
    }

    private static async Task<ProgramResult> ExchangeAsync(RunningProgram sock, byte[] input, int expected)
    {
        await sock.StandardInput.WriteAsync(input);
        await sock.WaitForOutputBytesAsync(expected);
        sock.EndInput();
        return await sock.WaitAsync();
    }

    private static byte[] Payload(string seed)
    {
        var bytes = new byte[2_000_000];
        new Random(seed.Length).NextBytes(bytes);
        return bytes;
    }

    private static string Hash(byte[] bytes) => $"{bytes.Length} {Convert.ToHexString(SHA256.HashData(bytes))}";

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private const int HangGuard = 60_000;
}
