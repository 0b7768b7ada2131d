using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class EchoTests
{
    [Fact(Timeout = 30_000)]
    public async Task What_was_sent_comes_back_then_the_end()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await client.WriteAsync("one, two"u8.ToArray());
        await client.CloseWriteAsync();
        Assert.Equal("one, two", await client.Lines.ReadToEndAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_piece_comes_back_before_the_next_is_sent()
    {
        var (client, serving) = Served.By(Echo.ServeAsync);
        for (var i = 0; i < 3; i++)
            Assert.Equal([(byte)i, 7], await Echo.EchoAsync(client, new byte[] { (byte)i, 7 }));
        await client.CloseWriteAsync();
        Assert.Equal(0, await client.ReadAsync(new byte[1]));
        await serving;
        await client.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Much_more_than_any_buffer_holds_comes_back()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        var bytes = new byte[20_000_000];
        new Random(1).NextBytes(bytes);
        Assert.True((await Echo.EchoAsync(client, bytes)).AsSpan().SequenceEqual(bytes));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_ends_in_the_middle_is_told()
    {
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync(new byte[3]);
        await server.CloseWriteAsync();
        var error = await Assert.ThrowsAsync<NetException>(() => Echo.EchoAsync(client, new byte[10]));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        Assert.Contains("3 of 10 bytes", error.Message);
        await server.DisposeAsync();
        await client.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_does_not_read_is_not_buffered_for()
    {
        using var stop = new CancellationTokenSource();
        var (client, serving) = Served.By(Echo.ServeAsync, cancel: stop.Token);
        client.IdleTimeout = TimeSpan.FromMilliseconds(200);
        var error = await Assert.ThrowsAsync<NetException>(() => client.WriteAsync(new byte[64 * 1024 * 1024]).AsTask());
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
        Assert.True(client.BytesSent < 16 * 1024 * 1024);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        await client.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_datagram_comes_back_whole()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Echo.Answer);
        await using var socket = await DatagramSocket.ConnectAsync(server.LocalAddress);
        foreach (var text in (string[])["hello", "", new string('x', 60_000)])
            Assert.Equal(text, Encoding.UTF8.GetString(await Echo.EchoAsync(socket, Encoding.UTF8.GetBytes(text))));
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_there_is_refused()
    {
        await using var socket = await DatagramSocket.ConnectAsync("127.0.0.1", PeerPort.Choose());
        var error = await Assert.ThrowsAsync<NetException>(() => Echo.EchoAsync(socket, "hello"u8.ToArray()));
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task Any_bytes_come_back_as_they_were()
    {
        var (client, serving) = Served.By(Echo.ServeAsync);
        await Task.Run(() => Prop.ForAll<byte[]>(bytes =>
            Echo.EchoAsync(client, bytes ?? []).GetAwaiter().GetResult().SequenceEqual(bytes ?? [])).QuickCheckThrowOnFailure());
        await client.DisposeAsync();
        await serving;
    }
}
