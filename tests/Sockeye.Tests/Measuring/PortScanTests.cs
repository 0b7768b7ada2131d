using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Sockeye.Measuring;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Measuring;

/// <summary>Scans, each with what one kernel offers and with its portable twin: both find the same.</summary>
public class PortScanTests
{
    public static TheoryData<Probers> Twins => OperatingSystem.IsLinux() ? [Probers.Portable, Probers.Epoll] : [Probers.Portable];

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task Open_closed_and_filtered_ports_are_told_apart(Probers with)
    {
        await using var server = Server.Start("127.0.0.1:0", IgnoreAsync);
        using var silent = new SilentListener();
        var (open, closed) = (server.LocalAddress.Port, PeerPort.Choose());
        var reports = await ScanAsync("127.0.0.1", $"{open},{closed},{silent.Port}", with.Options(), silent: 1);
        Assert.Equal(
            new[] { (open, PortState.Open), (closed, PortState.Closed), (silent.Port, PortState.Filtered) }.Order(),
            reports.Select(report => (report.Port, report.State)).Order());
        Assert.All(reports, report => Assert.Equal(("127.0.0.1", Address.Tcp("127.0.0.1", report.Port)), (report.Host, report.Address)));
        var error = Assert.Single(reports, report => report.Error is not null).Error!;
        Assert.Equal((NetErrorKind.TimedOut, "no answer within 60 s"), (error.Kind, error.Reason));
        Assert.Equal((NetOperation.Connect, Address.Tcp("127.0.0.1", silent.Port)), (error.Operation, error.Address));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task Every_port_of_every_host_is_reported_once(Probers with)
    {
        var first = PeerPort.Choose();
        var scan = PortScan.Of("127.0.0.8/30,127.0.0.3-4 127.0.0.1", PortSet.Parse($"{first}-{first + 299}"), with.Options());
        Assert.Equal(7 * 300, scan.Count);
        for (var run = 0; run < 2; run++)
        {
            var reports = await scan.RunAsync(TestContext.Current.CancellationToken).ToListAsync();
            Assert.Equal(
                from host in (string[])["127.0.0.1", "127.0.0.10", "127.0.0.11", "127.0.0.3", "127.0.0.4", "127.0.0.8", "127.0.0.9"]
                from port in Enumerable.Range(first, 300)
                select $"{host} {port}",
                reports.OrderBy(report => report.Host, StringComparer.Ordinal).ThenBy(report => report.Port).Select(report => $"{report.Host} {report.Port}"));
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task The_server_sees_an_orderly_end_and_no_byte(Probers with)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Assert.Equal(PortState.Open, Assert.Single(await ScanAsync("127.0.0.1", $"{port}", with.Options())).State);
        using var caller = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await caller.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task Who_resets_what_it_takes_is_there_all_the_same(Probers with)
    {
        await using var server = new MisbehavingServer(Misbehave.ByResetAfterReading(0));
        var hosts = string.Join(' ', Enumerable.Repeat("127.0.0.1", 200));
        var reports = await ScanAsync(hosts, $"{server.Address.Port}", with.Options());
        Assert.Equal(200, reports.Count(report => report.State == PortState.Open));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task A_host_is_open_where_one_of_its_addresses_is(Probers with)
    {
        await using var server = Server.Start("127.0.0.7:0", IgnoreAsync);
        using var silent = new SilentListener();
        var closed = PeerPort.Choose();
        var options = with.Options() with { Resolver = Names("127.0.0.6", "127.0.0.7", "127.0.0.1") };
        var reports = await ScanAsync("many.example", $"{server.LocalAddress.Port},{silent.Port},{closed}", options, silent: 1);
        Assert.All(reports, report => Assert.Equal("many.example", report.Host));
        Assert.Equal(("127.0.0.7", PortState.Open), Found(server.LocalAddress.Port));
        Assert.Equal(("127.0.0.6", PortState.Closed), Found(closed));
        // One address refuses and another is silent: as when connecting, the refusal says more.
        Assert.Equal(("127.0.0.6", PortState.Closed), Found(silent.Port));

        (string Host, PortState State) Found(int port)
        {
            var report = Assert.Single(reports, report => report.Port == port);
            return (report.Address.Host, report.State);
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task Families_may_follow_each_other(Probers with)
    {
        await using var server = Server.Start("localhost:0", IgnoreAsync);
        var ports = $"{server.LocalAddress.Port},{PeerPort.Choose()}";
        foreach (var host in (string[])["localhost", "[::1]", "::1", "127.0.0.1"])
        {
            Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
            var reports = await ScanAsync($"{host},localhost,127.0.0.1,::1", ports, with.Options());
            Assert.Equal(4, reports.Count(report => report.State == PortState.Open));
            Assert.Equal(4, reports.Count(report => report.State == PortState.Closed));
        }
        Assert.Equal("127.0.0.1", (await ScanAsync("localhost", ports, with.Options() with { Family = AddressFamily.InterNetwork }))[0].Address.Host);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task With_few_places_every_port_has_its_turn(Probers with)
    {
        using var silent = new SilentListener("0.0.0.0");
        var few = with.Options() with { Parallel = 2 };
        var silence = await ScanAsync("127.0.0.1-9", $"{silent.Port}", few with { Timeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(9, silence.Count(report => report.State == PortState.Filtered));
        var refusals = await ScanAsync("127.0.0.1-9", $"{PeerPort.Choose()}", few);
        Assert.Equal(9, refusals.Count(report => report.State == PortState.Closed));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task A_limit_in_time_is_that_of_the_clock_given(Probers with)
    {
        using var silent = new SilentListener();
        var clock = new FakeTimeProvider();
        var scanning = ScanAsync("127.0.0.1", $"{silent.Port}", with.Options() with { Time = clock });
        await clock.FireAsync(TimeSpan.FromSeconds(60));
        var report = Assert.Single(await scanning);
        Assert.Equal((PortState.Filtered, TimeSpan.FromSeconds(60)), (report.State, report.Elapsed));
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task No_more_begin_than_the_rate_allows(Probers with)
    {
        var clock = new FakeTimeProvider();
        var first = PeerPort.Choose();
        await using var reports = PortScan.Of("127.0.0.1", PortSet.Parse($"{first}-{first + 2}"), with.Options() with { Time = clock, Rate = 4 })
            .RunAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await reports.MoveNextAsync());
        for (var i = 0; i < 2; i++)
        {
            var next = reports.MoveNextAsync().AsTask();
            await clock.TimerArmedAsync(TimeSpan.FromMilliseconds(250));
            Assert.False(next.IsCompleted);
            clock.Advance(TimeSpan.FromMilliseconds(250));
            Assert.True(await next);
        }
        Assert.False(await reports.MoveNextAsync());
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Twins))]
    public async Task Who_cancels_hears_no_more_and_leaves_no_socket(Probers with)
    {
        using var silent = new SilentListener();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var clock = new FakeTimeProvider();
        var scanning = PortScan.Of("127.0.0.1", PortSet.Parse($"{silent.Port}"), with.Options() with { Time = clock }).RunAsync(cancel.Token).ToListAsync();
        await clock.TimerArmedAsync(TimeSpan.FromSeconds(60));
        Assert.Contains(Connecting(), entry => entry.Port == silent.Port);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await scanning);
        Assert.DoesNotContain(Connecting(), entry => entry.Port == silent.Port);
        Assert.Equal(0, clock.ArmedTimers);

        static IEnumerable<IPEndPoint> Connecting() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Where(connection => connection.State == TcpState.SynSent).Select(connection => connection.RemoteEndPoint);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_who_is_slow_holds_the_scan_up()
    {
        var prober = new Refusing();
        await using var reports = PortScan.Of("127.0.0.1", PortSet.All, new() { NewProber = _ => prober })
            .RunAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await reports.MoveNextAsync());
        await prober.Waiting;
        Assert.InRange(prober.Begun, 1, 10_000);
        var count = 1;
        while (await reports.MoveNextAsync())
            count++;
        Assert.Equal((65_535, 65_535), (count, prober.Begun));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_without_an_address_ends_it_before_anybody_is_asked()
    {
        var prober = new Refusing();
        var error = await Assert.ThrowsAsync<NetException>(() => ScanAsync("127.0.0.1,nosuch.invalid", "22", new() { NewProber = _ => prober }));
        Assert.Equal((NetErrorKind.NameNotFound, "there is no host 'nosuch.invalid'"), (error.Kind, error.Reason));
        Assert.Equal(0, prober.Begun);
        error = await Assert.ThrowsAsync<NetException>(() => ScanAsync("localhost", "22", new() { NumericOnly = true, NewProber = _ => prober }));
        Assert.Equal((NetErrorKind.InvalidAddress, "'localhost' is a host name, where only IP addresses are allowed"), (error.Kind, error.Reason));
        error = await Assert.ThrowsAsync<NetException>(() => ScanAsync("127.0.0.0/30", "22", new() { Family = AddressFamily.InterNetworkV6, NewProber = _ => prober }));
        Assert.Equal((NetErrorKind.NameNotFound, "127.0.0.0/30 has no IPv6 address"), (error.Kind, error.Reason));
    }

    [Theory]
    [InlineData("", "no host is named")]
    [InlineData("127.0.0.0/8", "these are more than 65,536 hosts")]
    [InlineData("::/0", "these are more than 65,536 hosts")]
    [InlineData("127.0.0.0/16,127.1.0.1", "these are more than 65,536 hosts")]
    [InlineData("127.0.0.1:80", "leave out the port")]
    [InlineData("127.0.0.1/33", "is no network")]
    [InlineData("127.0.0.9-1", "it ends before it begins")]
    [InlineData("010.0.0.1", "leading zero")]
    [InlineData("b!", "'b!' is no host name")]
    [InlineData("*", "*")]
    public void What_is_no_host_is_an_invalid_address(string hosts, string reason)
    {
        var error = Assert.Throws<NetException>(() => PortScan.Of(hosts, PortSet.All));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_hosts_as_a_scan_takes() => Assert.Equal(65_536L * 65_535, PortScan.Of("10.0.0.0/16", PortSet.All).Count);

    [Fact(Timeout = HangGuard)]
    public async Task A_port_has_the_name_that_the_registry_has_for_it()
    {
        var options = new PortScanOptions { NewProber = _ => new Refusing(), Services = ServiceRegistry.BuiltIn.With("mine", 7, Transport.Tcp) };
        var reports = await ScanAsync("127.0.0.1", "7,22,51444", options);
        Assert.Equal(["mine", "ssh", null], reports.Select(report => report.Service));
        Assert.Equal("127.0.0.1 22/tcp closed", reports[1].ToString());
    }

    /// <summary>On a clock that stands still until all but the silent ports have been reported: these then take too long.</summary>
    private static async Task<List<PortReport>> ScanAsync(string hosts, string ports, PortScanOptions options, int silent)
    {
        var clock = new FakeTimeProvider();
        var scan = PortScan.Of(hosts, PortSet.Parse(ports), options with { Time = clock });
        var reports = new List<PortReport>();
        await foreach (var report in scan.RunAsync(TestContext.Current.CancellationToken))
        {
            reports.Add(report);
            if (reports.Count == scan.Count - silent)
                await clock.FireAsync(options.Timeout);
        }
        return reports;
    }

    internal static async Task<List<PortReport>> ScanAsync(string hosts, string ports, PortScanOptions options) =>
        await PortScan.Of(hosts, PortSet.Parse(ports), options).RunAsync(TestContext.Current.CancellationToken).ToListAsync();

    private static Resolver Names(params string[] addresses) =>
        new((_, family, _) => Task.FromResult(addresses.Select(IPAddress.Parse).Where(ip => ip.AddressFamily == family).ToArray()));

    private static Task IgnoreAsync(Connection peer, CancellationToken cancel) => peer.Lines.ReadToEndAsync(cancel: cancel).AsTask();

    /// <summary>Refuses everything at once, and tells when the scan waits.</summary>
    private sealed class Refusing : Prober
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _bell = new(0);
        private int _begun;

        public int Begun => Volatile.Read(ref _begun);

        public Task Waiting => _waiting.Task;

        public override SocketError Begin(int place, IPAddress ip, int port)
        {
            Interlocked.Increment(ref _begun);
            return SocketError.ConnectionRefused;
        }

        public override bool TryTake(out int place, out SocketError outcome)
        {
            (place, outcome) = (0, SocketError.InProgress);
            return false;
        }

        public override void Look()
        {
        }

        public override void Wait()
        {
            _waiting.TrySetResult();
            _bell.Wait();
        }

        public override void Ring() => _bell.Release();

        public override void GiveUp(int place)
        {
        }

        public override void Dispose()
        {
        }
    }

    private const int HangGuard = 120_000;
}
