using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Leaks;

/// <summary>What a message leaves to the garbage collector, on both sides together: nothing.</summary>
[Collection(Alone.Name)]
public class AllocationTests
{
    private static readonly byte[] Line = "a line of forty-eight bytes, its end included..\n"u8.ToArray();

    [Theory(Timeout = 150_000), InlineData(SocketEngine.Stock), InlineData(SocketEngine.ReadinessLoop)]
    public Task Bytes_that_are_echoed_allocate_nothing(SocketEngine engine) => AssertNothingIsAllocatedAsync(engine, async (peer, times) =>
    {
        var buffer = new byte[Line.Length];
        for (var i = 0; i < times; i++)
        {
            await peer.WriteAsync(Line);
            for (var got = 0; got < Line.Length;)
                got += await peer.ReadAsync(buffer.AsMemory(got));
        }
    });

    [Theory(Timeout = 150_000), InlineData(SocketEngine.Stock), InlineData(SocketEngine.ReadinessLoop)]
    public Task Lines_that_are_echoed_and_read_as_bytes_allocate_nothing(SocketEngine engine) => AssertNothingIsAllocatedAsync(engine, async (peer, times) =>
    {
        for (var i = 0; i < times; i++)
        {
            await peer.WriteAsync(Line);
            Assert.True((await peer.Lines.ReadLineBytesAsync())?.Length == Line.Length - 1);
        }
    });

    /// <summary>Whatever else the process does now and then, an object for each message would be more.</summary>
    private static async Task AssertNothingIsAllocatedAsync(SocketEngine engine, Func<Connection, int, Task> talk)
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new() { Listen = new() { Engine = engine } });
        await using var client = await Connection.ConnectAsync(server.LocalAddress, new() { Engine = engine });
        await talk(client, Messages);    // what is made once is made now
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await talk(client, Messages);
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages;
        Assert.True(each < SmallestObject, $"{each:0.0} bytes for each message");
    }

    private const int Messages = 10_000;
    private const int SmallestObject = 24;
}
