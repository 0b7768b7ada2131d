using System.Text;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of lines.</summary>
public class LineTests
{
    [Fact]
    public async Task A_prompt_waits_in_the_writer_for_a_flush()
    {
        var (near, far) = await Clients.PairAsync();
        var writer = new StreamWriter(near.GetStream());
        await writer.WriteAsync("name: ");
        var reading = new StreamReader(near.GetStream()).ReadLineAsync();
        Assert.Equal((0, false), (far.Available, reading.IsCompleted));
        await writer.FlushAsync();
        await far.GetStream().ReadExactlyAsync(new byte[6]);
    }

    [Fact]
    public async Task Our_read_sends_the_prompt()
    {
        var (client, server) = Connection.CreatePair();
        await client.Lines.WriteAsync("name: ");
        var reading = client.Lines.ReadLineAsync().AsTask();
        Assert.Equal("name: "u8.ToArray(), (await server.Lines.ReadExactlyAsync(6)).ToArray());
        await server.Lines.WriteLineAsync("somebody");
        await server.Lines.FlushAsync();
        Assert.Equal("somebody", await reading);
    }

    [Fact]
    public async Task An_encoding_that_is_named_puts_a_byte_order_mark_first()
    {
        Assert.Equal("EFBBBF68690A", await SentAsync(stream => new StreamWriter(stream, Encoding.UTF8)));
        Assert.Equal("68690A", await SentAsync(stream => new StreamWriter(stream)));
    }

    [Fact]
    public async Task A_cancelled_read_throws_away_what_it_had()
    {
        var (near, far) = await Clients.PairAsync();
        var reader = new StreamReader(near.GetStream());
        using var cancel = new CancellationTokenSource();
        var reading = reader.ReadLineAsync(cancel.Token).AsTask();
        await far.GetStream().WriteAsync("part"u8.ToArray());
        while (near.Available > 0)
            await Task.Yield();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await far.GetStream().WriteAsync("ial\n"u8.ToArray());
        Assert.Equal("ial", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Our_cancelled_read_keeps_what_it_had()
    {
        var (client, server) = Connection.CreatePair();
        using var cancel = new CancellationTokenSource();
        var reading = client.Lines.ReadLineAsync(cancel.Token).AsTask();
        await server.WriteAsync("part"u8.ToArray());
        while (client.BytesReceived < 4)
            await Task.Yield();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await server.WriteAsync("ial\n"u8.ToArray());
        Assert.Equal("partial", await client.Lines.ReadLineAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_line_may_be_of_any_length()
    {
        var (near, far) = await Clients.PairAsync();
        var sending = Task.Run(async () =>
        {
            await far.GetStream().WriteAsync(new byte[8 * 1024 * 1024]);
            far.Dispose();
        });
        Assert.Equal(8 * 1024 * 1024, (await new StreamReader(near.GetStream()).ReadLineAsync())!.Length);
        await sending;

        var (client, server) = Connection.CreatePair();
        var flooding = server.WriteAsync(new byte[8 * 1024 * 1024]).AsTask();
        var error = await Assert.ThrowsAsync<NetException>(() => client.Lines.ReadLineAsync().AsTask());
        Assert.Equal((NetErrorKind.LimitExceeded, 64 * 1024), (error.Kind, client.Lines.MaxLineLength));
        client.Abort();
        await Assert.ThrowsAsync<NetException>(() => flooding);
    }

    [Fact]
    public async Task The_reader_takes_the_body_with_the_header()
    {
        var (near, far) = await Clients.PairAsync();
        await far.GetStream().WriteAsync("LENGTH 5\nhello"u8.ToArray());
        far.Dispose();
        Assert.Equal("LENGTH 5", await new StreamReader(near.GetStream()).ReadLineAsync());
        Assert.Equal(0, await near.GetStream().ReadAsync(new byte[5]));

        var (client, server) = Connection.CreatePair();
        await server.WriteAsync("LENGTH 5\nhello"u8.ToArray());
        Assert.Equal("LENGTH 5", await client.Lines.ReadLineAsync());
        await client.ReadExactlyAsync(new byte[5]);
    }

    [Fact]
    public async Task A_lone_CR_ends_a_line_and_a_disposed_reader_the_connection()
    {
        var (near, far) = await Clients.PairAsync();
        await far.GetStream().WriteAsync("a\rb\n"u8.ToArray());
        var stream = near.GetStream();
        using (var reader = new StreamReader(stream))
            Assert.Equal("a", await reader.ReadLineAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.WriteAsync(new byte[1]).AsTask());
    }

    private static async Task<string> SentAsync(Func<Stream, StreamWriter> over)
    {
        var (near, far) = await Clients.PairAsync();
        await using (var writer = over(near.GetStream()))
            await writer.WriteAsync("hi\n");
        var copy = new MemoryStream();
        await far.GetStream().CopyToAsync(copy);
        return Convert.ToHexString(copy.ToArray());
    }
}
