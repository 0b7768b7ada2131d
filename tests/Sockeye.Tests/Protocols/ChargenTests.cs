using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class ChargenTests
{
    [Fact(Timeout = 30_000)]
    public async Task Lines_have_72_characters_and_go_round_the_95()
    {
        var (client, serving) = Served.By(Chargen.ServeAsync);
        var lines = await Chargen.ReadLinesAsync(client, 1000);
        Assert.Equal(""" !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefg""", lines[0]);
        Assert.Equal("""!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefgh""", lines[1]);
        Assert.Equal(lines.Take(95), lines.Take(95).Distinct());
        Prop.ForAll(Gen.Choose(0, 998).ToArbitrary(), Gen.Choose(0, 71).ToArbitrary(), (line, column) =>
            lines[line].Length == 72
            && lines[line][column] is >= ' ' and <= '~'
            && (column == 71 || lines[line + 1][column] == lines[line][column + 1])
            && (line < 95 || lines[line] == lines[line - 95])).QuickCheckThrowOnFailure();
        await client.DisposeAsync();
        await serving;
    }

    [Fact(Timeout = 30_000)]
    public async Task Lines_end_with_CR_LF()
    {
        var (client, serving) = Served.By(Chargen.ServeAsync);
        var two = await client.Lines.ReadExactlyAsync(2 * 74);
        Assert.Equal("\r\n"u8, two.Span[72..74]);
        Assert.Equal("\r\n"u8, two.Span[^2..]);
        await client.DisposeAsync();
        await serving;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_goes_ends_it_well()
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Server.Start("127.0.0.1:0", Chargen.ServeAsync,
            new() { OnDisconnected = (_, error) => ended.TrySetResult(error) });
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await Chargen.ReadLinesAsync(client, 10);
        client.Abort();
        Assert.Null(await ended.Task);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_only_ended_its_sending_is_sent_to_further()
    {
        await using var server = Server.Start("127.0.0.1:0", Chargen.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await client.CloseWriteAsync();
        Assert.Equal(50_000, (await Chargen.ReadLinesAsync(client, 50_000)).Count);
        client.Abort();
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_client_sends_is_thrown_away()
    {
        await using var server = Server.Start("127.0.0.1:0", Chargen.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        var sending = client.WriteAsync(new byte[20_000_000]).AsTask();
        Assert.Equal(1000, (await Chargen.ReadLinesAsync(client, 1000)).Count);
        await sending;
        client.Abort();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancelled_handler_stops()
    {
        using var stop = new CancellationTokenSource();
        var (client, serving) = Served.By(Chargen.ServeAsync, cancel: stop.Token);
        await Chargen.ReadLinesAsync(client, 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        await client.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_generator_that_ends_is_told()
    {
        var (client, server) = Connection.CreatePair();
        await server.Lines.WriteAsync("abc\r\n");
        await server.CloseWriteAsync();
        var error = await Assert.ThrowsAsync<NetException>(() => Chargen.ReadLinesAsync(client, 2));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_datagram_is_answered_with_the_same_text()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Chargen.AnswerWith(new Longest()));
        await using var socket = await DatagramSocket.ConnectAsync(server.LocalAddress);
        var text = await Chargen.ReadAsync(socket);
        Assert.Equal(512, text.Length);
        Assert.StartsWith(""" !"#$""", text);
        Assert.All(text.Split("\r\n")[..^1], line => Assert.Equal(72, line.Length));
    }

    [Fact]
    public void A_datagram_has_0_to_512_characters() =>
        Prop.ForAll<int>(seed =>
        {
            var handler = Chargen.AnswerWith(new Random(seed));
            var answer = handler(default, default).AsTask().Result!.Value;
            return answer.Length is >= 0 and <= 512;
        }).QuickCheckThrowOnFailure();

    private sealed class Longest : Random
    {
        public override int Next(int maxValue) => maxValue - 1;
    }
}
