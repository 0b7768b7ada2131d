using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says was suspected, and holds.</summary>
public class NoTrapTests
{
    [Fact]
    public async Task The_backlog_of_a_listener_is_what_the_system_allows()
    {
        const string Limit = "/proc/sys/net/core/somaxconn";
        Assert.SkipUnless(File.Exists(Limit), "needs Linux");
        using var listener = Clients.Listen();
        var listing = await RunningProgram.RunAsync(Peers.Require("ss"), ["-ltnH", "sport", "=", $":{Clients.PortOf(listener)}"]);
        Assert.Equal(File.ReadAllText(Limit).Trim(), listing.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]);
    }

    [Fact]
    public async Task A_cancelled_accept_loses_no_caller()
    {
        using var listener = Clients.Listen();
        using var cancel = new CancellationTokenSource();
        var accepting = listener.AcceptTcpClientAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);
        using var caller = new TcpClient();
        await caller.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        Assert.Equal(caller.Client.LocalEndPoint!.ToString(), $"[::ffff:127.0.0.1]:{((IPEndPoint)accepted.Client.RemoteEndPoint!).Port}");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_client_disposed_with_a_read_pending_loses_nothing()
    {
        var (near, far) = await Clients.PairAsync();
        var reading = near.GetStream().ReadAsync(new byte[1]).AsTask();
        await near.GetStream().WriteAsync(new byte[1_000_000]);
        near.Dispose();
        await Task.WhenAny(reading);
        Assert.Equal((1_000_000, null), await Clients.ReadAllAsync(far.GetStream()));
    }

    [Fact]
    public async Task A_listener_that_is_created_takes_both_families()
    {
        using var listener = TcpListener.Create(0);
        listener.Start();
        foreach (var host in Socket.OSSupportsIPv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback])
        {
            using var caller = new TcpClient(host.AddressFamily);
            await caller.ConnectAsync(host, Clients.PortOf(listener));
            using var accepted = await listener.AcceptTcpClientAsync();
        }
    }
}
