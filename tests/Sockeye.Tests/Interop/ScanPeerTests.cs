using System.Globalization;
using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Others who look for open ports find the same ones.</summary>
public class ScanPeerTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("nc.openbsd", "-zvn 127.0.0.1 {0}", @" (\d+) port \[tcp/[^\]]*\] succeeded")]
    [InlineData("nmap", "-n -Pn -sT -T5 -p {0} 127.0.0.1", @"^(\d+)/tcp +open")]
    public async Task They_find_the_same_open_ports(string program, string arguments, string open)
    {
        Peers.Require(program);
        // Where the system gives no ports to others, so that nobody comes or goes meanwhile.
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
        var found = Regex.Matches(ours.Output, @" (\d+)/tcp open", RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        Assert.Equal(Regex.Matches(theirs.Output + theirs.Error, open, RegexOptions.Multiline).Select(match => match.Groups[1].Value), found);
        Assert.Superset(served.Select(port => $"{port}").ToHashSet(), found.ToHashSet());
    }

    private static Task IgnoreAsync(Connection peer, CancellationToken cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask();

    private const int HangGuard = 120_000;
}
