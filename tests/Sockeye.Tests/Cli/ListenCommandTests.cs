using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public sealed class ListenCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("listen-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory(Timeout = HangGuard)]
    [InlineData("0", "*")]
    [InlineData("*:0", "*")]
    [InlineData("127.0.0.1 0", "127.0.0.1")]
    [InlineData("127.0.0.1:0", "127.0.0.1")]
    [InlineData("-4 0", "0.0.0.0")]
    [InlineData("-s 127.0.0.1 0", "127.0.0.1")]
    [InlineData("-p 0", "*")]
    [InlineData("-s 127.0.0.1 -p 0", "127.0.0.1")]
    public async Task It_says_where_it_listens_and_carries_both_ways(string words, string host)
    {
        await using var sock = SockProcess.Start(["listen", .. words.Split(' ')]);
        var port = await PortAsync(sock, host);
        await using var caller = await Connection.ConnectAsync("127.0.0.1", port);
        await sock.WriteAsync("from sock\n");
        Assert.Equal("from sock", await caller.Lines.ReadLineAsync());
        await caller.Lines.WriteAsync("from the caller\n");
        await caller.CloseWriteAsync();
        sock.EndInput();
        Assert.Null(await caller.Lines.ReadLineAsync());
        await caller.CloseAsync();
        var result = await sock.WaitAsync();
        Assert.Equal((0, "from the caller\n"), (result.ExitCode, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Localhost_is_both_families_at_one_port()
    {
        await using var sock = SockProcess.Start("listen", "localhost", "0");
        var line = await sock.WaitForErrorLineAsync("Listening at");
        Assert.Matches(@"^Listening at 127\.0\.0\.1:(\d+)( and \[::1\]:\1)?$", line);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Empty_input_does_not_send_the_caller_away()
    {
        await using var sock = SockProcess.Start("listen", "127.0.0.1:0");
        sock.EndInput();
        await using var caller = await Connection.ConnectAsync("127.0.0.1", await PortAsync(sock, "127.0.0.1"));
        var end = caller.Lines.ReadLineAsync().AsTask();
        await caller.Lines.WriteAsync("much later");
        await caller.Lines.FlushAsync();
        await sock.WaitForOutputAsync("much later");
        Assert.False(end.IsCompleted);
        await caller.CloseWriteAsync();
        Assert.Null(await end);
        Assert.Equal((0, "much later"), ((await sock.WaitAsync()).ExitCode, sock.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_else_can_call_once_somebody_has()
    {
        await using var sock = SockProcess.Start("listen", "-v", "127.0.0.1:0");
        var port = await PortAsync(sock, "127.0.0.1");
        await using var caller = await Connection.ConnectAsync("127.0.0.1", port);
        await sock.WaitForErrorLineAsync($"Connection from {caller.LocalAddress} to 127.0.0.1:{port}");
        var error = await Assert.ThrowsAsync<NetException>(async () => await Connection.ConnectAsync("127.0.0.1", port));
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Kept_open_it_survives_a_reset_and_is_stopped_with_0(string signal)
    {
        await using var sock = SockProcess.Start("listen", "-k", "127.0.0.1:0");
        sock.EndInput();
        var port = await PortAsync(sock, "127.0.0.1");
        await SayAsync(port, "one\n");
        await sock.WaitForOutputLineAsync("one");
        await using (var rude = await Connection.ConnectAsync("127.0.0.1", port))
        {
            await rude.Lines.WriteAsync("two\n");
            await rude.Lines.FlushAsync();
            await sock.WaitForOutputLineAsync("two");
            rude.Abort();
        }
        await sock.WaitForErrorLineAsync("sock: Error receiving data");
        await SayAsync(port, "three\n");
        await sock.WaitForOutputLineAsync("three");
        sock.Signal(signal);
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1:0")]
    [InlineData("-k 127.0.0.1:0")]
    [InlineData("-k -m 1 127.0.0.1:0")]
    [InlineData("-u 127.0.0.1:0")]
    public async Task Nobody_calling_within_the_limit_ends_5(string words)
    {
        var result = await SockProcess.RunAsync(["listen", "--accept-timeout", "100ms", .. words.Split(' ')]);
        Assert.Equal(5, result.ExitCode);
        Assert.EndsWith("\nsock: nobody called within 100 ms\n--accept-timeout TIME waits longer, 'none' for ever.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_port_that_is_taken_ends_6()
    {
        await using var server = Server.Start("127.0.0.1:0", (_, _) => Task.CompletedTask);
        var result = await SockProcess.RunAsync("listen", server.LocalAddress.ToString());
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("the port is taken", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_Unix_path_is_there_while_it_listens_and_gone_after()
    {
        var path = Path.Combine(_directory.FullName, "s");
        await using var sock = SockProcess.Start("listen", "-U", path);
        await sock.WaitForErrorLineAsync($"Listening at unix:{path}");
        await using var caller = await Connection.ConnectAsync($"unix:{path}");
        await caller.Lines.WriteAsync("hello");
        await caller.CloseWriteAsync();
        sock.EndInput();
        await caller.CloseAsync();
        Assert.Equal((0, "hello"), ((await sock.WaitAsync()).ExitCode, sock.Output));
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Zero_says_who_called_and_ends()
    {
        await using var sock = SockProcess.Start("listen", "-z", "127.0.0.1:0");
        var port = await PortAsync(sock, "127.0.0.1");
        await using var caller = await Connection.ConnectAsync("127.0.0.1", port);
        Assert.Null(await caller.Lines.ReadLineAsync());
        var result = await sock.WaitAsync();
        Assert.Equal((0, $"Connection from {caller.LocalAddress} to 127.0.0.1:{port}\n"), (result.ExitCode, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_first_sender_of_a_datagram_is_the_peer()
    {
        await using var sock = SockProcess.Start("listen", "-u", "--replies", "2", "127.0.0.1:0");
        var port = await PortAsync(sock, "udp://127.0.0.1");
        await using var first = await DatagramSocket.ConnectAsync("127.0.0.1", port);
        await using var other = await DatagramSocket.ConnectAsync("127.0.0.1", port);
        await first.SendAsync("one\n");
        await sock.WaitForOutputLineAsync("one");
        await other.SendAsync("not heard\n");
        await sock.WriteAsync("answer");
        Assert.Equal("answer", (await first.ReceiveAsync()).Text);
        await first.SendAsync("two\n");
        var result = await sock.WaitAsync();
        Assert.Equal((0, "one\ntwo\n"), (result.ExitCode, result.Output));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", "listen needs a PORT or ADDRESS")]
    [InlineData("-s 127.0.0.1 127.0.0.1 80", "the address to listen at is given twice")]
    [InlineData("-p 80 80", "the address to listen at is given twice")]
    [InlineData("-m 1 0", "--max-conns is for -k: without it there is one caller")]
    [InlineData("--chat --exec cat 0", "--exec and --chat exclude each other")]
    [InlineData("--broker -z 0", "--zero and --broker exclude each other")]
    [InlineData("-e cat -c cat 0", "--exec and --sh-exec exclude each other")]
    [InlineData("-e cat --recv-only 0", "--recv-only is for standard input and output, and a program stands in their place")]
    [InlineData("-e 'cat 0", "--exec cannot run ''cat': a ' is not closed")]
    [InlineData("--allow 10.0.0.300 0", "'10.0.0.300' is no IPv4 address: 300 is more than 255")]
    [InlineData("--allow , 0", "nobody is allowed: --allow and --allowfile name no address")]
    [InlineData("-U --deny 10.0.0.1 /tmp/s", "--deny is for IP addresses, and a Unix peer has none")]
    [InlineData("-4 [::1]:0", "'::1' is an address of the other family")]
    [InlineData("-6 127.0.0.1:0", "'127.0.0.1' is an address of the other family")]
    public async Task Options_that_contradict_end_2_and_say_how(string words, string message)
    {
        var result = await SockProcess.RunAsync(["listen", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: {message}\n", result.Error, StringComparison.Ordinal);
    }

    private static async Task<int> PortAsync(RunningProgram sock, string host)
    {
        var line = await sock.WaitForErrorLineAsync("Listening at ");
        Assert.StartsWith($"Listening at {host}:", line, StringComparison.Ordinal);
        return int.Parse(line[(line.LastIndexOf(':') + 1)..]);
    }

    private static async Task SayAsync(int port, string text)
    {
        using var caller = new TcpClient();
        await caller.ConnectAsync("127.0.0.1", port);
        await caller.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private const int HangGuard = 60_000;
}
