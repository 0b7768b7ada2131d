using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>Clients of a TLS server that stand still or talk nonsense in any step of the handshake, or after it: each is
/// told of, and harms nobody.</summary>
public class HostileClientTests
{
    public static TheoryData<string> Places => [.. HostileTlsClient.Places];

    [Theory(Timeout = HangGuard), MemberData(nameof(Places))]
    public async Task Others_are_served_while_one_goes_no_further_and_it_is_told(string where)
    {
        var reports = new Reports();
        await using var server = Start(reports);
        var hostile = HostileTlsClient.At(where);
        var (socket, address) = await hostile.CallAsync(server.LocalAddress.Port);
        using (socket)
        {
            var error = hostile.Says is null ? null : await reports.NextAsync();
            await AssertServesAsync(server);
            Assert.Null(await reports.NextAsync());
            Assert.Equal(0, await server.StopAsync());
            var told = Assert.IsType<NetException>(error ?? await reports.NextAsync());
            Assert.Equal((NetOperation.Handshake, address), (told.Operation, told.RemoteAddress));
            Assert.Contains(hostile.Says ?? "its handshake was not done", told.Reason, StringComparison.Ordinal);
        }
        Assert.Equal(1, reports.MostForOne);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Three_hundred_who_stand_still_in_the_handshake_hold_up_nobody_and_leave_nothing()
    {
        var reports = new Reports();
        await using var server = Start(reports);
        var hello = await HostileTlsClient.HelloAsync();
        var idle = new List<Socket>();
        for (var i = 0; i < 300; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            idle.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, server.LocalAddress.Port);
            await socket.SendAsync(hello.AsMemory(0, i % hello.Length));
        }
        await AssertServesAsync(server);
        Assert.Null(await reports.NextAsync());
        Assert.Equal(300, server.ConnectionCount);
        foreach (var socket in idle)
            socket.Dispose();
        for (var i = 0; i < 300; i++)
            Assert.IsType<NetException>(await reports.NextAsync());
        await server.StopAsync();
        Assert.Equal(0, server.ConnectionCount);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_hello_that_comes_a_byte_at_a_time_is_heard()
    {
        await using var server = Start(new Reports());
        var bare = await Connection.ConnectAsync(Address.Tcp("127.0.0.1", server.LocalAddress.Port));
        var (client, middle) = Connection.CreatePair();
        var answers = CopyAsync(bare, middle);
        var questions = Task.Run(async () =>
        {
            var one = new byte[1];
            while (await middle.ReadAsync(one) > 0)
                await bare.WriteAsync(one);
        });
        await using (var tls = await TlsClient.UpgradeAsync(client, ClientOf("x.test")))
        {
            await tls.Lines.WriteLineAsync("hello");
            Assert.Equal("hello", await tls.Lines.ReadLineAsync());
        }
        await questions;
        await bare.DisposeAsync();
        await answers;
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(TlsVersion.Tls12, new byte[] { 23, 3, 3, 0, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 })]    // data of nobody's key
    [InlineData(TlsVersion.Tls13, new byte[] { 23, 3, 3, 0, 17, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 })]
    [InlineData(TlsVersion.Tls13, new byte[] { 22, 3, 3, 0, 4, 1, 0, 0, 0 })]                                               // a hello in the clear
    [InlineData(TlsVersion.Tls13, new byte[] { 99, 3, 3, 0, 1, 0 })]                                                        // no type of record
    [InlineData(TlsVersion.Tls12, new byte[] { 71, 69, 84, 32, 47, 32, 72, 84, 84, 80, 13, 10 })]                           // plain text
    public async Task A_record_that_does_not_belong_there_ends_that_conversation_alone(TlsVersion version, byte[] record)
    {
        var reports = new Reports();
        await using var server = Start(reports);
        await using var other = await ConnectAsync(server.LocalAddress, ClientOf("x.test"));
        await using var bare = await Connection.ConnectAsync(Address.Tcp("127.0.0.1", server.LocalAddress.Port));
        var (wire, middle) = Connection.CreatePair();
        var copies = Task.WhenAll(CopyAsync(bare, middle), CopyAsync(middle, bare));
        var client = await TlsClient.UpgradeAsync(wire, ClientOf("x.test") with { HighestVersion = version });
        await client.Lines.WriteLineAsync("hello");
        Assert.Equal("hello", await client.Lines.ReadLineAsync());
        await bare.WriteAsync(record);
        var error = Assert.IsType<NetException>(await reports.NextAsync());
        Assert.Equal((NetErrorKind.ProtocolViolation, NetOperation.Read, bare.LocalAddress), (error.Kind, error.Operation, error.RemoteAddress));
        await other.Lines.WriteLineAsync("still here");
        Assert.Equal("still here", await other.Lines.ReadLineAsync());
        client.Abort();
        bare.Abort();
        middle.Abort();
        await copies;
    }

    [Fact(Timeout = HangGuard)]
    public async Task Asking_for_another_handshake_ends_that_conversation_alone()
    {
        var reports = new Reports();
        await using var server = Start(reports);
        await using var other = await ConnectAsync(server.LocalAddress, ClientOf("x.test"));
        await using var openssl = PeerProgram.Call("openssl s_client -connect 127.0.0.1:{port} -tls1_2 -servername x.test", server.LocalAddress.Port);
        await openssl.WaitForOutputAsync("Verify return code");
        await openssl.WriteAsync("R\n");
        Assert.IsType<NetException>(await reports.NextAsync());
        await other.Lines.WriteLineAsync("still here");
        Assert.Equal("still here", await other.Lines.ReadLineAsync());
    }

    private static Server Start(Reports reports) => TlsServer.Start(
        "127.0.0.1:0",
        async (peer, cancel) =>
        {
            await foreach (var line in peer.Lines.ReadAllAsync(cancel))
                await peer.Lines.WriteLineAsync(line, cancel);
        },
        Showing(Root.Issue("x.test")),
        reports.On(new() { Listen = new() { LayerTimeout = Timeout.InfiniteTimeSpan }, IdleTimeout = Timeout.InfiniteTimeSpan, DrainTimeout = TimeSpan.Zero }));

    private static async Task AssertServesAsync(Server server)
    {
        await using var good = await ConnectAsync(server.LocalAddress, ClientOf("x.test"));
        await good.Lines.WriteLineAsync("hello");
        Assert.Equal("hello", await good.Lines.ReadLineAsync());
    }

    /// <summary>As long as both are there.</summary>
    private static async Task CopyAsync(Connection from, Connection to)
    {
        try
        {
            await from.CopyToAsync(to);
        }
        catch (Exception error) when (error is NetException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private const int HangGuard = 60_000;
}
