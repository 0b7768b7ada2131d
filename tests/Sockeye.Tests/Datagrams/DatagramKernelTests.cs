using Sockeye.Links;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Datagrams;

/// <summary>Serving datagrams does not depend on what the kernel has: the same tests once more without its calls for many, and
/// without its joining and cutting of segments.</summary>
[Collection(Alone.Name)]
public class DatagramKernelTests
{
    private const int HangGuard = 180_000;
    private static readonly ExchangeReports Nobody = new((_, _) => { }, (_, _) => { });

    [Theory(Timeout = HangGuard)]
    [InlineData(KernelWithout.ManyMessages)]
    [InlineData(KernelWithout.Segments)]
    public async Task The_suites_pass_without(string what)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the calls are Linux's");
        Assert.SkipUnless(KernelWithout.Nothing, "this is that run");
        var run = await KernelWithout.RunAsync(what, ["*.DatagramServerTests", "*.DatagramBatchTests", "*.DatagramSegmentTests", "*.DatagramKernelTests"]);
        Assert.SkipWhen(run is null, "nothing can be taken away here");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    [Fact]
    public void What_is_there_is_used_and_what_is_not_there_is_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the calls are Linux's");
        using var socket = DatagramSocket.Bind("127.0.0.1:0");
        using var exchange = DatagramExchange.Over(socket.Links[0], SocketEngine.Stock, Nobody);
        if (KernelWithout.What == KernelWithout.ManyMessages)
            Assert.IsType<SingleExchange>(exchange);
        else
            Assert.IsType<BatchExchange>(exchange);
        Assert.Equal(KernelWithout.What != KernelWithout.Segments, MessageCalls.CutsSegments(socket.Links[0].Handle));
    }

    [Fact]
    public void Unix_datagrams_go_each_by_itself()
    {
        using var socket = DatagramSocket.Bind(Address.UnixDatagram($"@{Guid.NewGuid()}"));
        using var exchange = DatagramExchange.Over(socket.Links[0], SocketEngine.Stock, Nobody);
        Assert.IsType<SingleExchange>(exchange);
    }
}
