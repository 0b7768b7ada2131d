using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of connecting.</summary>
public class ConnectingTests
{
    [Fact(Timeout = 120_000)]
    public Task The_second_address_waits_for_the_first() =>
        OwnProcess.WithOwnNamesAsync("127.0.0.2 two.test\n127.0.0.1 two.test\n", async () =>
        {
            var addresses = await Dns.GetHostAddressesAsync("two.test");
            using var silent = new SilentListener($"{addresses[0]}");
            var listener = new TcpListener(addresses[1], silent.Port);
            listener.Start();
            using var client = new TcpClient();
            var connecting = client.ConnectAsync("two.test", silent.Port);
            await using var connection = await Connection.ConnectAsync("two.test", silent.Port, new() { Timeout = Timeout.InfiniteTimeSpan });
            Assert.Equal(addresses[1], connection.RemoteAddress.IP);
            Assert.False(connecting.IsCompleted);
        });

    [Fact(Timeout = 120_000)]
    public Task One_name_is_looked_up_once_at_a_time() => OwnProcess.WithOwnNamesAsync("127.0.0.1 localhost\n", async () =>
    {
        using var server = new SlowNameServer();
        var lookUps = Enumerable.Range(0, 3).Select(_ => Dns.GetHostAddressesAsync("slow.test")).ToArray();
        foreach (var _ in lookUps)
            Assert.Single((await server.AnswerTwoAsync()).Distinct());    // both questions of one look-up; the others have not begun
        Assert.All(await Task.WhenAll(lookUps), addresses => Assert.Equal([IPAddress.Loopback], addresses));
    });

    [Fact(Timeout = 120_000)]
    public Task Ours_is_looked_up_once_for_all() => OwnProcess.WithOwnNamesAsync("127.0.0.1 localhost\n", async () =>
    {
        using var server = new SlowNameServer();
        var lookUps = Enumerable.Range(0, 3).Select(_ => Resolver.System.ResolveAsync("slow.test")).ToArray();
        await server.AnswerTwoAsync();
        Assert.All(await Task.WhenAll(lookUps), addresses => Assert.Equal([IPAddress.Loopback], addresses));
    });

    [Fact]
    public async Task A_client_that_was_cancelled_while_connecting_is_used_up()
    {
        using var silent = new SilentListener();
        using var client = new TcpClient();
        using var cancel = new CancellationTokenSource();
        var connecting = client.ConnectAsync("127.0.0.1", silent.Port, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        using var listener = Clients.Listen();
        var error = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync("localhost", Clients.PortOf(listener)));
        Assert.Equal(SocketError.AlreadyInProgress, error.SocketErrorCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Two_small_writes_wait_for_a_delayed_acknowledgement()
    {
        Assert.InRange(await AskAsync(noDelay: false, times: 20), TimeSpan.FromMilliseconds(400), TimeSpan.MaxValue);
        await AskAsync(noDelay: true, times: 20);
        Assert.True(new ConnectionOptions().NoDelay);
    }

    private static async Task<TimeSpan> AskAsync(bool noDelay, int times)
    {
        var (near, far) = await Clients.PairAsync();
        near.NoDelay = noDelay;
        var answering = Task.Run(async () =>
        {
            for (var i = 0; i < times; i++)
            {
                await far.GetStream().ReadExactlyAsync(new byte[11]);
                await far.GetStream().WriteAsync(new byte[1]);
            }
        });
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            await near.GetStream().WriteAsync("LENGTH 2\n"u8.ToArray());
            await near.GetStream().WriteAsync("hi"u8.ToArray());
            await near.GetStream().ReadExactlyAsync(new byte[1]);
        }
        await answering;
        return Stopwatch.GetElapsedTime(started);
    }

    [Fact]
    public async Task A_socket_that_dials_its_own_port_meets_itself()
    {
        var itself = new IPEndPoint(IPAddress.Loopback, PeerPort.Choose());
        using (var client = new TcpClient(itself))
        {
            await client.ConnectAsync(itself);
            Assert.Equal(client.Client.LocalEndPoint, client.Client.RemoteEndPoint);
        }
        var ours = Address.Tcp("127.0.0.1", PeerPort.Choose());
        var error = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync(ours, new() { Source = ours }).AsTask());
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }
}
