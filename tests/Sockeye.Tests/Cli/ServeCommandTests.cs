using System.Globalization;
using System.Text;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

public class ServeCommandTests
{
    [Fact]
    public async Task It_says_a_line_a_service_and_serves_streams_and_datagrams_of_both_families()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "greeting=0", "-v");
        var echo = await PortOfAsync(sock, "echo");
        var greeting = await PortOfAsync(sock, "greeting");
        Assert.Contains($"Server is running on port {echo}; press Ctrl-C to terminate.\n", sock.Error);
        Assert.Contains($"Server is running on port {greeting}; press Ctrl-C to terminate.\n", sock.Error);
        foreach (var host in (string[])["127.0.0.1", "localhost"])
        {
            await using var client = await Connection.ConnectAsync(host, echo);
            Assert.Equal("hello", await EchoAsync(client, "hello"));
            await using var socket = await DatagramSocket.ConnectAsync(host, echo);
            Assert.Equal("hello", await EchoAsync(socket, "hello"));
        }
        await using var visitor = await Connection.ConnectAsync("localhost", greeting);
        Assert.Equal(5, (await Greeting.SayAsync(visitor, "hello")).Characters);
        Assert.Empty(sock.Output);
    }

    [Fact]
    public async Task If_one_port_is_taken_nothing_is_served()
    {
        await using var taken = Listener.Listen("127.0.0.1:0");
        var result = await SockProcess.RunAsync("serve", "echo=0", $"greeting={taken.LocalAddress.Port}");
        Assert.Equal(6, result.ExitCode);
        Assert.DoesNotContain("Server is running", result.Error);
        Assert.Contains($"{taken.LocalAddress.Port}", result.Error);
    }

    [Fact]
    public async Task A_port_that_is_taken_for_datagrams_only_is_taken_too()
    {
        await using var taken = DatagramSocket.Bind("127.0.0.1:0");
        var result = await SockProcess.RunAsync("serve", $"time={taken.LocalAddress.Port}");
        Assert.Equal(6, result.ExitCode);
        Assert.DoesNotContain("Server is running", result.Error);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_it_well(string signal)
    {
        await using var sock = SockProcess.Start("serve", "discard=0");
        await sock.WaitForErrorLineAsync("Server is running");
        sock.Signal(signal);
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task When_stopped_it_lets_conversations_finish()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "-v");
        var port = await PortOfAsync(sock, "echo");
        await using var client = await Connection.ConnectAsync("127.0.0.1", port);
        await EchoAsync(client, "a");
        sock.Signal("INT");
        Assert.StartsWith("1 connection still open", await sock.WaitForErrorLineAsync("still open"));
        Assert.Equal("b", await EchoAsync(client, "b"));
        await client.CloseAsync();
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_conversation_that_does_not_finish_is_cut_and_that_is_said()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "-v");
        await using var client = await Connection.ConnectAsync("127.0.0.1", await PortOfAsync(sock, "echo"));
        await EchoAsync(client, "a");
        sock.Signal("TERM");
        var result = await sock.WaitAsync();
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("sock: 1 connection did not end within 5 s and was cut\n", result.Error);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "-v");
        await using var client = await Connection.ConnectAsync("127.0.0.1", await PortOfAsync(sock, "echo"));
        await EchoAsync(client, "a");
        sock.Signal("INT");
        await sock.WaitForErrorLineAsync("still open");
        sock.Signal("INT");
        Assert.Equal(130, (await sock.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task With_v_each_connection_is_said()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "-v");
        await using var client = await Connection.ConnectAsync("127.0.0.1", await PortOfAsync(sock, "echo"));
        await EchoAsync(client, "hello");
        Assert.Equal($"echo: {client.LocalAddress} connected", await sock.WaitForErrorLineAsync("connected"));
        await client.CloseAsync();
        Assert.Equal($"echo: {client.LocalAddress} done (received 5, sent 5 bytes)", await sock.WaitForErrorLineAsync("done"));
    }

    [Fact]
    public async Task A_silent_connection_ends_at_the_idle_limit()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "--idle", "50ms", "-v");
        await using var client = await Connection.ConnectAsync("127.0.0.1", await PortOfAsync(sock, "echo"));
        Assert.Contains("50 ms", await sock.WaitForErrorLineAsync("read tcp"));
    }

    [Fact]
    public async Task Datagrams_over_the_rate_are_left_unanswered()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "--rate", "1", "-v");
        await using var socket = await DatagramSocket.ConnectAsync("127.0.0.1", await PortOfAsync(sock, "echo"));
        for (var i = 0; i < 3; i++)
            await socket.SendAsync("hello");
        Assert.Contains($"echo: {socket.LocalAddress} not answered: more than 1", await sock.WaitForErrorLineAsync("not answered"));
    }

    [Fact]
    public async Task Without_a_rate_all_are_answered()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "--rate", "0", "-v");
        await using var socket = await DatagramSocket.ConnectAsync("127.0.0.1", await PortOfAsync(sock, "echo"));
        for (var i = 0; i < 500; i++)
            Assert.Equal("hello", await EchoAsync(socket, "hello"));
    }

    [Fact]
    public async Task Answers_longer_than_their_questions_are_kept_from_other_machines()
    {
        await using var sock = SockProcess.Start("serve", "qotd=0", "--host", "0.0.0.0", "-v");
        var port = await PortOfAsync(sock, "qotd");
        await sock.WaitForErrorLineAsync("qotd answers no datagrams of other machines");
        Assert.NotEmpty(await Qotd.QueryAsync(Address.Tcp("127.0.0.1", port)));
        var error = await Assert.ThrowsAsync<NetException>(() => Qotd.QueryAsync(Address.Udp("127.0.0.1", port)));
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }

    [Fact]
    public async Task They_are_given_when_that_is_asked_for()
    {
        await using var sock = SockProcess.Start("serve", "qotd=0", "--host", "*", "--allow-amplification", "-v");
        Assert.NotEmpty(await Qotd.QueryAsync(Address.Udp("127.0.0.1", await PortOfAsync(sock, "qotd"))));
    }

    [Fact]
    public async Task Http_says_what_was_asked_or_serves_files()
    {
        var directory = Directory.CreateTempSubdirectory("serve-");
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "hello.txt"), "hello\n");
        foreach (var (words, said) in new[] { ("http=0 -v", "GET /hello.txt HTTP/1."), ($"http=0 -v --root {directory.FullName}", "hello\n") })
        {
            await using var sock = SockProcess.Start(["serve", .. words.Split(' ')]);
            await using var response = await Http.GetAsync($"http://127.0.0.1:{await PortOfAsync(sock, "http")}/hello.txt");
            using var content = new StreamReader(response.Body);
            Assert.Contains(said, await content.ReadToEndAsync());
        }
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task No_more_connections_are_served_at_once_than_allowed()
    {
        await using var sock = SockProcess.Start("serve", "echo=0", "--max-conns", "1", "-v");
        var port = await PortOfAsync(sock, "echo");
        var first = await Connection.ConnectAsync("127.0.0.1", port);
        await EchoAsync(first, "a");
        await using var second = await Connection.ConnectAsync("127.0.0.1", port);
        var waiting = EchoAsync(second, "b");
        await EchoAsync(first, "c");
        Assert.False(waiting.IsCompleted);
        await first.DisposeAsync();
        Assert.Equal("b", await waiting);
    }

    [Theory]
    [InlineData("--root . echo", "--root is for http, which is not served", "Name http too, or leave out --root.")]
    [InlineData("ehco", "there is no built-in service 'ehco'", "Did you mean 'echo'?")]
    [InlineData("echo=65536", "65536", null)]
    [InlineData("echo=", "", null)]
    [InlineData("--host example.test echo", "example.test", null)]
    public async Task What_cannot_be_served_is_a_usage_error(string words, string said, string? advice)
    {
        var result = await SockProcess.RunAsync(["serve", .. words.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("sock: ", result.Error);
        Assert.Contains(said, result.Error);
        Assert.Contains(advice ?? "", result.Error);
    }

    [Fact]
    public void Default_ports_and_standard_ports_are_the_documented_ones()
    {
        Assert.Equal(
            ["greeting - 51444", "echo 7 51423", "discard 9 51409", "daytime 13 51413", "qotd 17 51417", "chargen 19 51419", "time 37 51437"],
            Tool.ServiceCatalog.All.Where(service => service.Name != "http").Select(service =>
                $"{service.Name} {service.StandardPort?.ToString(CultureInfo.InvariantCulture) ?? "-"} {service.DefaultPort}"));
        Assert.All(Tool.ServiceCatalog.All.Where(service => service.StandardPort is not null), service =>
            Assert.Equal(service.StandardPort, ServiceRegistry.BuiltIn.PortOf(service.Name, Transport.Tcp)));
    }

    private static async Task<string> EchoAsync(Connection client, string text) =>
        Encoding.UTF8.GetString(await Echo.EchoAsync(client, Encoding.UTF8.GetBytes(text)));

    private static async Task<string> EchoAsync(DatagramSocket socket, string text) =>
        Encoding.UTF8.GetString(await Echo.EchoAsync(socket, Encoding.UTF8.GetBytes(text)));

    /// <summary>The port that <c>-v</c> says behind the service's name.</summary>
    private static async Task<int> PortOfAsync(RunningProgram sock, string service)
    {
        var line = await sock.WaitForErrorLineAsync($"  {service}: ");
        var address = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].TrimEnd(',');
        return int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
    }
}
