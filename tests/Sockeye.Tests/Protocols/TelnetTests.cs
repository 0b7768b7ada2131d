using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>Telnet whose every option is refused, with a peer at the other end that sees the bare wire.</summary>
[Collection(Alone.Name)]    // it counts what the whole process allocates
public class TelnetTests
{
    [Fact(Timeout = HangGuard)]
    public async Task What_a_peer_asks_for_and_offers_is_refused_and_only_its_data_is_read()
    {
        var (telnet, wire) = await TelnetAndWireAsync();
        await wire.WriteAsync((byte[])[255, 253, 24, .. "log"u8, 255, 251, 1, 255, 241, .. "in"u8, 255, 250, 24, 1, 255, 255, 255, 240, .. ": "u8, 255, 255]);
        Assert.Equal((byte[])[.. "login: "u8, 255], await ReadAsync(telnet, 8));
        Assert.Equal([255, 252, 24, 255, 254, 1], await ReadAsync(wire, 6));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_refusal_is_not_answered()
    {
        var (telnet, wire) = await TelnetAndWireAsync();
        await wire.WriteAsync((byte[])[255, 252, 1, 255, 254, 3, .. "x"u8]);
        Assert.Equal("x"u8.ToArray(), await ReadAsync(telnet, 1));
        await telnet.WriteAsync("y"u8.ToArray());
        Assert.Equal("y"u8.ToArray(), await ReadAsync(wire, 1));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Two_who_refuse_everything_come_to_rest()
    {
        var (client, server) = Connection.CreatePair();
        var (one, other) = (await Telnet.RefuseOptionsAsync(client), await Telnet.RefuseOptionsAsync(server));
        await one.Lines.WriteLineAsync("hello");
        await one.Lines.FlushAsync();
        Assert.Equal("hello", await other.Lines.ReadLineAsync());
        await other.CloseAsync();
        Assert.Equal((0, 6), (client.BytesReceived, server.BytesReceived));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_byte_255_goes_out_twice_wherever_it_stands()
    {
        var (telnet, wire) = await TelnetAndWireAsync();
        var data = Enumerable.Range(0, 100_000).Select(i => i % 3 == 0 ? (byte)255 : (byte)i).ToArray();
        var sending = SendAndEndAsync(telnet, data);
        using var read = new MemoryStream();
        await wire.CopyToAsync(read);
        await sending;
        Assert.Equal(data.SelectMany(value => value == 255 ? (byte[])[255, 255] : [value]), read.ToArray());
        Assert.Equal(data.Length, telnet.BytesSent);
    }

    /// <summary>A pair's wire holds 64 KiB. What does not fit waits, each answer once.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_asks_without_end_and_reads_nothing_is_bounded()
    {
        var (telnet, wire) = await TelnetAndWireAsync(Ground.Pair);
        var requests = Enumerable.Range(0, 4000).SelectMany(i => (byte[])[255, 253, (byte)i, 255, 251, (byte)i]).ToArray();
        var reading = telnet.Lines.ReadLineAsync().AsTask();
        for (var round = 0; round < 50; round++)
            await wire.WriteAsync(requests);
        await wire.WriteAsync("done\n"u8.ToArray());
        Assert.Equal("done", await reading);
        var ending = telnet.CloseWriteAsync().AsTask();
        using var answers = new MemoryStream();
        await wire.CopyToAsync(answers);
        await ending;
        Assert.InRange(answers.Length, 64 * 1024, (64 * 1024) + (3 * AllAnswers));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_subnegotiation_without_end_is_swallowed_and_not_kept()
    {
        var (telnet, wire) = await TelnetAndWireAsync();
        var reading = telnet.ReadAsync(new byte[64 * 1024]).AsTask();
        await wire.WriteAsync((byte[])[255, 250, 31]);
        var before = GC.GetTotalAllocatedBytes();
        var endless = new byte[64 * 1024];
        for (var round = 0; round < 1000; round++)
            await wire.WriteAsync(endless);
        Assert.False(reading.IsCompleted);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 32 * 1024 * 1024, "64 MB were swallowed, and as many kept");
        await wire.WriteAsync((byte[])[255, 240, .. "x"u8]);
        Assert.Equal(1, await reading);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_wire_that_ends_within_a_command_is_an_end()
    {
        var (telnet, wire) = await TelnetAndWireAsync();
        await wire.WriteAsync((byte[])[.. "x"u8, 255, 253]);
        await wire.CloseWriteAsync();
        Assert.Equal("x", await telnet.Lines.ReadToEndAsync());
        await telnet.WriteAsync("bye"u8.ToArray());
        await telnet.CloseAsync();
        Assert.Equal("bye", await wire.Lines.ReadToEndAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_asks_after_our_end_is_still_read()
    {
        var (telnet, wire) = await TelnetAndWireAsync();
        await telnet.CloseWriteAsync();
        await wire.WriteAsync((byte[])[255, 253, 1, .. "still here\n"u8]);
        Assert.Equal("still here", await telnet.Lines.ReadLineAsync());
        Assert.Equal(0, await wire.ReadAsync(new byte[1]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Above_TLS_it_is_the_data_that_speaks_telnet()
    {
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tls);
        var telnet = await Telnet.RefuseOptionsAsync(client);
        await server.WriteAsync((byte[])[255, 253, 24, .. "hello\n"u8]);
        Assert.Equal("hello", await telnet.Lines.ReadLineAsync());
        Assert.Equal([255, 252, 24], await ReadAsync(server, 3));
        Assert.True(telnet.IsEncrypted);
    }

    private static async Task<(Connection Telnet, Connection Wire)> TelnetAndWireAsync(Ground ground = Ground.Tcp)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        return (await Telnet.RefuseOptionsAsync(client), server);
    }

    private static async Task<byte[]> ReadAsync(Connection from, int count) => (await from.Lines.ReadExactlyAsync(count)).ToArray();

    private static async Task SendAndEndAsync(Connection to, byte[] data)
    {
        await to.WriteAsync(data);
        await to.CloseWriteAsync();
    }

    private const int AllAnswers = 2 * 256 * 3;
    private const int HangGuard = 60_000;
}
