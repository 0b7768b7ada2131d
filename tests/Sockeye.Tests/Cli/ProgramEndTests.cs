using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>How the program ends when it is told to: its exit code, and no file of a Unix socket left behind.</summary>
public sealed class ProgramEndTests : IDisposable
{
    private static readonly (string Signal, int ExitCode)[] Signals = [("HUP", 129), ("INT", 130), ("TERM", 143)];

    private readonly Scratch _scratch = new();
    private readonly Socket _tcp = Bound(SocketType.Stream, new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Socket _udp = Bound(SocketType.Dgram, new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Socket _unix;
    private Socket? _caller;

    public ProgramEndTests()
    {
        _tcp.Listen();
        _unix = Bound(SocketType.Dgram, new UnixDomainSocketEndPoint(_scratch.File("peer")));
    }

    public static TheoryData<string, string, int> Conversations => Each(
        [
            "connect TCP", "connect -u UDP", "connect -u -U -s PATH PEER", "get http://TCP/", "time --timeout 60s UDP",
            "listen 127.0.0.1:0", "listen -u 127.0.0.1:0", "listen unix:PATH", "listen -u -U PATH",
        ],
        Signals);

    public static TheoryData<string, string, int> Servers => Each(
        ["listen -k 127.0.0.1:0", "listen -k -u 127.0.0.1:0", "listen -k unix:PATH", "listen -k -u -U PATH", "serve echo=0"],
        [.. Signals.Select(each => each with { ExitCode = 0 })]);

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Conversations))]
    public Task A_conversation_that_is_stopped_ends_with_128_and_the_signals_number(string words, string signal, int exitCode) =>
        AssertEndsAsync(words, signal, exitCode);

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Servers))]
    public Task A_server_that_is_stopped_has_done_its_work(string words, string signal, int exitCode) => AssertEndsAsync(words, signal, exitCode);

    [Theory(Timeout = HangGuard)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_look_up_that_nobody_answers_keeps_nobody_waiting(string signal, int exitCode)
    {
        // In a network and a file system of its own.
        await using var sock = RunningProgram.Start(Peers.Require("unshare"), ["--map-root-user", "--net", "--mount", "sh", "-c", $"""
            PATH=$PATH:/usr/sbin:/sbin
            ip link set lo up && echo 'nameserver 127.0.0.1' > '{_scratch.File("resolv.conf")}' &&
            mount --bind '{_scratch.File("resolv.conf")}' /etc/resolv.conf &&
            exec {Peers.Require("python3")} -uc '{BesideASilentNameServer}' '{SockProcess.Binary}' resolve name.example
            """]);
        var isAsked = await sock.OutputBecomesAsync(output => output == "asked\n", RunningProgram.HangGuard);
        Assert.SkipUnless(isAsked, $"a name server of one's own cannot be had here: {sock.Error}");
        sock.Signal(signal);
        Assert.Equal(exitCode, (await sock.WaitAsync()).ExitCode);
    }

    /// <summary>Becomes the program that it is given; a child is the name server for as long as that runs.</summary>
    private const string BesideASilentNameServer = """
        import os, socket, sys
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        asker = os.getpid()
        if os.fork() > 0:
            os.execv(sys.argv[1], sys.argv[1:])
        server.settimeout(0.1)
        asked = False
        while os.getppid() == asker:
            try:
                server.recv(512)
            except TimeoutError:
                continue
            if not asked: print("asked")
            asked = True
        """;

    [Fact(Timeout = HangGuard)]
    public async Task A_server_cuts_a_conversation_that_only_waits_for_input()
    {
        await using var sock = await StartAsync("listen -k unix:PATH");
        await using var caller = await Connection.ConnectAsync($"unix:{_scratch.File("path")}");
        await caller.Lines.WriteLineAsync("hello");
        await caller.FlushAsync();
        await sock.WaitForOutputLineAsync("hello");
        sock.Signal("TERM");
        Assert.Equal("", await caller.Lines.ReadToEndAsync());
        await AssertEndedAsync(sock, 0);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_terminal_that_goes_away_is_told_of_twice_and_still_all_is_cleared_away()
    {
        await using var sock = await StartAsync("serve echo=0");
        await using var caller = await Connection.ConnectAsync($"localhost:{SockServer.PortIn(sock.Error)}");
        await caller.Lines.WriteLineAsync("a");
        Assert.Equal("a", await caller.Lines.ReadLineAsync());
        sock.Signal("HUP");
        await sock.WaitForErrorLineAsync("1 connection still open");
        sock.Signal("HUP");
        await caller.Lines.WriteLineAsync("b");
        Assert.Equal("b", await caller.Lines.ReadLineAsync());
        await caller.CloseAsync();
        await AssertEndedAsync(sock, 0);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Where_hang_ups_are_ignored_it_goes_on()
    {
        await using var sock = RunningProgram.Start("sh", ["-c", $"trap '' HUP; exec '{SockProcess.Binary}' serve echo=0"]);
        var port = SockServer.PortIn(await sock.WaitForErrorLineAsync("Server is running"));
        sock.Signal("HUP");
        await using (var caller = await Connection.ConnectAsync($"localhost:{port}"))
        {
            await caller.Lines.WriteLineAsync("still there?");
            Assert.Equal("still there?", await caller.Lines.ReadLineAsync());
        }
        sock.Signal("TERM");
        await AssertEndedAsync(sock, 0);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("listen unix:PATH", 0)]
    [InlineData("listen -z unix:PATH", 0)]
    [InlineData("listen -k unix:PATH >/dev/full", 6)]
    [InlineData("listen -k unix:PATH >&-", 6)]
    public async Task When_the_conversation_is_over_nothing_is_left_of_its_socket(string words, int exitCode)
    {
        await using var sock = await StartAsync(words);
        sock.EndInput();
        using (var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await caller.ConnectAsync(new UnixDomainSocketEndPoint(_scratch.File("path")));
            await caller.SendAsync("hello"u8.ToArray());
        }
        await AssertEndedAsync(sock, exitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task When_nobody_calls_nothing_is_left_of_the_socket()
    {
        await using var sock = await StartAsync("listen --accept-timeout 1ms unix:PATH");
        await AssertEndedAsync(sock, 5);
    }

    public void Dispose()
    {
        foreach (var socket in (Socket?[])[_caller, _tcp, _udp, _unix])
            socket?.Dispose();
        _scratch.Dispose();
    }

    private async Task AssertEndsAsync(string words, string signal, int exitCode)
    {
        await using var sock = await StartAsync(words);
        sock.Signal(signal);
        await AssertEndedAsync(sock, exitCode);
    }

    private async Task AssertEndedAsync(RunningProgram sock, int exitCode)
    {
        var result = await sock.WaitAsync();
        Assert.True(result.ExitCode == exitCode, $"ended with {result.ExitCode}: {result.Error}");
        Assert.False(File.Exists(_scratch.File("path")), "the file of the Unix socket is still there");
    }

    /// <summary>Starts it with these words, has it say something if it calls, and waits until it listens or a peer has heard of it.</summary>
    private async Task<RunningProgram> StartAsync(string words)
    {
        var line = words
            .Replace("TCP", _tcp.LocalEndPoint!.ToString(), StringComparison.Ordinal)
            .Replace("UDP", _udp.LocalEndPoint!.ToString(), StringComparison.Ordinal)
            .Replace("PATH", _scratch.File("path"), StringComparison.Ordinal)
            .Replace("PEER", _scratch.File("peer"), StringComparison.Ordinal);
        var sock = RunningProgram.Start("sh", ["-c", $"exec '{SockProcess.Binary}' {line}"]);
        if (words.StartsWith("connect", StringComparison.Ordinal))
            await sock.WriteAsync("hello\n");
        await await Task.WhenAny(
            AcceptAsync(), _udp.ReceiveAsync(new byte[100]), _unix.ReceiveAsync(new byte[100]),
            sock.WaitForErrorLineAsync(words.StartsWith("serve", StringComparison.Ordinal) ? "Server is running" : "Listening"));
        return sock;
    }

    private async Task AcceptAsync() => _caller = await _tcp.AcceptAsync();

    private static Socket Bound(SocketType type, EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, type, ProtocolType.Unspecified);
        socket.Bind(address);
        return socket;
    }

    private static TheoryData<string, string, int> Each(string[] lines, (string Signal, int ExitCode)[] signals)
    {
        var data = new TheoryData<string, string, int>();
        foreach (var line in lines)
        {
            foreach (var (signal, exitCode) in signals)
                data.Add(line, signal, exitCode);
        }
        return data;
    }

    private const int HangGuard = 60_000;
}
