using System.Globalization;
using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Others who look for open ports find the same ones.</summary>
public class ScanPeerTests
{
    [Fact(Timeout = HangGuard)]
    public Task Netcat_finds_the_same_open_ports() =>
        FindTheSameAsync("nc.openbsd", "-zvn 127.0.0.1 {0}", @" (\d+) port \[tcp/[^\]]*\] succeeded");

    [Fact(Timeout = HangGuard)]
    public Task Nmap_finds_the_same_open_ports() => FindTheSameAsync("nmap", "-n -Pn -sT -T5 -p {0} 127.0.0.1", @"^(\d+)/tcp +open");

    /// <summary>In a network of its own, where nobody else's ports come and go meanwhile.</summary>
    private static Task FindTheSameAsync(string program, string arguments, string open)
    {
        Peers.Require(program);
        return OwnProcess.WithOwnNetworkAsync("true", () => AssertTheSameAsync(program, arguments, new Regex(open, RegexOptions.Multiline)));
    }

    private static async Task AssertTheSameAsync(string program, string arguments, Regex open)
    {
        var first = PeerPort.Choose();
        int[] served = [first, first + 7, first + 8];
        var servers = new List<Server>();
        foreach (var port in served)
            servers.Add(Server.Start($"127.0.0.1:{port}", IgnoreAsync));
        var range = $"{first}-{first + 20}";
        var theirs = await RunningProgram.RunAsync(program, string.Format(CultureInfo.InvariantCulture, arguments, range).Split(' '));
        var ours = await SockProcess.RunAsync("scan", "127.0.0.1", range);
        foreach (var server in servers)
            await server.DisposeAsync();
        var expected = served.Select(port => $"{port}").ToArray();
        Assert.Equal(expected, open.Matches(theirs.Output + theirs.Error).Select(match => match.Groups[1].Value));
        Assert.Equal(expected, Regex.Matches(ours.Output, @" (\d+)/tcp open").Select(match => match.Groups[1].Value));
    }

    private static Task IgnoreAsync(Connection peer, CancellationToken cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask();

    private const int HangGuard = 120_000;
}
