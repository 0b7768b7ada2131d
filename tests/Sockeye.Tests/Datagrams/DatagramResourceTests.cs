using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

/// <summary>What datagram sockets leave behind: nothing.</summary>
[Collection(Alone.Name)]
public class DatagramResourceTests
{
    [Fact(Timeout = 120_000)]
    public async Task Two_thousand_opened_and_closed_leave_no_descriptor_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are counted in /proc");
        await OpenUseAndCloseAsync();
        var before = Descriptors();
        for (var i = 0; i < 2000; i++)
            await OpenUseAndCloseAsync();
        Assert.InRange(Descriptors(), 0, before + 20); // the runtime opens a few of its own
    }

    [Fact(Timeout = 60_000)]
    public async Task Sockets_that_could_not_be_opened_leave_no_descriptor_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are counted in /proc");
        await using var taken = DatagramSocket.Bind("localhost:0");
        await FailAsync();
        var before = Descriptors();
        for (var i = 0; i < 200; i++)
            await FailAsync();
        Assert.InRange(Descriptors(), 0, before + 20);

        async Task FailAsync()
        {
            Assert.Throws<NetException>(() => DatagramSocket.Bind(taken.LocalAddress));
            Assert.Throws<NetException>(() => DatagramSocket.Bind(Address.Udp("localhost", taken.LocalAddress.Port)));
            await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync("127.255.255.255", 9));
            await Assert.ThrowsAsync<NetException>(async () => await DatagramSocket.ConnectAsync(Address.UnixDatagram("@nobody-is-here")));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Serving_ten_thousand_datagrams_of_several_senders_allocates_nothing_for_any_of_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere each change of the sender makes an address");
        Assert.SkipUnless(KernelWithout.Nothing, "so it is where the kernel has no calls for many");
        using var letIn = new SemaphoreSlim(0);
        await using var server = DatagramServer.Start("127.0.0.1:0", (request, _) =>
            request.Bytes.IsEmpty ? WaitAsync() : new(request.Bytes), new() { RatePerSource = 0 });
        using var one = new BareUdp(server);
        using var other = new BareUdp(server);
        Exchange(rounds: 5);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Exchange(rounds: 50);
        // A round allocates a little, and the rest of the process may; but for each datagram that is less than an address.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 10_000 * 16);

        void Exchange(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                one.Send([]);
                for (var i = 0; i < 100; i++)
                {
                    one.Send("datagram"u8);
                    other.Send("datagram"u8);
                }
                letIn.Release();
                for (var i = 0; i < 100; i++)
                {
                    one.ReceiveLength();
                    other.ReceiveLength();
                }
            }
        }

        async ValueTask<ReadOnlyMemory<byte>?> WaitAsync()
        {
            await letIn.WaitAsync();
            return null;
        }
    }

    private static async Task OpenUseAndCloseAsync()
    {
        await using var server = DatagramSocket.Bind("localhost:0");
        await using var client = await DatagramSocket.ConnectAsync("localhost", server.LocalAddress.Port);
        await client.SendAsync("hello");
        await server.ReceiveAsync();
        await using var unix = DatagramSocket.Open(new() { Family = AddressFamily.Unix });
        await unix.SendToAsync(new byte[1], unix.LocalAddress);
        await unix.ReceiveAsync();
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
