using System.Globalization;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>The small services and their clients against other people's.</summary>
public class SmallServicesInteropTests
{
    private const int HangGuard = 60_000;

    [Theory(Timeout = HangGuard)]
    [InlineData("-p")]
    [InlineData("-pu")]
    public async Task Rdate_reads_our_time(string options)
    {
        var rdate = Peers.Require("rdate");
        var clock = new FakeTimeProvider();
        await using var server = Server.Start("127.0.0.1:0", Time.ServeWith(clock));
        await using var datagrams = DatagramServer.Start(Address.Udp("127.0.0.1", server.LocalAddress.Port), Time.AnswerWith(clock));
        await using var run = RunningProgram.Start(rdate, [options, "-o", $"{server.LocalAddress.Port}", "127.0.0.1"], Utc);
        Assert.Contains("Tue Jan  1 00:00:00", (await run.WaitAsync()).Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Busybox_reads_our_time()
    {
        var busybox = Peers.Require("busybox");
        await using var server = Server.Start("127.0.0.1:0", Time.ServeWith(new FakeTimeProvider()));
        await using var run = RunningProgram.Start(busybox, ["rdate", "-p", $"127.0.0.1:{server.LocalAddress.Port}"], Utc);
        Assert.Equal("Tue Jan  1 00:00:00 2030\n", (await run.WaitAsync()).Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Telnet_holds_the_greeting_conversation()
    {
        var telnet = Peers.Require("telnet");
        await using var server = Server.Start("127.0.0.1:0", Greeting.ServeAsync);
        await using var run = RunningProgram.Start(telnet, ["127.0.0.1", $"{server.LocalAddress.Port}"]);
        await run.WaitForOutputAsync("Please enter a string:");
        await run.WriteAsync("hello\n");
        await run.WaitForOutputAsync("Please enter a string:You entered 5 characters.\n");
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("nc.openbsd", "-N")]
    [InlineData("nc.traditional", "-q5")]
    [InlineData("ncat", "-i5")]
    public async Task Netcats_hold_the_greeting_conversation(string program, string option)
    {
        var netcat = Peers.Require(program);
        await using var server = Server.Start("127.0.0.1:0", Greeting.ServeAsync);
        var run = await RunningProgram.RunAsync(netcat, [option, "127.0.0.1", $"{server.LocalAddress.Port}"], "hello\n");
        Assert.EndsWith("\nPlease enter a string:You entered 5 characters.\n", run.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Netcat_gets_its_bytes_back_and_the_end()
    {
        var netcat = Peers.Require("nc.openbsd");
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var sent = string.Concat(Enumerable.Repeat("0123456789", 100_000));
        var run = await RunningProgram.RunAsync(netcat, ["-N", "127.0.0.1", $"{server.LocalAddress.Port}"], sent);
        Assert.Equal((0, sent), (run.ExitCode, run.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_netcat_without_input_gets_characters_until_it_goes()
    {
        Peers.Require("nc.openbsd");
        await using var server = Server.Start("127.0.0.1:0", Chargen.ServeAsync);
        var run = await Shell.RunAsync($"nc.openbsd -N 127.0.0.1 {server.LocalAddress.Port} </dev/null | head -n 5000 | wc -l");
        Assert.Equal(5000, int.Parse(run.Output, CultureInfo.InvariantCulture));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Xinetd_tells_us_the_time(string transport)
    {
        await using var xinetd = await SuperServer.StartAsync("xinetd");
        var time = await Time.MeasureAsync(Address.Parse($"{transport}://localhost:{xinetd.PortOf("time")}"));
        Assert.Equal(0, time.ExtraBytes);
        Assert.InRange(time.Offset, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
        Assert.NotEmpty(await Daytime.QueryAsync(Address.Parse($"{transport}://localhost:{xinetd.PortOf("daytime")}")));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Xinetds_other_services_are_understood()
    {
        await using var xinetd = await SuperServer.StartAsync("xinetd");
        var bytes = new byte[1_000_000];
        await using (var echo = await Connection.ConnectAsync("localhost", xinetd.PortOf("echo")))
            Assert.Equal(bytes, await Echo.EchoAsync(echo, bytes));
        await using (var echo = await DatagramSocket.ConnectAsync("localhost", xinetd.PortOf("echo")))
            Assert.Equal([1, 2, 3], await Echo.EchoAsync(echo, new byte[] { 1, 2, 3 }));
        await using (var discard = await Connection.ConnectAsync("localhost", xinetd.PortOf("discard")))
            await Discard.SendAsync(discard, bytes);
        await using var chargen = await Connection.ConnectAsync("localhost", xinetd.PortOf("chargen"));
        Assert.All(await Chargen.ReadLinesAsync(chargen, 200), line => Assert.Equal(72, line.Length));
        chargen.Abort();
    }

    private static readonly Dictionary<string, string> Utc = new() { ["TZ"] = "UTC" };
}
