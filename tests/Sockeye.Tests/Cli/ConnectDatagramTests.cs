using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock connect</c> over datagrams, without a terminal.</summary>
public class ConnectDatagramTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("-u -q 30s --replies 1 localhost {0}")]
    [InlineData("-q 30s --replies 1 udp://localhost:{0}")]
    [InlineData("-u -q 30s --replies 1 127.0.0.1:{0}")]
    public async Task A_datagram_goes_and_its_answer_comes(string words)
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes));
        var result = await RunAsync("hello\n", words, server);
        Assert.Equal((0, "hello\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Without_a_number_of_replies_it_ends_when_the_wait_after_input_has_passed()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes));
        var result = await RunUntilAnsweredAsync("-u -q 100ms localhost {0}", server);
        Assert.Equal((0, "hello\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Input_is_cut_as_asked_and_an_empty_line_is_an_empty_datagram()
    {
        await using var socket = DatagramSocket.Bind("127.0.0.1:0");
        var run = SockProcess.RunWithInputAsync("one\n\ntwo", "connect", "-q", "30s", "--datagrams", "line", "--replies", "1", "-x", "-", socket.LocalAddress.ToString());
        Assert.Equal("one", (await socket.ReceiveAsync()).Text);
        Assert.Equal("", (await socket.ReceiveAsync()).Text);
        var last = await socket.ReceiveAsync();
        Assert.Equal("two", last.Text);
        await socket.SendToAsync(ReadOnlyMemory<byte>.Empty, last.From);
        var result = await run;
        Assert.Equal(
            "> T 00000000  6f6e 65                                  one\n"
            + "> T 00000003  (empty datagram)\n"
            + "> T 00000003  7477 6f                                  two\n"
            + "< T 00000000  (empty datagram)\n",
            Regex.Replace(result.Error, @"\d+\.\d{6}s", "T"));
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Fewer_replies_than_asked_for_end_5()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes));
        var result = await RunUntilAnsweredAsync("-u --replies 2 -q 300ms 127.0.0.1 {0}", server);
        Assert.Equal((5, "hello\n"), (result.ExitCode, result.Output));
        Assert.Equal(
            $"sock: Error receiving data: read udp {server.LocalAddress.Host}:{server.LocalAddress.Port}: 1 of 2 replies came within 300 ms "
            + "(1 datagram sent, 1 received)\n-q TIME allows more, 'none' any time.\n",
            result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_there_ends_4()
    {
        var port = PeerPort.Choose();
        var result = await SockProcess.RunWithInputAsync("anybody?", "connect", "-u", "127.0.0.1", $"{port}");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("refused", result.Error, StringComparison.Ordinal);
        Assert.Contains($"'sock listen -u {port}' would", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Empty_input_sends_nothing_unless_it_is_to_be_sent_whole()
    {
        await using var socket = DatagramSocket.Bind("127.0.0.1:0");
        var silent = await SockProcess.RunAsync("connect", "-q", "0", socket.LocalAddress.ToString());
        Assert.Equal((0, "", ""), (silent.ExitCode, silent.Output, silent.Error));
        var asked = await SockProcess.RunAsync("connect", "-q", "0", "--datagrams", "whole", "-v", socket.LocalAddress.ToString());
        Assert.Contains("1 datagram (0 bytes) sent", asked.Error, StringComparison.Ordinal);
        Assert.Equal("", (await socket.ReceiveAsync()).Text);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await socket.ReceiveAsync(soon.Token));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_datagram_that_is_too_large_ends_8()
    {
        await using var socket = DatagramSocket.Bind("127.0.0.1:0");
        var result = await SockProcess.RunWithInputAsync(new string('x', 70_000), "connect", "--datagrams", "whole", socket.LocalAddress.ToString());
        Assert.Equal(8, result.ExitCode);
        Assert.Contains("70,000 bytes", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Its input ends when the answer has come: then what counts from that end has no answer to wait for.</summary>
    private static async Task<ProgramResult> RunUntilAnsweredAsync(string words, DatagramServer server)
    {
        await using var sock = SockProcess.Start(["connect", .. string.Format(words, server.LocalAddress.Port).Split(' ')]);
        await sock.WriteAsync("hello\n");
        await sock.WaitForOutputLineAsync("hello");
        sock.EndInput();
        return await sock.WaitAsync();
    }

    private static Task<ProgramResult> RunAsync(string input, string words, DatagramServer server) =>
        SockProcess.RunWithInputAsync(input, ["connect", .. string.Format(words, server.LocalAddress.Port).Split(' ')]);

    private const int HangGuard = 60_000;
}
