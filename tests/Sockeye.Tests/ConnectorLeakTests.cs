using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

[Collection(Alone.Name)]
public class ConnectorLeakTests
{
    [Fact(Timeout = 120_000)]
    public async Task However_attempts_end_no_descriptor_stays_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1000);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using var silent = new SilentListener("127.0.0.2", port);
        await DialEveryWayAsync(port);    // whatever the runtime opens once is open now
        var before = OpenSockets();
        for (var i = 0; i < 20; i++)
            await DialEveryWayAsync(port);
        Assert.Empty(OpenSockets().Except(before));
    }

    private static async Task DialEveryWayAsync(int port)
    {
        var impatient = new ConnectOptions { AttemptDelay = TimeSpan.FromMilliseconds(1) };
        var loop = ReadinessLoops.ForDialling(impatient.Engine);
        var (socket, _) = await Connector.DialAsync(Address.Tcp("127.0.0.1", port), impatient, loop, default);
        socket.Dispose();
        var overtaking = impatient with { Resolver = Answering("127.0.0.2", "127.0.0.3", "127.0.0.1") };
        (socket, _) = await Connector.DialAsync(Address.Tcp("example.test", port), overtaking, loop, default);
        socket.Dispose();
        var refused = impatient with { Resolver = Answering("127.0.0.3", "127.0.0.4") };
        await Assert.ThrowsAsync<NetException>(() => Connector.DialAsync(Address.Tcp("example.test", port), refused, loop, default));
        var timedOut = impatient with { Resolver = Answering("127.0.0.2"), Timeout = TimeSpan.FromMilliseconds(5) };
        await Assert.ThrowsAsync<NetException>(() => Connector.DialAsync(Address.Tcp("example.test", port), timedOut, loop, default));
        var notOurs = impatient with { Source = Address.Tcp("192.0.2.77", 0) };
        await Assert.ThrowsAsync<NetException>(() => Connector.DialAsync(Address.Tcp("127.0.0.1", port), notOurs, loop, default));
        using var giveUp = new CancellationTokenSource();
        var cancelled = Connector.DialAsync(Address.Tcp("127.0.0.2", port), impatient, loop, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }

    private static Resolver Answering(params string[] addresses) => new((_, family, _) => Task.FromResult<IPAddress[]>(
        family == AddressFamily.InterNetwork ? [.. addresses.Select(IPAddress.Parse)] : []));

    private static List<string> OpenSockets() =>
        [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(LinkOf).Where(link => link.StartsWith("socket:", StringComparison.Ordinal))];

    private static string LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";    // the listing's own, closed again
        }
    }
}
