using System.Globalization;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>The program as a client of the small services that the inetds bring along.</summary>
public class SuperServerTests
{
    private const int HangGuard = 150_000;

    public static TheoryData<string> Servers => ["inetutils-inetd", "xinetd"];

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Echo_gives_everything_back(string name)
    {
        await using var server = await SuperServer.StartAsync(name);
        var bytes = Payload.Create(1_000_000);
        await using var sock = SockProcess.Start("connect", server["echo"]);
        var writing = sock.WriteAsync(bytes);
        await sock.WaitForOutputBytesAsync(bytes.Length);
        await writing;
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.Equal(0, result.ExitCode);
        Exchange.AssertSame(bytes, result.OutputBytes);

        var datagram = await SockProcess.RunWithInputAsync("hello", "connect", "-q", "30s", "--replies", "1", $"udp://{server["echo"]}");
        Assert.Equal((0, "hello", ""), (datagram.ExitCode, datagram.Output, datagram.Error));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Discard_takes_everything(string name)
    {
        await using var server = await SuperServer.StartAsync(name);
        var result = await SockProcess.RunWithInputAsync(new string('x', 1_000_000), "connect", server["discard"]);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        var datagram = await SockProcess.RunWithInputAsync("hello", "connect", "-q", "0", $"udp://{server["discard"]}");
        Assert.Equal((0, "", ""), (datagram.ExitCode, datagram.Output, datagram.Error));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Daytime_tells_the_year(string name)
    {
        await using var server = await SuperServer.StartAsync(name);
        foreach (var transport in new[] { "tcp", "udp" })
        {
            var result = await SockProcess.RunAsync("time", "--daytime", $"{transport}://{server["daytime"]}");
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.Contains(DateTime.UtcNow.Year.ToString(CultureInfo.InvariantCulture), result.Output);
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Time_tells_the_time_and_eight_bytes_of_it_are_warned_of(string name)
    {
        await using var server = await SuperServer.StartAsync(name);
        foreach (var transport in new[] { "tcp", "udp" })
        {
            var result = await SockProcess.RunAsync("time", "--utc", $"{transport}://{server["time"]}");
            Assert.Equal(0, result.ExitCode);
            Assert.InRange(DateTimeOffset.Parse(result.Output, CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
            Assert.Equal(name == "xinetd" ? "" : "sock: warning: the server sent 8 bytes; the first four were taken for the time\n", result.Error);
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task Chargen_is_read_for_as_long_as_somebody_reads_us(string name)
    {
        await using var server = await SuperServer.StartAsync(name);
        var result = await Shell.RunAsync($"{{ \"$SOCK\" connect --recv-only {server["chargen"]}; echo $? >&2; }} | head -c 7400");
        Assert.Equal((7400, "0\n"), (result.Output.Length, result.Error));
        Assert.All(result.Output.Split("\r\n")[..^1], line => Assert.Equal(72, line.Length));
    }
}
