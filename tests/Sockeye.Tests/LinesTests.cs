using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

public class LinesTests
{
    [Fact(Timeout = HangGuard)]
    public async Task Reading_has_three_ends_a_line_the_clean_end_and_an_error()
    {
        var lines = Received("one\r\ntwo\n\nlast");
        Assert.Equal("one", await lines.ReadLineAsync());
        Assert.Equal("two", await lines.ReadLineAsync());
        Assert.Equal("", await lines.ReadLineAsync());
        Assert.Equal("last", await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_carriage_return_belongs_to_the_line_unless_a_line_feed_follows()
    {
        var lines = Received("a\rb\r\r\nc\r");
        Assert.Equal("a\rb\r", await lines.ReadLineAsync());
        Assert.Equal("c\r", await lines.ReadLineAsync());
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("12345678\n")]
    [InlineData("12345678\r\n")]
    [InlineData("12345678")]
    public async Task A_line_as_long_as_the_limit_is_read(string text)
    {
        var lines = Received(text);
        lines.MaxLineLength = 8;
        Assert.Equal("12345678", await lines.ReadLineAsync());
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("123456789\n")]
    [InlineData("123456789")]
    [InlineData("123456789 and so on without any end")]
    public async Task A_longer_line_is_an_error_that_can_be_asked_again(string text)
    {
        var lines = Received(text);
        lines.MaxLineLength = 8;
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<NetException>(async () => await lines.ReadLineAsync());
            Assert.Equal(NetErrorKind.LimitExceeded, error.Kind);
            Assert.Contains("longer than 8 bytes", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_flood_without_a_line_end_is_not_held_in_memory()
    {
        var (client, server) = Connection.CreatePair();
        var flood = Task.Run(async () =>
        {
            while (true)
                await server.WriteAsync(new byte[100_000]);
        });
        await Assert.ThrowsAsync<NetException>(async () => await client.Lines.ReadLineAsync());
        Assert.InRange(client.BytesReceived, 64 * 1024, 256 * 1024);
        client.Abort();
        await Assert.ThrowsAsync<NetException>(() => flood);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Invalid_text_is_shown_as_replacement_characters_and_no_mark_is_sent()
    {
        var (client, server) = Connection.CreatePair();
        await client.WriteAsync(new byte[] { (byte)'a', 0xFF, (byte)'b', (byte)'\n' });
        Assert.Equal("a\uFFFDb", await server.Lines.ReadLineAsync());
        await server.Lines.WriteLineAsync("\u00E9");
        await server.Lines.FlushAsync();
        Assert.Equal([0xC3, 0xA9, (byte)'\n'], (await client.Lines.ReadExactlyAsync(3)).ToArray());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Lines_and_bytes_share_one_buffer()
    {
        var (client, server) = Connection.CreatePair();
        await client.WriteAsync("head\nbody of 15 bytsmore\n"u8.ToArray());
        Assert.Equal("head", await server.Lines.ReadLineAsync());
        var body = new byte[15];
        await server.ReadExactlyAsync(body);
        Assert.Equal("body of 15 byts"u8.ToArray(), body);
        Assert.Equal("more", await server.Lines.ReadLineAsync());

        await server.Lines.WriteAsync("text ");
        await server.WriteAsync("bytes "u8.ToArray());
        await server.Lines.WriteAsync("text");
        await server.CloseWriteAsync();
        Assert.Equal("text bytes text", await client.Lines.ReadToEndAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_exact_count_or_a_delimiter_that_does_not_come_is_closed_early()
    {
        var error = await Assert.ThrowsAsync<NetException>(async () => await Received("abc").ReadExactlyAsync(8));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        Assert.Contains("after 3 of 8 bytes", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<NetException>(async () => await Received("abc").ReadUntilAsync("\0"u8.ToArray(), 10));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        error = await Assert.ThrowsAsync<NetException>(async () => await Received("abc\0").ReadUntilAsync("\0"u8.ToArray(), 2));
        Assert.Equal(NetErrorKind.LimitExceeded, error.Kind);
        Assert.Equal("abc\0"u8.ToArray(), (await Received("abc\0").ReadUntilAsync("\0"u8.ToArray(), 3)).ToArray());
        error = await Assert.ThrowsAsync<NetException>(async () => await Received("abc").ReadToEndAsync(2));
        Assert.Equal(NetErrorKind.LimitExceeded, error.Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Text_larger_than_the_buffer_goes_out_in_order()
    {
        var (client, server) = Connection.CreatePair();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},"));
        var reading = server.Lines.ReadToEndAsync().AsTask();
        await client.Lines.WriteAsync("first ");
        await client.Lines.WriteAsync(text);
        await client.Lines.WriteAsync(" last");
        await client.CloseAsync();
        Assert.Equal($"first {text} last", await reading);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Lines_work_over_any_stream()
    {
        var lines = new Lines(new MemoryStream("a\nb"u8.ToArray()));
        Assert.Equal("a", await lines.ReadLineAsync());
        Assert.Equal("b", await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact]
    public async Task A_batch_of_writes_is_one_packet()
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        for (var i = 0; i < 100; i++)
            await connection.Lines.WriteLineAsync("line");
        await connection.Lines.FlushAsync();
        var buffer = new byte[4096];
        Assert.Equal(500, peer.Receive(buffer));
        peer.Dispose();
        await connection.DisposeAsync();
    }

    private static Lines Received(string text)
    {
        var (client, server) = Connection.CreatePair();
        client.Write(System.Text.Encoding.UTF8.GetBytes(text));
        _ = client.CloseAsync().AsTask();
        return server.Lines;
    }

    private const int HangGuard = 60_000;
}
