using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>TLS from the middle of a conversation on.</summary>
public class TlsUpgradeTests
{
    public static TheoryData<Ground> Grounds => [.. ConnectionPairs.Sockets, Ground.Pair];

    [Theory(Timeout = HangGuard), MemberData(nameof(Grounds))]
    public async Task A_conversation_goes_over_to_TLS_and_nothing_is_lost(Ground ground)
    {
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        var serving = Task.Run(async () =>
        {
            Assert.Equal("STARTTLS", await server.Lines.ReadLineAsync());
            await server.Lines.WriteLineAsync("go ahead");      // still buffered when the upgrade begins
            var secure = await TlsServer.UpgradeAsync(server, Showing(Root.Issue("x.test")));
            Assert.Equal("secret", await secure.Lines.ReadLineAsync());
            await secure.Lines.WriteLineAsync("answer");
            await secure.CloseAsync();
        });
        await client.Lines.WriteLineAsync("STARTTLS");
        Assert.Equal("go ahead", await client.Lines.ReadLineAsync());
        var upgraded = await TlsClient.UpgradeAsync(client, ClientOf("x.test"));
        await upgraded.Lines.WriteLineAsync("secret");
        Assert.Equal("answer", await upgraded.Lines.ReadToEndAsync() is ['a', ..] and var text ? text.TrimEnd() : "");
        await upgraded.CloseAsync();
        await serving;
        Assert.Equal((client.LocalAddress, client.RemoteAddress), (upgraded.LocalAddress, upgraded.RemoteAddress));
    }

    [Theory(Timeout = HangGuard), InlineData(true), InlineData(false)]
    public async Task Bytes_that_came_in_the_clear_before_the_upgrade_are_refused(bool asClient)
    {
        var (connection, peer) = Connection.CreatePair();
        await peer.WriteAsync("220 go ahead\r\n250 injected\r\n"u8.ToArray());
        Assert.Equal("220 go ahead", await connection.Lines.ReadLineAsync());
        var error = await Assert.ThrowsAsync<NetException>(() => asClient
            ? TlsClient.UpgradeAsync(connection, ClientOf("x.test")).AsTask()
            : TlsServer.UpgradeAsync(connection, Showing(Root.Issue("x.test"))).AsTask());
        Assert.Equal(
            (NetErrorKind.ProtocolViolation, NetOperation.Handshake, "14 bytes came unencrypted before the TLS handshake"),
            (error.Kind, error.Operation, error.Reason));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.WriteAsync(new byte[1]).AsTask());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Bytes_that_come_in_the_clear_a_little_later_are_refused_too()
    {
        var (connection, peer) = Connection.CreatePair();
        var upgrading = TlsClient.UpgradeAsync(connection, ClientOf("x.test")).AsTask();
        Assert.Equal(22, (await peer.Lines.ReadExactlyAsync(1)).Span[0]);
        await peer.WriteAsync("250 injected\r\n"u8.ToArray());
        var error = await Assert.ThrowsAsync<NetException>(() => upgrading);
        Assert.Equal((NetErrorKind.ProtocolViolation, "the peer does not speak TLS: it began with '250 injected'"), (error.Kind, error.Reason));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_limits_of_a_connection_hold_on_top_and_no_longer_beneath()
    {
        var time = new FakeTimeProvider();
        var (inner, server) = Connection.CreatePair(new() { Time = time, IdleTimeout = TimeSpan.FromSeconds(5), MaxLineLength = 10 });
        inner.ReadTimeout = 7_000;
        var (client, peer) = await TlsPairs.CreateAsync((inner, server));
        Assert.Equal((TimeSpan.FromSeconds(5), 7_000, 10), (client.IdleTimeout, client.ReadTimeout, client.Lines.MaxLineLength));
        client.IdleTimeout = TimeSpan.FromSeconds(60);
        client.ReadTimeout = Timeout.Infinite;
        var reading = client.ReadAsync(new byte[1]).AsTask();
        await time.TimerArmedAsync(TimeSpan.FromSeconds(60));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<NetException>(() => reading);
        Assert.Equal("no byte came for 60 s", error.Reason);
        client.Abort();
        peer.Abort();
    }
}
