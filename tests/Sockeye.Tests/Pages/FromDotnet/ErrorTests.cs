using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of errors and of time limits.</summary>
public class ErrorTests
{
    [Fact]
    public async Task A_reset_that_was_there_already_is_an_IOException_and_then_misuse_to_a_NetworkStream()
    {
        var (near, far) = await Clients.PairAsync();
        Clients.Reset(far);
        Assert.True(near.Client.Poll(Timeout.Infinite, SelectMode.SelectRead));
        var first = await Assert.ThrowsAsync<IOException>(() => near.GetStream().ReadAsync(new byte[1]).AsTask());
        Assert.IsType<SocketException>(first.InnerException);
        Assert.Throws<InvalidOperationException>(near.GetStream);
        Assert.Null(near.Client.RemoteEndPoint);
    }

    [Fact]
    public async Task A_reset_that_is_waited_for_is_an_IOException_and_then_a_clean_end_to_a_NetworkStream()
    {
        var (near, far) = await Clients.PairAsync();
        var stream = near.GetStream();
        var reading = stream.ReadAsync(new byte[1]).AsTask();
        Clients.Reset(far);
        await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        await Assert.ThrowsAsync<EndOfStreamException>(() => stream.ReadExactlyAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task A_reset_is_a_SocketException_and_then_a_clean_end_to_a_Socket()
    {
        var (near, far) = await Clients.PairAsync();
        Clients.Reset(far);
        await Assert.ThrowsAsync<SocketException>(() => near.Client.ReceiveAsync(new byte[1]));
        Assert.Equal(0, await near.Client.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task The_address_of_a_peer_that_has_reset_cannot_be_asked_for()
    {
        var (near, far) = await Clients.PairAsync();
        Clients.Reset(far);
        near.Client.Poll(-1, SelectMode.SelectRead);    // it has heard of it
        Assert.Throws<SocketException>(() => near.Client.RemoteEndPoint);
    }

    [Fact]
    public async Task Being_disposed_by_another_task_looks_like_a_broken_network()
    {
        var (near, far) = await Clients.PairAsync();
        using var peer = far;    // which would reset the connection when it is collected
        var stream = near.GetStream();
        var reading = stream.ReadAsync(new byte[1]).AsTask();
        near.Dispose();
        var (received, error) = await OutcomeAsync(reading);
        Assert.True(received == 0 || error is IOException { InnerException: SocketException { SocketErrorCode: SocketError.OperationAborted } });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1]).AsTask());

        (var other, far) = await Clients.PairAsync();
        using var otherPeer = far;
        var receiving = other.Client.ReceiveAsync(new byte[1]);
        other.Client.Dispose();
        Assert.Equal(SocketError.OperationAborted, (await Assert.ThrowsAsync<SocketException>(() => receiving)).SocketErrorCode);
    }

    [Fact]
    public async Task Ours_is_told_that_it_was_disposed()
    {
        var (client, _) = Connection.CreatePair();
        var reading = client.ReadAsync(new byte[1]).AsTask();
        client.Abort();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
    }

    [Fact]
    public async Task Ours_says_the_same_each_time_and_to_whom()
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        var remote = connection.RemoteAddress;
        peer.Close(0);
        foreach (var _ in (int[])[1, 2])
        {
            var error = await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask());
            Assert.Equal((NetErrorKind.Reset, remote), (error.Kind, error.RemoteAddress));
        }
        var write = await Assert.ThrowsAsync<NetException>(() => connection.WriteAsync(new byte[1]).AsTask());
        Assert.Equal(NetErrorKind.Reset, write.Kind);
    }

    [Fact]
    public async Task A_refusal_does_not_say_whose()
    {
        using var client = new TcpClient();
        var error = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, PeerPort.Choose()));
        Assert.Equal("Connection refused", error.Message);
    }

    [Fact]
    public async Task A_client_stays_connected_when_its_peer_has_gone()
    {
        var (near, far) = await Clients.PairAsync();
        far.Dispose();
        Assert.Equal(0, await near.GetStream().ReadAsync(new byte[1]));
        Assert.True(near.Connected);
    }

    [Fact(Timeout = 120_000)]
    public async Task Asynchronous_calls_ignore_every_limit()
    {
        using var silent = new SilentListener();
        using var caller = new TcpClient { ReceiveTimeout = 100, SendTimeout = 100 };
        var connecting = caller.ConnectAsync(IPAddress.Loopback, silent.Port);
        var (near, far) = await Clients.PairAsync();
        near.ReceiveTimeout = 100;
        near.GetStream().ReadTimeout = 100;
        var reading = near.GetStream().ReadAsync(new byte[1]).AsTask();
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        udp.Client.ReceiveTimeout = 100;
        var receiving = udp.ReceiveAsync();

        var (connection, other) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        await using var silentPeer = other;
        connection.ReadTimeout = 500;
        var ours = await Assert.ThrowsAsync<NetException>(() => connection.ReadAsync(new byte[1]).AsTask());
        Assert.Equal(NetErrorKind.TimedOut, ours.Kind);
        Assert.False(connecting.IsCompleted || reading.IsCompleted || receiving.IsCompleted);
        await far.GetStream().WriteAsync(new byte[1]);
        Assert.Equal(1, await reading);
    }

    [Fact]
    public async Task A_limit_and_somebody_who_gave_up_are_one_exception()
    {
        var (near, far) = await Clients.PairAsync();
        using var peer = far;    // which would reset the connection when it is collected
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => near.GetStream().ReadAsync(new byte[1], limit.Token).AsTask());

        using var silent = new SilentListener();
        var options = new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        var late = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync("127.0.0.1", silent.Port, options).AsTask());
        Assert.Equal(NetErrorKind.TimedOut, late.Kind);
        using var user = new CancellationTokenSource();
        var connecting = Connection.ConnectAsync("127.0.0.1", silent.Port, cancel: user.Token).AsTask();
        await user.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private static async Task<(int Received, Exception? Error)> OutcomeAsync(Task<int> reading)
    {
        try
        {
            return (await reading, null);
        }
        catch (IOException error)
        {
            return (-1, error);
        }
    }
}
