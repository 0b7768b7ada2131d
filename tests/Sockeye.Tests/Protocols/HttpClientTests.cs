using System.Net.Sockets;
using System.Text;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>The client against peers that behave as they like.</summary>
public class HttpClientTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData(false, false, "GET /a?b HTTP/1.0\r\nHost: localhost\r\n\r\n")]
    [InlineData(true, false, "GET /a?b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData(false, true, "HEAD /a?b HTTP/1.0\r\nHost: localhost\r\n\r\n")]
    public async Task The_request_is_the_expected_one(bool http11, bool headOnly, string expected)
    {
        var (client, server) = Connection.CreatePair();
        var asking = Http.GetAsync(client, "/a?b", new() { Http11 = http11, HeadOnly = headOnly });
        var request = await server.Lines.ReadUntilAsync("\r\n\r\n"u8.ToArray(), 1000);
        Assert.Equal(expected, Encoding.ASCII.GetString(request.Span));
        await server.WriteAsync("HTTP/1.0 204 No Content\r\n\r\n"u8.ToArray());
        await server.CloseWriteAsync();
        await using var response = await asking;
        Assert.Equal(204, response.Status);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_Host_header_can_be_chosen_but_not_abused()
    {
        var (client, server) = Connection.CreatePair();
        var asking = Http.GetAsync(client, "/", new() { Host = "example.test" });
        await server.Lines.ReadLineAsync();
        Assert.Equal("Host: example.test", await server.Lines.ReadLineAsync());
        server.Abort();
        await Assert.ThrowsAsync<NetException>(() => asking);
        Assert.Throws<ArgumentException>(() => new HttpOptions { Host = "x\r\nY: z" });
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_path_that_would_be_another_request_is_never_sent()
    {
        var (client, server) = Connection.CreatePair();
        var error = await Assert.ThrowsAsync<NetException>(() => Http.GetAsync(client, "/ HTTP/1.0\r\n\r\nDELETE /"));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        Assert.Equal(0, client.BytesSent);
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_sending_side_stays_open_until_the_response_is_disposed_of()
    {
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        using var _ = peer;
        var asking = Http.GetAsync(client, "/");
        await ReceiveRequestAsync(peer);
        await SendAsync(peer, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n");
        var response = await asking;
        Assert.False(peer.Poll(0, SelectMode.SelectRead));
        await SendAsync(peer, "hello");
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("hello", await response.ReadTextAsync());
        await response.DisposeAsync();
        Assert.Equal(0, await peer.ReceiveAsync(new byte[1]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Disposing_of_a_response_half_read_breaks_off_at_once()
    {
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        using var _ = peer;
        var asking = Http.GetAsync(client, "/");
        await ReceiveRequestAsync(peer);
        await SendAsync(peer, "HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        await (await asking).DisposeAsync();
        Assert.Equal(SocketError.ConnectionReset, (await Assert.ThrowsAsync<SocketException>(() => peer.ReceiveAsync(new byte[1]))).SocketErrorCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("")]
    [InlineData("HTTP/1.0 200 OK\r\nServer: ")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello")]
    public async Task A_reset_at_any_point_is_an_error(string reply)
    {
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        var observing = ObserveAsync(client);
        await ReceiveRequestAsync(peer);
        await SendAsync(peer, reply);
        peer.Close(timeout: 0);
        Assert.Equal(NetErrorKind.Reset, (await observing)?.Kind);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("")]
    [InlineData("HTTP/1.0 200 OK\r\nServer: ")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task Silence_at_any_point_times_out(string reply)
    {
        var clock = new FakeTimeProvider();
        var (client, server) = Connection.CreatePair(new() { Time = clock });
        var observing = ObserveAsync(client);
        await server.Lines.ReadUntilAsync("\r\n\r\n"u8.ToArray(), 1000);
        await server.WriteAsync(Encoding.Latin1.GetBytes(reply));
        while (!observing.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }
        var error = await observing;
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Read), (error?.Kind, error?.Operation));
        Assert.Contains("30 s", error?.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_flood_of_headers_is_cut_off()
    {
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        using var _ = peer;
        var observing = ObserveAsync(client);
        await SendAsync(peer, "HTTP/1.0 200 OK\r\n");
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
                await SendAsync(peer, "X: y\r\n");
        });
        Assert.Equal(NetErrorKind.LimitExceeded, (await observing)?.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Cancelling_is_not_an_error_of_the_network()
    {
        var (client, server) = Connection.CreatePair();
        using var cancel = new CancellationTokenSource();
        var asking = Http.GetAsync(client, "/", cancel: cancel.Token);
        await server.Lines.ReadLineAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.False(client.CanRead);
        await server.DisposeAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reply_that_drips_in_is_read_whole()
    {
        var (client, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        using var _ = peer;
        var asking = Http.GetAsync(client, "/");
        foreach (var c in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            await SendAsync(peer, c.ToString());
        peer.Shutdown(SocketShutdown.Send);
        await using var response = await asking;
        Assert.Equal("hello", await response.ReadTextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_body_can_be_read_by_synchronous_means()
    {
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync("HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\nhello\nworld"u8.ToArray());
        await server.CloseWriteAsync();
        await using var response = await Http.GetAsync(client, "/");
        using var reader = new StreamReader(response.Body);
        Assert.Equal("hello world", await Task.Run(() => $"{reader.ReadLine()} {reader.ReadLine()}"));
    }

    private static async Task<NetException?> ObserveAsync(Connection client)
    {
        try
        {
            await using var response = await Http.GetAsync(client, "/");
            await response.Body.CopyToAsync(Stream.Null);
            return null;
        }
        catch (NetException error)
        {
            return error;
        }
    }

    private static async Task ReceiveRequestAsync(Socket peer)
    {
        var received = "";
        var buffer = new byte[1000];
        while (!received.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            received += Encoding.Latin1.GetString(buffer, 0, await peer.ReceiveAsync(buffer));
    }

    private static async Task SendAsync(Socket peer, string text) => await peer.SendAsync(Encoding.Latin1.GetBytes(text));

    private const int HangGuard = 30_000;
}
