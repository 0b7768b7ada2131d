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

    /// <summary>Nothing of the 64 KiB that an echo passes through, also where a byte is there before anybody serves.</summary>
    [Theory(Timeout = 150_000), InlineData(SocketEngine.Stock), InlineData(SocketEngine.ReadinessLoop)]
    public async Task A_connection_that_was_heard_and_is_silent_holds_no_buffer(SocketEngine engine)
    {
        var listener = Listener.Listen("127.0.0.1:0", new() { Engine = engine });
        var clients = new List<Connection>();
        for (var i = 0; i < Silent; i++)
        {
            clients.Add(await Connection.ConnectAsync(listener.LocalAddress));
            await clients[i].WriteAsync(new byte[] { 1 });
        }
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var server = Server.Start(listener, Echo.ServeAsync);
        foreach (var client in clients)
            Assert.Equal(1, await client.ReadAsync(new byte[2]));
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Silent;
        Assert.True(each < 32 * 1024, $"{each:0} bytes for each connection");
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    /// <summary>Whatever else the process does now and then, an object for each message would be more.</summary>
    private static async Task AssertNothingIsAllocatedAsync(SocketEngine engine, Func<Connection, int, Task> talk)
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync, new() { Listen = new() { Engine = engine } });
        await using var client = await Connection.ConnectAsync(server.LocalAddress, new() { Engine = engine });
        var least = double.MaxValue;
        // What is made once is made in the first round. On a busy machine what is pooled for each thread is now and then missed.
        for (var round = 0; round < 10 && least >= SmallestObject; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await talk(client, Messages);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages);
        }
        Assert.True(least < SmallestObject, $"{least:0.0} bytes for each message");
    }

    private const int Messages = 10_000;
    private const int SmallestObject = 24;
    private const int Silent = 300;
}
