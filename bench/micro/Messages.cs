using BenchmarkDotNet.Attributes;

namespace Sockeye.MicroBenchmarks;

/// <summary>What one message costs, there and back over loopback; the goal is that it allocates nothing.</summary>
[MemoryDiagnoser]
public class Messages
{
    private static readonly byte[] Line = "a line of forty-eight bytes, its end included..\n"u8.ToArray();
    private readonly byte[] _buffer = new byte[64];
    private Server? _server;
    private Connection? _connection;
    private DatagramSocket? _socket;
    private DatagramServer? _datagrams;

    [Params(SocketEngine.Stock, SocketEngine.ReadinessLoop)]
    public SocketEngine Engine { get; set; }

    [GlobalSetup]
    public async Task ConnectAsync()
    {
        _server = Server.Start("localhost:0", Protocols.Echo.ServeAsync, new() { Listen = new() { Engine = Engine } });
        _connection = await Connection.ConnectAsync(_server.LocalAddresses[0], new() { Engine = Engine });
        _datagrams = DatagramServer.Start("127.0.0.1:0", Protocols.Echo.Answer, new() { RatePerSource = 0, Engine = Engine });
        _socket = await DatagramSocket.ConnectAsync(_datagrams.LocalAddresses[0]);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _connection!.DisposeAsync();
        await _server!.DisposeAsync();
        await _socket!.DisposeAsync();
        await _datagrams!.DisposeAsync();
    }

    // Many at a time: what the method allocates that is measured is then not taken for a message's.
    [Benchmark(OperationsPerInvoke = Many)]
    public async Task EchoBytes()
    {
        for (var i = 0; i < Many; i++)
        {
            await _connection!.WriteAsync(Line);
            for (var got = 0; got < Line.Length;)
                got += await _connection.ReadAsync(_buffer);
        }
    }

    [Benchmark(OperationsPerInvoke = Many)]
    public async Task EchoLineOfBytes()
    {
        for (var i = 0; i < Many; i++)
        {
            await _connection!.WriteAsync(Line);
            await _connection.Lines.ReadLineBytesAsync();
        }
    }

    [Benchmark(OperationsPerInvoke = Many)]
    public async Task EchoDatagram()
    {
        for (var i = 0; i < Many; i++)
        {
            await _socket!.SendAsync(Line);
            await _socket.ReceiveAsync();
        }
    }

    private const int Many = 1000;
}
