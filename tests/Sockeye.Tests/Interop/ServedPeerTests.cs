using System.Globalization;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>sock serve</c> as other people's programs see it.</summary>
public class ServedPeerTests(ServedServices served) : IClassFixture<ServedServices>
{
    private const int HangGuard = 150_000;
    private const string Conversation = @"Welcome, 127\.0\.0\.1:\d+\nPlease enter a string:You entered 5 characters\.\n\z";

    public static TheoryData<string> Netcats => Netcat.That(netcat => netcat.Call);

    public static TheoryData<string> UdpNetcats => Netcat.That(netcat => netcat.CallUdp);

    [Theory(Timeout = HangGuard), MemberData(nameof(Netcats))]
    public async Task Every_netcat_is_greeted_and_counted(string netcat)
    {
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, served["greeting"]);
        await client.WriteAsync("hello\n");
        await client.WaitForOutputLineAsync("characters");
        client.EndInput();
        Assert.Matches(@"\A" + Conversation, (await client.WaitAsync()).Output);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("telnet -E 127.0.0.1 {port}")]
    [InlineData("curl --silent --no-buffer telnet://127.0.0.1:{port}")]
    public async Task Telnet_is_greeted_and_counted(string line)
    {
        await using var client = PeerProgram.Call(line, served["greeting"]);
        await client.WaitForOutputAsync("Please enter a string:");
        await client.WriteAsync("hello\n");
        await client.WaitForOutputAsync("characters.");
        client.EndInput();
        Assert.Matches(Conversation, (await client.WaitAsync()).Output.ReplaceLineEndings("\n"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Python_is_greeted_and_counted_a_character_as_a_person_counts()
    {
        await using var client = Python.Call(served["greeting"],
            """
            talk = peer.makefile('rwb')
            print(talk.readline().decode().split(':')[0])
            talk.write('ein Käse 👩‍👩‍👧‍👦\r\n'.encode()); talk.flush()
            print(talk.read().decode())
            """);
        Assert.Equal("Welcome, 127.0.0.1\nPlease enter a string:You entered 10 characters.\n\n", (await client.WaitAsync()).Output);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Netcats))]
    public async Task Every_netcat_is_echoed_byte_for_byte(string netcat)
    {
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, served["echo"]);
        var writing = client.WriteAsync(Exchange.Theirs);
        await client.WaitForOutputBytesAsync(Exchange.Theirs.Length);
        await writing;
        client.EndInput();
        Exchange.AssertSame(Exchange.Theirs, (await client.WaitAsync()).OutputBytes);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(UdpNetcats))]
    public async Task Every_netcat_is_echoed_over_udp(string netcat)
    {
        await using var client = PeerProgram.Call(Netcat.Named(netcat).CallUdp!, served["echo"]);
        await client.WriteAsync("hello\n");
        await client.WaitForOutputAsync("hello\n");
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Netcats))]
    public async Task Every_netcat_can_discard(string netcat)
    {
        var amount = 1_000_000 + netcat.Length;
        var client = await PeerProgram.RunAsync(PeerProgram.At(Netcat.Named(netcat).Call, served["discard"]), new string('x', amount));
        Assert.Equal((0, ""), (client.ExitCode, client.Output));
        await served.WaitForLineAsync($"done (received {amount}, ");
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Netcats))]
    public async Task Every_netcat_is_told_the_day(string netcat)
    {
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, served["daytime"]);
        await client.WaitForOutputLineAsync(DateTime.Now.Year.ToString(CultureInfo.InvariantCulture));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Netcats))]
    public async Task Every_netcat_gets_a_quote(string netcat)
    {
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, served["qotd"]);
        await client.WaitForOutputLineAsync("");
        client.EndInput();
        Assert.InRange((await client.WaitAsync()).Output.Length, 10, 512);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Netcats))]
    public async Task Every_netcat_gets_characters_until_it_goes(string netcat)
    {
        await using var client = PeerProgram.Call(Netcat.Named(netcat).Call, served["chargen"]);
        await client.WaitForOutputBytesAsync(100_000);
        client.Signal("TERM");
        await client.WaitAsync();
        Assert.All(client.Output.Split("\r\n")[..1_000], line => Assert.Equal(72, line.Length));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("rdate -p -o {port} 127.0.0.1")]
    [InlineData("rdate -u -p -o {port} 127.0.0.1")]
    public async Task Rdate_is_told_the_time(string line)
    {
        await using var client = PeerProgram.Call(line, served["time"]);
        var result = await client.WaitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(DateTime.Now.Year.ToString(CultureInfo.InvariantCulture), result.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_chapters_time_client_in_Python_is_told_the_time()
    {
        var client = await RunningProgram.RunAsync(Peers.Require("python3"), ["-c",
            """
            import socket, struct, sys, time
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.sendto(b'', ('127.0.0.1', int(sys.argv[1])))
            data = s.recvfrom(2048)[0]
            print(len(data), abs(struct.unpack('!I', data)[0] - 2208988800 - time.time()) < 3600)
            """, $"{served["time"]}"]);
        Assert.Equal((0, "4 True\n", ""), (client.ExitCode, client.Output, client.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_gets_a_file_that_is_served_whole()
    {
        using var scratch = new Scratch();
        await File.WriteAllBytesAsync(scratch.File("data"), Exchange.Ours, TestContext.Current.CancellationToken);
        await using var sock = await SockServer.ServeAsync("http", "--root", scratch.Directory);
        await using var client = PeerProgram.Call("curl --silent --fail http://localhost:{port}/data", sock.Port);
        var result = await client.WaitAsync();
        Assert.Equal(0, result.ExitCode);
        Exchange.AssertSame(Exchange.Ours, result.OutputBytes);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_second_server_on_a_port_is_refused()
    {
        await using var first = await SockServer.ServeAsync("echo");
        var second = await SockProcess.RunAsync("serve", $"echo={first.Port}");
        Assert.Equal((6, ""), (second.ExitCode, second.Output));
        Assert.Matches($@"\Asock: .*{first.Port}.*taken.*\n.*\n\z", second.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("ncat -k -l {port}")]
    [InlineData("nc.openbsd -k -l {port}")]
    [InlineData("socat TCP-LISTEN:{port},fork PIPE")]
    public async Task A_port_that_somebody_else_has_is_refused(string line)
    {
        await using var first = await PeerProgram.ServeAsync(line);
        var second = await SockProcess.RunAsync("serve", $"echo={first.Port}");
        Assert.Equal((6, ""), (second.ExitCode, second.Output));
        Assert.Matches($@"\Asock: .*{first.Port}.*taken.*\n.*\n\z", second.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_server_that_ended_can_be_started_again_at_once()
    {
        await using var first = await SockServer.ServeAsync("daytime");
        await using var client = Python.Call(first.Port, "print(len(read_all(peer)) > 0)"); // the server closes first, and waits in TIME_WAIT
        Assert.Equal("True\n", (await client.WaitAsync()).Output);
        first.Signal("INT");
        Assert.Equal(0, (await first.WaitAsync()).ExitCode);
        await using var second = SockProcess.Start("serve", $"daytime={first.Port}");
        await second.WaitForErrorLineAsync($"Server is running on port {first.Port}");
    }
}
