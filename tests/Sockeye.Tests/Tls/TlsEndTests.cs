using System.Net.Security;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;
using static Sockeye.Tests.Tls.TlsTestBed;

namespace Sockeye.Tests.Tls;

/// <summary>How a conversation over TLS ends: by <c>close_notify</c>, or not.</summary>
public class TlsEndTests
{
    public static TheoryData<TlsVersion> Versions => [TlsVersion.Tls12, TlsVersion.Tls13];

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task An_end_with_close_notify_is_clean_and_stays(TlsVersion version)
    {
        var (connection, peer, _) = await WithBarePeerAsync(version);
        await peer.WriteAsync("last"u8.ToArray());
        await peer.ShutdownAsync();
        Assert.Equal("last", await connection.Lines.ReadToEndAsync());
        Assert.Equal(0, await connection.ReadAsync(new byte[1]));
        await connection.DisposeAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task An_end_without_close_notify_closed_early_and_stays_so(TlsVersion version)
    {
        var (connection, peer, socket) = await WithBarePeerAsync(version);
        await peer.WriteAsync("all?\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("all?", await connection.Lines.ReadLineAsync());
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<NetException>(() => connection.Lines.ReadLineAsync().AsTask());
            Assert.Equal((NetErrorKind.ClosedEarly, NetOperation.Read), (error.Kind, error.Operation));
            Assert.Contains("close_notify", error.Reason, StringComparison.Ordinal);
        }
        await connection.WriteAsync("still here"u8.ToArray());
        await connection.CloseWriteAsync();
        Assert.Equal(10, await peer.ReadAsync(new byte[100]));
        Assert.Equal(0, await peer.ReadAsync(new byte[100]));
        await connection.DisposeAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task An_end_in_the_middle_of_a_record_closed_early(TlsVersion version)
    {
        var (connection, _, socket) = await WithBarePeerAsync(version);
        await socket.SendAsync(new byte[] { 23, 3, 3, 0, 100, 1, 2 });
        socket.Shutdown(SocketShutdown.Send);
        var error = await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask());
        Assert.Equal((NetErrorKind.ClosedEarly, NetOperation.Read), (error.Kind, error.Operation));
        connection.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task Our_half_close_is_close_notify_and_reading_goes_on(TlsVersion version)
    {
        var (connection, peer, socket) = await WithBarePeerAsync(version);
        await connection.Lines.WriteAsync("question");
        await connection.CloseWriteAsync();
        Assert.Equal(8, await peer.ReadAsync(new byte[100]));
        Assert.Equal(0, await peer.ReadAsync(new byte[100]));
        await peer.WriteAsync("answer"u8.ToArray());
        await peer.ShutdownAsync();
        Assert.Equal("answer", await connection.Lines.ReadToEndAsync());
        socket.Dispose();
        await connection.CloseAsync();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task Closing_takes_an_end_without_close_notify_for_an_end(TlsVersion version)
    {
        var (connection, peer, socket) = await WithBarePeerAsync(version);
        await connection.WriteAsync("all there is"u8.ToArray());
        var closing = connection.CloseAsync().AsTask();
        while (await peer.ReadAsync(new byte[100]) > 0)
        {
            // Takes it all in.
        }
        socket.Shutdown(SocketShutdown.Send);
        await closing;
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task Closing_after_a_peer_that_has_gone_with_everything_is_no_error(TlsVersion version)
    {
        var (connection, peer, socket) = await WithBarePeerAsync(version);
        await connection.WriteAsync("question"u8.ToArray());
        Assert.Equal(8, await peer.ReadAsync(new byte[100]));
        await peer.WriteAsync("answer"u8.ToArray());
        await peer.ShutdownAsync();
        socket.Dispose();
        Assert.Equal("answer", await connection.Lines.ReadToEndAsync());
        await connection.CloseAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Closing_waits_for_the_peers_close_notify_no_longer_than_its_limit()
    {
        var time = new FakeTimeProvider();
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tls, new() { Time = time });
        await client.WriteAsync("unanswered"u8.ToArray());
        var closing = client.CloseAsync().AsTask();
        Assert.Equal("unanswered", await server.Lines.ReadToEndAsync());
        await time.FireAsync(TimeSpan.FromSeconds(2));
        await closing;
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Closing_says_when_the_peer_takes_nothing()
    {
        var time = new FakeTimeProvider();
        var (client, server) = await ConnectionPairs.CreateAsync(Ground.Tls, new() { Time = time });
        var filling = client.WriteAsync(new byte[50_000_000]).AsTask();
        var closing = client.CloseAsync().AsTask();
        await time.FireAsync(TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<NetException>(() => closing);
        Assert.Equal((NetErrorKind.TimedOut, NetOperation.Close), (error.Kind, error.Operation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => filling);
        server.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ending_our_direction_can_be_given_up_and_closing_then_says_so()
    {
        var (inner, beneath) = Connection.CreatePair();
        var (client, _) = await TlsPairs.CreateAsync((inner, beneath));
        Task writing;
        do
            writing = client.WriteAsync(new byte[1]).AsTask();
        while (writing.IsCompleted);
        // Room for the rest of that record, and for nothing behind it: one byte is 23 in TLS 1.3, and the pair holds 64 KiB.
        const int Record = 23;
        Assert.Equal(Record - (64 * 1024 % Record), await beneath.ReadAsync(new byte[Record - (64 * 1024 % Record)]));
        await writing;
        using var cancel = new CancellationTokenSource();
        var ending = client.CloseWriteAsync(cancel.Token).AsTask();
        Assert.False(ending.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ending);
        var error = await Assert.ThrowsAsync<NetException>(() => client.CloseAsync().AsTask());
        Assert.Equal(NetErrorKind.ClosedForWriting, error.Kind);
        beneath.Abort();
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Versions))]
    public async Task A_forged_record_breaks_the_connection_for_good(TlsVersion version)
    {
        var (connection, _, socket) = await WithBarePeerAsync(version);
        byte[] forged = [23, 3, 3, 0, 40, .. new byte[40]];
        await socket.SendAsync(forged);
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask());
            Assert.Equal((NetErrorKind.ProtocolViolation, NetOperation.Read), (error.Kind, error.Operation));
            Assert.Contains("bad record mac", error.Reason, StringComparison.Ordinal);
        }
        var write = await Assert.ThrowsAsync<NetException>(() => connection.WriteAsync(new byte[1]).AsTask());
        Assert.Equal((NetErrorKind.ProtocolViolation, NetOperation.Write), (write.Kind, write.Operation));
        await connection.DisposeAsync();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_peer_that_resets_is_named_as_over_plain_connections()
    {
        var (connection, _, socket) = await WithBarePeerAsync(TlsVersion.Tls13);
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        var error = await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask());
        Assert.Equal((NetErrorKind.Reset, NetOperation.Read), (error.Kind, error.Operation));
        connection.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Ending_our_direction_beside_a_read_loses_nothing_of_what_comes()
    {
        for (var i = 0; i < 100; i++)
        {
            var (client, server) = await TlsPairs.CreateAsync(Connection.CreatePair());
            var reading = Task.Run(() => client.Lines.ReadToEndAsync().AsTask());
            var sending = Task.Run(async () =>
            {
                for (var record = 0; record < 100; record++)
                    await server.WriteAsync("early "u8.ToArray());
                await server.Lines.ReadToEndAsync();
                await server.Lines.WriteAsync("late");
                await server.CloseAsync();
            });
            await Task.Run(() => client.CloseWriteAsync().AsTask());
            Assert.Equal(100 * "early ".Length + "late".Length, (await reading).Length);
            await sending;
            await client.CloseAsync();
        }
    }

    /// <summary>A connection with TLS on it, and its peer as the platform has it, with no manners of its own.</summary>
    private static async Task<(Connection Connection, SslStream Peer, Socket Socket)> WithBarePeerAsync(TlsVersion version)
    {
        var (inner, socket) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        var peer = new SslStream(new NetworkStream(socket));
        var upgrading = TlsClient.UpgradeAsync(inner, new() { Insecure = true, HighestVersion = version }).AsTask();
        await peer.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Root.IssueBare(new("x.test")).Certificate });
        return (await upgrading, peer, socket);
    }
}
