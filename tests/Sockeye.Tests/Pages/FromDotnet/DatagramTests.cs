using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of datagrams.</summary>
public class DatagramTests
{
    [Fact]
    public async Task A_socket_cuts_a_datagram_without_a_word_and_a_UdpClient_does_not()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new UdpClient();
        var place = (IPEndPoint)socket.Client.LocalEndPoint!;
        foreach (var _ in (int[])[1, 2, 3])
            await sender.SendAsync(new byte[60_000], place);
        Assert.Equal(512, await socket.Client.ReceiveAsync(new byte[512]));
        Assert.Equal(512, (await socket.Client.ReceiveFromAsync(new byte[512], place)).ReceivedBytes);
        Assert.Equal(60_000, (await socket.ReceiveAsync()).Buffer.Length);

        await using var ours = DatagramSocket.Bind("127.0.0.1:0", new() { MaxDatagram = 512 });
        await sender.SendAsync(new byte[600], new IPEndPoint(IPAddress.Loopback, ours.LocalAddress.Port));
        var cut = await ours.ReceiveAsync();
        Assert.Equal((512, true), (cut.Bytes.Length, cut.Truncated));
    }

    [Fact]
    public async Task A_UdpClient_is_of_one_family()
    {
        Assert.SkipUnless(IPv6Loopback.Exists, "needs ::1");
        await using var server = DatagramSocket.Bind("[::1]:0");
        using var udp = new UdpClient();
        var error = await Assert.ThrowsAsync<SocketException>(
            () => udp.SendAsync("hello"u8.ToArray(), new IPEndPoint(IPAddress.IPv6Loopback, server.LocalAddress.Port)).AsTask());
        Assert.Equal(SocketError.AddressFamilyNotSupported, error.SocketErrorCode);

        await using var ours = DatagramSocket.Open();
        await ours.SendToAsync("hello"u8.ToArray(), server.LocalAddress);
        Assert.Equal("hello", (await server.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task A_connected_socket_hears_that_nobody_is_there()
    {
        var port = PeerPort.Choose();
        using var udp = new UdpClient("127.0.0.1", port);
        await udp.SendAsync(new byte[1]);
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => udp.ReceiveAsync())).SocketErrorCode);

        await using var ours = await DatagramSocket.ConnectAsync("127.0.0.1", port);
        await ours.SendAsync("");
        Assert.Equal(NetErrorKind.Refused, (await Assert.ThrowsAsync<NetException>(() => ours.ReceiveAsync().AsTask())).Kind);
    }
}
