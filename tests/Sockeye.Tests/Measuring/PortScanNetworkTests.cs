using System.Net;
using System.Net.Sockets;
using Sockeye.Measuring;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Measuring;

/// <summary>What a scan makes of networks and machines that are in a bad way.</summary>
[Collection(Alone.Name)]
public class PortScanNetworkTests
{
    /// <summary>Another machine behind a wire: it is 10.9.0.2, there is no 10.9.0.3, and what is for 192.0.2.1 it swallows.</summary>
    [Fact(Timeout = HangGuard)]
    public Task Silence_is_told_apart_from_who_cannot_be_reached() => OwnProcess.WithOwnNetworkAsync(
        """
        ip link add wire type veth peer name ecirw
        unshare --net sleep 1000 & other=$!
        until ip link set ecirw netns $other && nsenter -t $other -n ip link show ecirw; do sleep 0.1; done >/dev/null 2>&1
        nsenter -t $other -n sh -ec '
            ip address add 10.9.0.2/24 dev ecirw; ip link set ecirw up; ip route add blackhole 192.0.2.1'
        ip address add 10.9.0.1/24 dev wire; ip link set wire up
        echo 100 > /proc/sys/net/ipv4/neigh/wire/retrans_time_ms
        ip route add 192.0.2.1 via 10.9.0.2
        ip route add unreachable 192.0.2.2
        """,
        () => WithTwinsAsync(async options =>
        {
            var reports = await PortScanTests.ScanAsync("10.9.0.2-3,192.0.2.1-3", "7", options with { Timeout = TimeSpan.FromSeconds(4) });
            Assert.Equal(
                [
                    "10.9.0.2: Closed ", "10.9.0.3: Filtered Unreachable no route to that host",
                    "192.0.2.1: Filtered TimedOut no answer within 4 s", "192.0.2.2: Filtered Unreachable no route to that host",
                    "192.0.2.3: Filtered Unreachable no route to that network",
                ],
                reports.Select(report => $"{report.Host}: {report.State} {report.Error?.Kind} {report.Error?.Reason}".Replace("  ", " ", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal));
        }));

    /// <summary>The only port that the kernel has to give is the one that is asked about.</summary>
    [Fact(Timeout = HangGuard)]
    public Task A_socket_that_meets_itself_is_no_open_port() => OwnProcess.WithOwnNetworkAsync(
        "echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range",
        () => WithTwinsAsync(async options =>
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(PortState.Closed, Assert.Single(await PortScanTests.ScanAsync("127.0.0.1", "40000", options)).State);
            Assert.Equal(PortState.Closed, Assert.Single(await PortScanTests.ScanAsync("::1", "40000", options)).State);
        }));

    [Fact(Timeout = HangGuard)]
    public Task Without_a_port_to_connect_from_it_ends_with_that_reason() => OwnProcess.WithOwnNetworkAsync(
        "echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range",
        () => WithTwinsAsync(async options =>
        {
            using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            taken.Bind(new IPEndPoint(IPAddress.Any, 40000));
            taken.Listen();
            var error = await Assert.ThrowsAsync<NetException>(() => PortScanTests.ScanAsync("127.0.0.1", "7", options));
            Assert.Equal((NetErrorKind.ResourceExhausted, "no local port is free: close some connections or wait a minute"), (error.Kind, error.Reason));
        }));

    [Fact(Timeout = HangGuard)]
    public Task With_few_descriptors_it_goes_slower_and_finds_the_same() => OwnProcess.WithFewDescriptorsAsync(
        300, () => WithTwinsAsync(async options =>
        {
            using var silent = new SilentListener("0.0.0.0");
            var silence = await PortScanTests.ScanAsync("127.0.1.0/24,127.0.2.0/24", $"{silent.Port}", options with { Timeout = TimeSpan.FromMilliseconds(200) });
            Assert.Equal(512, silence.Count(report => report is { State: PortState.Filtered, Error.Kind: NetErrorKind.TimedOut }));
            var refusals = await PortScanTests.ScanAsync("127.0.1.0/24,127.0.2.0/24", $"{PeerPort.Choose()}", options);
            Assert.Equal(512, refusals.Count(report => report.State == PortState.Closed));
        }));

    [Fact(Timeout = HangGuard)]
    public Task Without_descriptors_it_ends_with_that_reason() => OwnProcess.WithFewDescriptorsAsync(
        300, () => WithTwinsAsync(async options =>
        {
            await PortScanTests.ScanAsync("127.0.0.1", "7", options);    // code is loaded from files, too
            var hoard = OwnProcess.UseUpDescriptors();
            var scanning = PortScanTests.ScanAsync("127.0.0.1", "7", options);
            await ((Task)scanning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var file in hoard)
                await file.DisposeAsync();
            var error = await Assert.ThrowsAsync<NetException>(() => scanning);
            Assert.Equal(NetErrorKind.ResourceExhausted, error.Kind);
            Assert.Contains("too many open files", error.Reason, StringComparison.Ordinal);
        }));

    private static async Task WithTwinsAsync(Func<PortScanOptions, Task> test)
    {
        foreach (var twin in (Probers[])[Probers.Portable, Probers.Epoll])
            await test(twin.Options());
    }

    private const int HangGuard = 240_000;
}
