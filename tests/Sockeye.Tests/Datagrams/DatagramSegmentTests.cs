using System.Net.Sockets;
using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

/// <summary>Answers that are sent as one, on ways that are narrow, slow, or of one link alone; and what others join.</summary>
public class DatagramSegmentTests
{
    private const int HangGuard = 120_000;

    private static readonly DatagramServerOptions Unlimited = new() { RatePerSource = 0 };

    [Fact(Timeout = HangGuard)]
    public Task Answers_larger_than_a_packet_on_the_way_arrive_and_so_do_small_ones_after_them() =>
        OwnProcess.WithOwnNetworkAsync("ip link set lo mtu 1300", async () =>
        {
            await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes), Unlimited);
            using var client = new BareUdp(server);
            foreach (var size in new[] { 100, 1400, 3000, 1200, 10 })
            {
                var bytes = Payload.Create(size * 20);
                foreach (var part in bytes.Chunk(size))
                    client.Send(part);
                foreach (var part in bytes.Chunk(size))
                    Assert.Equal(part, client.Receive());
            }
        });

    [Fact(Timeout = HangGuard)]
    public Task Answers_wait_for_a_slow_way_and_none_is_lost() =>
        OwnProcess.WithOwnNetworkAsync("tc qdisc add dev lo root tbf rate 1mbit burst 2kb limit 1mb", async () =>
        {
            var answer = new byte[500];
            await using var socket = DatagramSocket.Bind("127.0.0.1:0");
            using (var kept = new Socket(new SafeSocketHandle(socket.Links[0].Handle.DangerousGetHandle(), ownsHandle: false)))
                kept.SendBufferSize = 1;    // as small as the system has it: a few answers
            await using var server = DatagramServer.Start(socket, (request, _) =>
            {
                request.Bytes.CopyTo(answer);
                return new(answer);
            }, Unlimited);
            using var client = new BareUdp(server);
            for (var i = 0; i < 100; i++)
                client.Send(BitConverter.GetBytes(i));
            for (var i = 0; i < 100; i++)
            {
                var received = client.Receive();
                Assert.Equal((500, i), (received.Length, BitConverter.ToInt32(received)));
            }
        });

    [Fact(Timeout = HangGuard)]
    public Task Senders_at_addresses_of_one_link_are_answered_there() =>
        OwnProcess.WithOwnNetworkAsync("ip address add fe80::7/64 dev lo nodad", async () =>
        {
            await using var server = DatagramServer.Start("[fe80::7%lo]:0", (request, _) => new(Encoding.UTF8.GetBytes($"{request.From}")), Unlimited);
            using var client = new BareUdp("fe80::7%1", server.LocalAddress.Port);
            for (var i = 0; i < 3; i++)
            {
                client.SendSegments("abcdef"u8.ToArray(), 2);
                for (var part = 0; part < 3; part++)
                    Assert.Equal($"udp://[fe80::7%1]:{client.Port}", client.ReceiveText());
            }
        });

    [Fact(Timeout = HangGuard)]
    public async Task What_Python_sends_as_one_comes_back_in_its_parts()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) => new(request.Bytes), Unlimited);
        var said = await Python.RunAsync($$"""
            SOL_UDP, UDP_SEGMENT, UDP_GRO = 17, 103, 104
            peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            peer.settimeout(60)
            outcome(lambda: peer.setsockopt(SOL_UDP, UDP_GRO, 1))
            peer.connect(('127.0.0.1', {{server.LocalAddress.Port}}))
            size = struct.pack('H', 500)
            sent = bytes(range(256)) * 20
            try:
                peer.sendmsg([sent], [(SOL_UDP, UDP_SEGMENT, size)])
            except OSError:
                for at in range(0, len(sent), 500):
                    peer.send(sent[at:at + 500])
            came = []
            while sum(map(len, came)) < len(sent):
                data, control, flags, sender = peer.recvmsg(65536, 64)
                segment = next((struct.unpack('i', value)[0] for level, kind, value in control if kind == UDP_GRO), len(data))
                came += [data[at:at + segment] for at in range(0, len(data), segment)]
            print([len(part) for part in came], b''.join(came) == sent)
            """);
        Assert.Equal("[500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 120] True", said);
    }
}
