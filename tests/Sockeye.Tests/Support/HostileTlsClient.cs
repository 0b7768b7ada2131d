using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sockeye.Tls;

namespace Sockeye.Tests.Support;

/// <summary>A client that begins a TLS handshake with a server and does not go on, or talks nonsense in the middle of it.</summary>
/// <param name="Where">How far it gets.</param>
/// <param name="Says">What is said of it, where it does not just stand still; null where it does.</param>
/// <param name="Act">What it does on its socket, given a good client's hello.</param>
internal sealed record HostileTlsClient(string Where, string? Says, Func<Socket, byte[], Task> Act)
{
    public static IReadOnlyList<HostileTlsClient> All { get; } =
    [
        new("after connecting", null, (_, _) => Task.CompletedTask),
        new("after a byte", null, (socket, hello) => SendAsync(socket, hello[..1])),
        new("after a record's header", null, (socket, hello) => SendAsync(socket, hello[..5])),
        new("after half a hello", null, (socket, hello) => SendAsync(socket, hello[..(hello.Length / 2)])),
        new("after the server's hello", null, async (socket, hello) =>
        {
            await SendAsync(socket, hello);
            await socket.ReceiveAsync(new byte[100]);
        }),
        new("in a record of 65,535 bytes", null, (socket, _) => SendAsync(socket, [22, 3, 1, 255, 255, 1])),
        new("after an empty record", null, (socket, _) => SendAsync(socket, [22, 3, 1, 0, 0])),
        new("in a hello of 16 MB", "", async (socket, _) =>
        {
            await SendAsync(socket, [22, 3, 1, 0x40, 0, 1, 255, 255, 255, 3, 3, .. new byte[0x4000 - 6]]);
            for (var i = 0; i < 64; i++)
                await SendAsync(socket, [22, 3, 3, 0x40, 0, .. new byte[0x4000]]);
        }),
        new("with a request of HTTP", "the peer does not speak TLS: it began with 'GET / HTTP/1.1'", (socket, _) => SendAsync(socket, "GET / HTTP/1.1\r\n\r\n"u8.ToArray())),
        new("with garbage", "the peer does not speak TLS: it began with ", (socket, _) => SendAsync(socket, [0, 1, 2, 250, 251, 27, 91, 50, 74])),
        new("with garbage behind its hello", "", async (socket, hello) => await SendAsync(socket, [.. hello, .. Enumerable.Repeat((byte)0xAA, 300)])),
        new("with two hellos", "", async (socket, hello) => await SendAsync(socket, [.. hello, .. hello])),
        new("with an alert", "", (socket, _) => SendAsync(socket, [21, 3, 3, 0, 2, 2, 40])),
        new("with the end, at once", "the peer ended the connection instead of answering the TLS handshake", (socket, _) => EndAsync(socket)),
        new("with the end, after half a hello", "the peer ended the connection in the middle of the TLS handshake", async (socket, hello) =>
        {
            await SendAsync(socket, hello[..(hello.Length / 2)]);
            await EndAsync(socket);
        }),
        new("with the end, after the server's hello", "the peer ended the connection in the middle of the TLS handshake", async (socket, hello) =>
        {
            await SendAsync(socket, hello);
            await socket.ReceiveAsync(new byte[100]);
            await EndAsync(socket);
        }),
        new("with a reset, after half a hello", "reset", async (socket, hello) =>
        {
            await SendAsync(socket, hello[..(hello.Length / 2)]);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }),
    ];

    /// <summary>Their names, as a test's data.</summary>
    public static IEnumerable<string> Places => All.Select(client => client.Where);

    public static HostileTlsClient At(string where) => All.Single(client => client.Where == where);

    /// <summary>Connects and does it; the connection then stands until it is disposed.</summary>
    public async Task<(Socket Socket, Address Address)> CallAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var address = Address.Tcp("127.0.0.1", ((IPEndPoint)socket.LocalEndPoint!).Port);
        try
        {
            await Act(socket, await HelloAsync());
        }
        catch (SocketException) when (Says is not null)
        {
            // The server had heard enough.
        }
        return (socket, address);
    }

    /// <summary>What a good client sends first: a whole record.</summary>
    public static async Task<byte[]> HelloAsync()
    {
        var (client, wire) = Connection.CreatePair();
        var upgrading = TlsClient.UpgradeAsync(client, new() { Insecure = true, ServerName = "localhost" }).AsTask();
        var header = (await wire.Lines.ReadExactlyAsync(5)).ToArray();
        var body = (await wire.Lines.ReadExactlyAsync(BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3)))).ToArray();
        wire.Abort();
        await upgrading.ContinueWith(_ => { }, TaskScheduler.Default);
        return [.. header, .. body];
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var rest = bytes.AsMemory(); rest.Length > 0;)
            rest = rest[await socket.SendAsync(rest)..];
    }

    private static Task EndAsync(Socket socket)
    {
        socket.Shutdown(SocketShutdown.Send);
        return Task.CompletedTask;
    }
}
