using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Where the netcats hang, lose data or say nothing: one test for each situation that was measured.</summary>
public class NetcatMistakeTests
{
    private const int HangGuard = 150_000;

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_answers_only_after_our_end_is_heard()
    {
        await using var server = await Python.ServeAsync("peer.sendall(b'you said ' + read_all(peer))");
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", "127.0.0.1", $"{server.Port}");
        Assert.Equal((0, "you said hello\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_answer_1_2_seconds_after_our_end_is_heard()
    {
        await using var server = await Python.ServeAsync(
            """
            read_all(peer)
            time.sleep(1.2)
            peer.sendall(b'at last\n')
            """);
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", "127.0.0.1", $"{server.Port}");
        Assert.Equal((0, "at last\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_closes_while_our_input_stays_open_ends_it()
    {
        await using var server = await Python.ServeAsync("peer.sendall(b'bye\\n')");
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{server.Port}");
        var result = await sock.WaitAsync();
        Assert.Equal((0, "bye\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_receiver_that_half_closes_at_once_gets_all_6_megabytes()
    {
        var bytes = Payload.Create(6_000_000);
        await using var server = await Python.ServeAsync(
            """
            peer.shutdown(socket.SHUT_WR)
            data = read_all(peer)
            print(len(data), hashlib.sha256(data).hexdigest())
            """);
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{server.Port}");
        await sock.WriteAsync(bytes);
        sock.EndInput();
        Assert.Equal($"6000000 {Payload.Sha256(bytes)}\n", (await server.WaitAsync()).Output);
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_never_ends_is_left_after_the_idle_limit()
    {
        await using var server = await Python.ServeAsync("peer.sendall(b'wait\\n'); sys.stdin.read()");
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", "-v", "--idle", "2s", "127.0.0.1", $"{server.Port}");
        Assert.Equal((5, "wait\n"), (result.ExitCode, result.Output));
        Assert.Matches("(?m)^Input ended; reading until the peer ends", result.Error);
        Assert.Matches("(?m)^sock: .*2 s", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_udp_answer_after_0_7_seconds_is_heard()
    {
        await using var server = await Python.ServeUdpAsync(
            """
            request, caller = server.recvfrom(100)
            time.sleep(0.7)
            server.sendto(b'late ' + request, caller)
            """);
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", "--udp", "127.0.0.1", $"{server.Port}");
        Assert.Equal((0, "late hello\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reset_ends_7_and_says_how_many_bytes_had_gone_each_way()
    {
        await using var server = await Python.ServeAsync(
            """
            peer.sendall(peer.recv(5, socket.MSG_WAITALL)[:3])
            peer.recv(2, socket.MSG_WAITALL)
            reset(peer)
            """);
        await using var sock = SockProcess.Start("connect", "127.0.0.1", $"{server.Port}");
        await sock.WriteAsync("hello");
        await sock.WaitForOutputAsync("hel");
        await sock.WriteAsync("!!");
        var result = await sock.WaitAsync();
        Assert.Equal((7, "hel"), (result.ExitCode, result.Output));
        Assert.Matches(@"\Asock: Error receiving data: .*reset.*7 bytes sent.*3 .*received", result.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("connect")]
    [InlineData("listen")]
    public async Task Port_70000_is_no_port(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "127.0.0.1", "70000");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("sock: ", result.Error);
        Assert.Contains("70000", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Http_is_a_port()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            server.Bind(new IPEndPoint(IPAddress.Parse("127.80.80.80"), 80));
        }
        catch (SocketException)
        {
            Assert.Skip("port 80 is not ours to bind");
        }
        server.Listen();
        await using var sock = SockProcess.Start("connect", "127.80.80.80", "http");
        using var peer = await server.AcceptAsync(TestContext.Current.CancellationToken);
        await peer.SendAsync("found\n"u8.ToArray(), TestContext.Current.CancellationToken);
        peer.Dispose();
        var result = await sock.WaitAsync();
        Assert.Equal((0, "found\n"), (result.ExitCode, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_time_server_that_sends_8_bytes_is_understood_with_a_warning()
    {
        await using var server = await TimeServerAsync("struct.pack('!Q', 2208988800 << 32)");
        var result = await SockProcess.RunAsync("time", "--utc", $"127.0.0.1:{server.Port}");
        Assert.Equal((0, "1970-01-01 00:00:00 +00:00\n"), (result.ExitCode, result.Output));
        Assert.Matches(@"\Asock: warning: .*8 bytes.*\n\z", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_time_server_that_sends_3_bytes_is_not_believed()
    {
        await using var server = await TimeServerAsync("b'abc'");
        var result = await SockProcess.RunAsync("time", $"127.0.0.1:{server.Port}");
        Assert.Equal((8, ""), (result.ExitCode, result.Output));
        Assert.Matches(@"\Asock: Error receiving data: .*wrong-sized reply: .* has 3\n.+\n\z", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_address_that_is_not_ours_is_refused()
    {
        await using var server = await Python.ServeAsync("");
        var result = await SockProcess.RunAsync("connect", "-s", "198.51.100.7", "127.0.0.1", $"{server.Port}");
        Assert.Equal((6, ""), (result.ExitCode, result.Output));
        Assert.Matches(@"\Asock: Connection error: .*198\.51\.100\.7", result.Error);
    }

    private static Task<RunningProgram> TimeServerAsync(string answer) => Python.ServeUdpAsync(
        $"""
        request, caller = server.recvfrom(100)
        server.sendto({answer}, caller)
        """);
}
