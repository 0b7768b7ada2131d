using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Leaks;

/// <summary>What is left of connections that were closed, of calls that failed and of clients that were served: nothing.</summary>
[Collection(Alone.Name)]
public class LeakTests
{
    [Fact(Timeout = 150_000)]
    public async Task Two_thousand_connections_leave_no_descriptor_and_no_timer()
    {
        var clock = new FakeTimeProvider();
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask());
        var options = new ConnectOptions { Time = clock, Connection = new() { Time = clock, IdleTimeout = TimeSpan.FromSeconds(1) } };
        await AssertNothingStaysAsync(2_000, async () =>
        {
            await using var connection = await Connection.ConnectAsync(server.LocalAddress, options);
            Assert.Equal("hello", await connection.Lines.ReadLineAsync());
        });
        Assert.Equal(0, clock.ArmedTimers);
    }

    [Fact(Timeout = 150_000)]
    public async Task A_thousand_aborted_connections_leave_no_descriptor()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) => await peer.Lines.ReadLineAsync(cancel));
        await AssertNothingStaysAsync(1_000, async () => (await Connection.ConnectAsync(server.LocalAddress)).Abort());
    }

    [Fact(Timeout = 150_000)]
    public async Task Hundreds_of_handshakes_of_TLS_that_succeed_or_fail_leave_no_descriptor()
    {
        using var certificate = TlsCertificate.SelfSigned();
        await using var server = TlsServer.Start(
            "127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask(), new() { Certificates = [certificate] });
        await using var plain = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask());
        await AssertNothingStaysAsync(300, async () =>
        {
            await using (var connection = await TlsClient.ConnectAsync(server.LocalAddress, new() { Insecure = true }))
                Assert.Equal("hello", await connection.Lines.ReadLineAsync());
            await Assert.ThrowsAsync<NetException>(() => TlsClient.ConnectAsync(server.LocalAddress).AsTask());
            await Assert.ThrowsAsync<NetException>(() => TlsClient.ConnectAsync(plain.LocalAddress).AsTask());
        });
    }

    [Fact(Timeout = 150_000)]
    public async Task A_thousand_refused_calls_leave_no_descriptor()
    {
        var address = Address.Tcp("localhost", PeerPort.Choose());
        await AssertNothingStaysAsync(1_000, async () =>
            Assert.Equal(NetErrorKind.Refused, (await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync(address).AsTask())).Kind));
    }

    [Fact(Timeout = 150_000)]
    public async Task Five_hundred_clients_of_sock_serve_leave_no_descriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are counted in /proc");
        await using var sock = await SockServer.ServeAsync("echo");
        Echo(sock.Port, clients: 20); // what the program opens once, it has now
        var before = Descriptors(sock.Id);
        Echo(sock.Port, clients: 500);
        await UntilAsync(() => Descriptors(sock.Id) <= before, () => $"{Descriptors(sock.Id)} descriptors, {before} before");
        sock.Signal("TERM");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Theory(Timeout = 150_000)]
    [InlineData("listen", "-k", "--tls", "127.0.0.1:0", "--json")]
    [InlineData("serve", "echo=0", "--tls", "--host", "127.0.0.1")]
    public async Task Two_hundred_handshakes_that_fail_leave_no_descriptor_of_the_program(params string[] words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are counted in /proc");
        await using var sock = SockProcess.Start(words);
        var announced = await sock.WaitForErrorLineAsync(words[0] == "serve" ? "running on port" : "listening");
        var port = int.Parse(Regex.Match(announced, @"(?<=port |127\.0\.0\.1:)\d+").Value, CultureInfo.InvariantCulture);
        await FailAsync(HostileTlsClient.All.Count);    // what the program opens once, it has now
        var before = Descriptors(sock.Id);
        await FailAsync(200);
        await UntilAsync(() => Descriptors(sock.Id) <= before + Few, () => $"{Descriptors(sock.Id)} descriptors, {before} before");
        sock.Signal("TERM");
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);

        async Task FailAsync(int times)
        {
            for (var i = 0; i < times; i++)
                (await HostileTlsClient.All[i % HostileTlsClient.All.Count].CallAsync(port)).Socket.Dispose();
        }
    }

    /// <summary>Does it once to load what is loaded once, then many times; descriptors are counted before and after.</summary>
    private static async Task AssertNothingStaysAsync(int times, Func<Task> act)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are counted in /proc");
        await act();
        var before = Descriptors(Environment.ProcessId);
        for (var i = 0; i < times; i++)
            await act();
        await UntilAsync(() => Descriptors(Environment.ProcessId) <= before + Few, () => $"{Descriptors(Environment.ProcessId)} descriptors, {before} before");
    }

    /// <summary>The other end lets go a moment after ours.</summary>
    private static async Task UntilAsync(Func<bool> condition, Func<string> whatIs)
    {
        for (var waited = TimeSpan.Zero; !condition(); waited += Step)
        {
            Assert.True(waited < RunningProgram.HangGuard, whatIs());
            await Task.Delay(Step);
        }
    }

    private static void Echo(int port, int clients)
    {
        for (var i = 0; i < clients; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, port);
            client.Send("x"u8);
            Assert.Equal(1, client.Receive(new byte[1]));
        }
    }

    private static int Descriptors(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    // The runtime opens a few of its own now and then.
    private const int Few = 10;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
}
