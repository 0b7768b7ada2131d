using Sockeye.Protocols;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class DiscardTests
{
    [Fact(Timeout = 30_000)]
    public async Task Everything_is_taken_and_nothing_answered()
    {
        await using var server = Server.Start("127.0.0.1:0", Discard.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await Discard.SendAsync(client, new byte[5_000_000]);
        Assert.Equal((5_000_000, 0), (client.BytesSent, client.BytesReceived));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_answers_is_no_discard_server()
    {
        var (client, serving) = Served.By(Echo.ServeAsync);
        var error = await Assert.ThrowsAsync<NetException>(() => Discard.SendAsync(client, "hello"u8.ToArray()));
        Assert.Equal(NetErrorKind.ProtocolViolation, error.Kind);
        await client.DisposeAsync();
        await serving;
    }

    [Fact]
    public async Task A_datagram_has_no_answer() =>
        Assert.Null(await Discard.Answer(new Datagram("hello"u8.ToArray(), Address.Udp("127.0.0.1", 2000), Truncated: false)));
}
