using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class DaytimeTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_line_is_the_one_of_RFC_867_in_UTC()
    {
        var clock = new FakeTimeProvider();
        var (client, serving) = Served.By(Daytime.ServeWith(clock));
        Assert.Equal("Tuesday, January 1, 2030 00:00:00-UTC\r\n", await client.Lines.ReadToEndAsync());
        await serving;
        await client.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task The_line_is_the_same_by_stream_and_by_datagram()
    {
        var clock = new FakeTimeProvider();
        clock.Advance(new TimeSpan(40, 13, 14, 15));
        await using var server = Server.Start("127.0.0.1:0", Daytime.ServeWith(clock));
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", Daytime.AnswerWith(clock));
        Assert.Equal("Sunday, February 10, 2030 13:14:15-UTC", await Daytime.QueryAsync(server.LocalAddress));
        Assert.Equal("Sunday, February 10, 2030 13:14:15-UTC", await Daytime.QueryAsync(datagrams.LocalAddress));
    }

    [Fact(Timeout = 30_000)]
    public async Task Other_servers_forms_are_returned_as_they_are()
    {
        await using var server = Server.Start("127.0.0.1:0",
            async (peer, cancel) => await peer.Lines.WriteAsync("\n61000 26-02-24 17:37:43 00 0 0 501.3 UTC(NIST) * \n", cancel));
        Assert.Equal("61000 26-02-24 17:37:43 00 0 0 501.3 UTC(NIST) *", await Daytime.QueryAsync(server.LocalAddress));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_ends_without_a_byte_is_told()
    {
        await using var server = Server.Start("127.0.0.1:0", (_, _) => Task.CompletedTask);
        var error = await Assert.ThrowsAsync<NetException>(() => Daytime.QueryAsync(server.LocalAddress));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_does_not_end_is_cut_off()
    {
        await using var server = Server.Start("127.0.0.1:0", Chargen.ServeAsync);
        var error = await Assert.ThrowsAsync<NetException>(() => Daytime.QueryAsync(server.LocalAddress));
        Assert.Equal(NetErrorKind.LimitExceeded, error.Kind);
    }
}
