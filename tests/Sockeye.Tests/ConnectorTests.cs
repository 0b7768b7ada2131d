using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

public sealed class ConnectorTests : IDisposable
{
    private const int HangGuard = 30_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Socket _listener = Listen("127.0.0.1");
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sockeye-");

    public void Dispose()
    {
        _listener.Dispose();
        _directory.Delete(recursive: true);
    }

    private int Port => PortOf(_listener);

    [Theory(Timeout = HangGuard)]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]    // refused by ::1, if there is one
    [InlineData("::ffff:127.0.0.1")]
    public async Task A_listener_is_reached(string host)
    {
        var (socket, report) = await DialAsync(Address.Tcp(host, Port));
        using (socket)
        {
            Assert.Equal(_listener.LocalEndPoint, socket.RemoteEndPoint);
            Assert.Equal(Address.Tcp("127.0.0.1", Port), report.Attempts[^1].Address);
            Assert.Null(report.Attempts[^1].Error);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_IPv6_listener_is_reached()
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        using var listener = Listen("::1");
        var (socket, _) = await DialAsync(Address.Tcp("localhost", PortOf(listener)));
        using (socket)
            Assert.Equal(AddressFamily.InterNetworkV6, socket.AddressFamily);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_public_door_leads_to_a_connection_that_knows_how_it_came_about()
    {
        var connection = await Connector.Direct.ConnectAsync(Address.Tcp("127.0.0.1", Port), new ConnectOptions());
        Assert.Equal(Address.Tcp("127.0.0.1", Port), connection.RemoteAddress);
        Assert.Equal(connection.RemoteAddress, Assert.Single(connection.Report!.Attempts).Address);
        connection.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Options_can_be_written_in_place_behind_every_form_of_the_address()
    {
        var address = Address.Tcp("127.0.0.1", Port);
        (await Connection.ConnectAsync(address, new() { Timeout = Limit })).Abort();
        (await Connection.ConnectAsync(address.ToString(), new() { Timeout = Limit })).Abort();
        (await Connection.ConnectAsync(address.Host, Port, new() { Timeout = Limit })).Abort();
        (await Connection.ConnectAsync(address.Host, $"{Port}", new() { Timeout = Limit })).Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Every_refusal_is_kept_in_the_order_of_trying()
    {
        var port = PeerPort.Choose();
        var error = await FailsAsync(Address.Tcp("example.test", port), Resolving("127.0.0.2", "127.0.0.3"));
        Assert.Equal((NetErrorKind.Refused, NetOperation.Connect), (error.Kind, error.Operation));
        Assert.Equal($"connect tcp example.test:{port}: connection refused (tried 127.0.0.2:{port}, 127.0.0.3:{port})", error.Message);
        Assert.All(error.Causes, cause => Assert.Equal((NetErrorKind.Refused, error.Address), (cause.Kind, cause.Address)));
        Assert.Equal([Address.Tcp("127.0.0.2", port), Address.Tcp("127.0.0.3", port)], error.Causes.Select(cause => cause.RemoteAddress!));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_refused_literal_is_said_once()
    {
        var port = PeerPort.Choose();
        var error = await FailsAsync(Address.Tcp("127.0.0.1", port));
        Assert.Equal($"connect tcp 127.0.0.1:{port}: connection refused", error.Message);
        Assert.Equal(Address.Tcp("127.0.0.1", port), error.RemoteAddress);
        Assert.IsType<SocketException>(error.InnerException);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_address_that_refuses_is_followed_by_one_that_answers()
    {
        var seen = new ConcurrentQueue<ConnectAttempt>();
        var options = Resolving("127.0.0.2", "127.0.0.1") with { OnAttempt = seen.Enqueue };
        var (socket, report) = await DialAsync(Address.Tcp("example.test", Port), options);
        socket.Dispose();
        Assert.Equal([Address.Tcp("127.0.0.2", Port), Address.Tcp("127.0.0.1", Port)], report.Attempts.Select(attempt => attempt.Address));
        Assert.Equal([NetErrorKind.Refused, null], report.Attempts.Select(attempt => attempt.Error?.Kind));
        Assert.Equal(report.Attempts, seen);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_address_that_is_silent_is_overtaken_by_one_that_answers()
    {
        using var silent = new SilentListener("127.0.0.2", Port);
        var options = Resolving("127.0.0.2", "127.0.0.1") with { AttemptDelay = TimeSpan.FromMilliseconds(1) };
        var (socket, report) = await DialAsync(Address.Tcp("example.test", Port), options);
        using (socket)
            Assert.Equal(_listener.LocalEndPoint, socket.RemoteEndPoint);
        Assert.Equal("given up before it answered", Assert.Single(report.Attempts, attempt => attempt.Error is not null).Error!.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Silence_ends_with_the_limit()
    {
        using var silent = new SilentListener();
        var clock = new FakeTimeProvider();
        var options = new ConnectOptions { Timeout = Limit, Time = clock };
        var dialling = FailsAsync(Address.Tcp("127.0.0.1", silent.Port), options);
        await clock.TimerArmedAsync(Limit);
        clock.Advance(Limit);
        var error = await dialling;
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Connect), (error.Kind, error.Operation));
        Assert.Equal($"connect tcp 127.0.0.1:{silent.Port}: no answer within 10 s", error.Message);
        Assert.Equal(0, clock.ArmedTimers);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_refusal_says_more_than_a_silence()
    {
        using var silent = new SilentListener("127.0.0.2");
        var clock = new FakeTimeProvider();
        var options = Resolving("127.0.0.2", "127.0.0.3") with { Timeout = Limit, Time = clock };
        var refused = new TaskCompletionSource();
        var dialling = FailsAsync(Address.Tcp("example.test", silent.Port), options with { OnAttempt = _ => refused.TrySetResult() });
        await clock.FireAsync(options.AttemptDelay);
        await refused.Task;
        clock.Advance(Limit);
        var error = await dialling;
        Assert.Equal(NetErrorKind.Refused, error.Kind);
        Assert.Equal([NetErrorKind.TimedOut, NetErrorKind.Refused], error.Causes.Select(cause => cause.Kind));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_look_up_past_the_limit_timed_out_while_resolving()
    {
        var clock = new FakeTimeProvider();
        var options = NeverResolving with { Timeout = Limit, Time = clock };
        var dialling = FailsAsync(Address.Tcp("example.test", Port), options);
        await clock.FireAsync(Limit);
        var error = await dialling;
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Resolve), (error.Kind, error.Operation));
        Assert.Contains("within 10 s", error.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Without_a_limit_no_timer_runs_but_those_of_the_race()
    {
        using var silent = new SilentListener();
        using var giveUp = new CancellationTokenSource();
        var clock = new FakeTimeProvider();
        var options = Resolving("127.0.0.1", "127.0.0.2") with { Timeout = Timeout.InfiniteTimeSpan, Time = clock };
        var one = DialAsync(Address.Tcp("127.0.0.1", silent.Port), options, giveUp.Token);
        Assert.Equal(0, clock.ArmedTimers);
        var two = DialAsync(Address.Tcp("example.test", silent.Port), options, giveUp.Token);
        await clock.TimerArmedAsync(options.AttemptDelay);
        Assert.Equal(1, clock.ArmedTimers);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Giving_up_is_a_cancellation_while_looking_up_and_while_trying()
    {
        using var silent = new SilentListener();
        foreach (var (address, options) in new[]
        {
            (Address.Tcp("example.test", Port), NeverResolving),
            (Address.Tcp("127.0.0.1", silent.Port), new ConnectOptions()),
        })
        {
            var clock = new FakeTimeProvider();
            using var giveUp = new CancellationTokenSource();
            var dialling = DialAsync(address, options with { Time = clock }, giveUp.Token);
            await clock.TimerArmedAsync(options.Timeout);
            await giveUp.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
            Assert.Equal(giveUp.Token, error.CancellationToken);
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DialAsync(Address.Tcp("127.0.0.1", Port), null, new CancellationToken(true)));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(SocketError.HostNotFound, NetErrorKind.NameNotFound)]
    [InlineData(SocketError.TryAgain, NetErrorKind.NameServerFailed)]
    public async Task A_name_that_is_not_found_carries_the_address_as_given(SocketError answer, NetErrorKind kind)
    {
        var address = Address.Tcp("example.test", "http");
        var error = await FailsAsync(address, new() { Resolver = new((_, _, _) => throw new SocketException((int)answer)) });
        Assert.Equal((kind, NetOperation.Resolve, address), (error.Kind, error.Operation, error.Address));
        Assert.StartsWith("resolve tcp example.test:http: ", error.Message);
        Assert.Empty(error.Causes);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_family_is_a_filter()
    {
        var onlyIPv6 = new ConnectOptions { Family = AddressFamily.InterNetworkV6 };
        Assert.Equal(NetErrorKind.NameNotFound, (await FailsAsync(Address.Tcp("127.0.0.1", Port), onlyIPv6)).Kind);
        Assert.Equal(NetErrorKind.NameNotFound, (await FailsAsync(Address.Tcp("example.test", Port), Resolving("127.0.0.1") with { Family = onlyIPv6.Family })).Kind);
        var (socket, report) = await DialAsync(Address.Tcp("localhost", Port), new() { Family = AddressFamily.InterNetwork });
        socket.Dispose();
        Assert.Single(report.Attempts);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Only_numbers_means_that_no_name_is_looked_up()
    {
        var options = NeverResolving with { NumericOnly = true };
        Assert.Equal(NetErrorKind.InvalidAddress, (await FailsAsync(Address.Tcp("example.test", Port), options)).Kind);
        (await DialAsync(Address.Tcp("127.0.0.1", Port), options)).Socket.Dispose();
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_cannot_be_connected_to_is_refused_as_an_address()
    {
        foreach (var address in new[] { Address.Tcp("127.0.0.1", 0), Address.Tcp("*", 80), Address.Udp("127.0.0.1", 80), Address.UnixDatagram("/run/x") })
        {
            var error = await FailsAsync(address);
            Assert.Equal((NetErrorKind.InvalidAddress, NetOperation.Connect, address), (error.Kind, error.Operation, error.Address));
        }
        await Assert.ThrowsAsync<ArgumentNullException>(() => Connector.DialAsync(null!, new(), null, default));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_source_address_and_port_are_used()
    {
        var port = PeerPort.Choose();
        var (socket, _) = await DialAsync(Address.Tcp("127.0.0.1", Port), new() { Source = Address.Tcp("127.0.0.2", port) });
        using (socket)
            Assert.Equal(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port), socket.LocalEndPoint);
        var (other, _) = await DialAsync(Address.Tcp("127.0.0.1", Port), new() { Source = Address.Tcp("*", 0) });
        using (other)
            Assert.Equal(IPAddress.Loopback, ((IPEndPoint)other.LocalEndPoint!).Address);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_that_is_not_ours_is_unavailable()
    {
        var source = Address.Tcp("192.0.2.77", 0);
        var error = await FailsAsync(Address.Tcp("127.0.0.1", Port), new() { Source = source });
        Assert.Equal((NetErrorKind.AddressUnavailable, source), (error.Kind, error.LocalAddress));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_port_that_is_taken_is_in_use()
    {
        var (first, _) = await DialAsync(Address.Tcp("127.0.0.1", Port));
        using (first)
        {
            var source = Address.From(first.LocalEndPoint, Transport.Tcp);
            Assert.Equal(NetErrorKind.AddressInUse, (await FailsAsync(Address.Tcp("127.0.0.1", Port), new() { Source = source })).Kind);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_of_another_family_than_every_target_is_an_invalid_address()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        var source = Address.Tcp("127.0.0.1", 0);
        var error = await FailsAsync(Address.Tcp("::1", Port), new() { Source = source });
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        Assert.Contains("cannot reach an IPv6 address", error.Reason);
        Assert.Equal(NetErrorKind.InvalidAddress, (await FailsAsync(Address.Tcp("example.test", Port), Resolving("::1") with { Source = source })).Kind);
        (await DialAsync(Address.Tcp("localhost", Port), new() { Source = source })).Socket.Dispose();    // 127.0.0.1 remains
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_source_that_is_no_address_is_an_invalid_address()
    {
        Assert.Equal(NetErrorKind.InvalidAddress, (await FailsAsync(Address.Tcp("127.0.0.1", Port), new() { Source = Address.Tcp("localhost", 0) })).Kind);
        Assert.Equal(NetErrorKind.InvalidAddress, (await FailsAsync(Address.Unix("/x"), new() { Source = Address.Tcp("127.0.0.1", 0) })).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_port_that_meets_itself_is_refused()
    {
        var port = PeerPort.Choose();
        var error = await FailsAsync(Address.Tcp("127.0.0.1", port), new() { Source = Address.Tcp("127.0.0.1", port) });
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Unix_socket_is_reached_by_path_and_by_abstract_name(bool isAbstract)
    {
        Assert.SkipUnless(!isAbstract || OperatingSystem.IsLinux(), "abstract names are Linux's");
        var address = Address.Unix(isAbstract ? $"@sockeye-{Guid.NewGuid():N}" : PathOf("socket"));
        using var listener = ListenUnix(address);
        var (socket, report) = await DialAsync(address);
        using (socket)
            Assert.True(socket.Connected);
        Assert.Equal((address, null), (Assert.Single(report.Attempts).Address, report.Attempts[0].Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_wrong_with_a_path_is_told_apart()
    {
        using var listener = ListenUnix(Address.Unix(PathOf("gone")));
        listener.Dispose();
        using var datagrams = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        datagrams.Bind(new UnixDomainSocketEndPoint(PathOf("datagrams")));
        File.WriteAllText(PathOf("file"), "");
        Assert.Equal(NetErrorKind.NotFound, (await FailsAsync(Address.Unix(PathOf("missing")))).Kind);
        Assert.Equal(NetErrorKind.NotFound, (await FailsAsync(Address.Unix(PathOf("file/socket")))).Kind);
        Assert.Equal(NetErrorKind.Refused, (await FailsAsync(Address.Unix(PathOf("file")))).Kind);
        Assert.Equal(NetErrorKind.Unsupported, (await FailsAsync(Address.Unix(PathOf("datagrams")))).Kind);
        Assert.Equal($"connect unix:{PathOf("missing")}: there is no such path", (await FailsAsync(Address.Unix(PathOf("missing")))).Message);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_full_queue_of_a_Unix_socket_is_waited_for()
    {
        var address = Address.Unix(PathOf("socket"));
        using var listener = ListenUnix(address, backlog: 0);
        using var queued = (await DialAsync(address)).Socket;
        var clock = new FakeTimeProvider();
        var dialling = DialAsync(address, new() { Time = clock, Timeout = Limit });
        var step = TimeSpan.FromMilliseconds(20);
        await clock.FireAsync(step);
        await clock.TimerArmedAsync(step);
        Assert.False(dialling.IsCompleted);
        using var accepted = await listener.AcceptAsync();
        clock.Advance(step);
        using var waited = (await dialling).Socket;    // and fills the queue again

        var late = FailsAsync(address, new() { Time = clock, Timeout = Limit });
        await clock.TimerArmedAsync(step);
        clock.Advance(Limit);
        Assert.Equal(NetErrorKind.TimedOut, (await late).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_report_tells_look_up_and_connecting_apart()
    {
        var clock = new FakeTimeProvider();
        var answer = new TaskCompletionSource<IPAddress[]>();
        var options = new ConnectOptions { Time = clock, Family = AddressFamily.InterNetwork, Resolver = new((_, _, _) => answer.Task) };
        var dialling = DialAsync(Address.Tcp("example.test", Port), options);
        clock.Advance(TimeSpan.FromSeconds(3));
        answer.SetResult([IPAddress.Loopback]);
        var (socket, report) = await dialling;
        socket.Dispose();
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.Zero), (report.Resolve, report.Connect));
    }

    private static Task<(Socket Socket, ConnectReport Report)> DialAsync(Address target, ConnectOptions? options = null, CancellationToken cancel = default) =>
        Connector.DialAsync(target, options ?? new(), ReadinessLoops.ForDialling((options ?? new()).Engine), cancel);

    private static Task<NetException> FailsAsync(Address target, ConnectOptions? options = null) =>
        Assert.ThrowsAsync<NetException>(() => DialAsync(target, options));

    /// <summary>Every name has these addresses.</summary>
    private static ConnectOptions Resolving(params string[] addresses) => new()
    {
        Resolver = new((_, family, _) => Task.FromResult<IPAddress[]>(
            [.. addresses.Select(IPAddress.Parse).Where(address => address.AddressFamily == family)])),
    };

    private static ConnectOptions NeverResolving { get; } = new()
    {
        Resolver = new(async (_, _, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return [];
        }),
    };

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static Socket Listen(string ip)
    {
        var address = IPAddress.Parse(ip);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private static Socket ListenUnix(Address address, int backlog = 10)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(address.ToUnixEndPoint());
        socket.Listen(backlog);
        return socket;
    }

}
