using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of ending.</summary>
public class EndingTests
{
    [Fact]
    public async Task A_last_write_is_lost_and_no_call_says_so()
    {
        var (near, far) = await Clients.PairAsync();
        far.Dispose();
        var stream = near.GetStream();
        await stream.WriteAsync("transfer 100"u8.ToArray());
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        near.Client.Shutdown(SocketShutdown.Send);
        Assert.NotEqual(0, (int)near.Client.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!);
        near.Dispose();
    }

    [Fact]
    public async Task Ours_says_so_when_it_is_closed()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        peer.Dispose();
        await connection.WriteAsync("transfer 100"u8.ToArray());
        var error = await Assert.ThrowsAsync<NetException>(() => connection.CloseAsync().AsTask());
        Assert.Equal(NetErrorKind.ClosedForWriting, error.Kind);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("unread")]
    [InlineData("sent later")]
    public async Task An_answer_is_destroyed_by_what_the_caller_still_had_to_say(string bytes)
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var (near, far) = await Clients.PairAsync();
        await far.GetStream().WriteAsync(bytes == "unread" ? new byte[2] : new byte[1]);
        await near.GetStream().ReadExactlyAsync(new byte[1]);
        await near.GetStream().WriteAsync(new byte[1_000_000]);
        near.Dispose();
        if (bytes == "sent later")
            await far.GetStream().WriteAsync(new byte[1]);
        var (received, error) = await Clients.ReadAllAsync(far.GetStream());
        Assert.NotNull(error);
        Assert.InRange(received, 1, 999_999);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_read_that_is_pending_destroys_what_a_bare_socket_has_sent()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var (near, far) = await Clients.PairAsync();
        var reading = near.Client.ReceiveAsync(new byte[1]);
        await near.Client.SendAsync(new byte[1_000_000]);
        near.Client.Dispose();
        await Assert.ThrowsAsync<SocketException>(() => reading);
        var (received, error) = await Clients.ReadAllAsync(far.GetStream());
        Assert.NotNull(error);
        Assert.InRange(received, 1, 999_999);
    }

    [Fact(Timeout = 120_000)]
    public async Task Our_server_s_answer_arrives()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, stop) =>
        {
            await peer.ReadExactlyAsync(new byte[1], stop);
            await peer.WriteAsync(new byte[1_000_000], stop);
        });
        using var caller = new TcpClient("127.0.0.1", server.LocalAddress.Port);
        await caller.GetStream().WriteAsync(new byte[2]);
        await caller.GetStream().WriteAsync(new byte[1000]);
        Assert.Equal((1_000_000, null), await Clients.ReadAllAsync(caller.GetStream()));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_follows_a_cancelled_write_lands_in_its_middle()
    {
        var (near, far) = await Clients.PairAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => near.GetStream().WriteAsync(new byte[20_000_000], limit.Token).AsTask());
        var copy = new MemoryStream();
        var reading = far.GetStream().CopyToAsync(copy);
        await near.GetStream().WriteAsync("QUIT\n"u8.ToArray());
        near.Dispose();
        await reading;
        Assert.InRange(copy.Length, 6, 19_999_999);
        Assert.Equal("QUIT\n"u8.ToArray(), copy.ToArray()[^5..]);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_follows_our_cancelled_write_is_refused()
    {
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WriteAsync(new byte[20_000_000], limit.Token).AsTask());
        var later = await Assert.ThrowsAsync<NetException>(() => client.WriteAsync("QUIT\n"u8.ToArray()).AsTask());
        await client.DisposeAsync();
        var seen = await Assert.ThrowsAsync<NetException>(() => server.CopyToAsync(Stream.Null));
        Assert.Equal((NetErrorKind.ClosedForWriting, NetErrorKind.Reset), (later.Kind, seen.Kind));
    }
}
