using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>.NET's own classes, connected to each other.</summary>
internal static class Clients
{
    public static async Task<(TcpClient Near, TcpClient Far)> PairAsync()
    {
        using var listener = Listen();
        var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        return (near, await listener.AcceptTcpClientAsync());
    }

    public static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    public static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Resets the connection, as a peer that crashes does.</summary>
    public static void Reset(TcpClient client) => client.Client.Close(0);

    /// <summary>Everything to the end; how much came, and what ended it if that was no end.</summary>
    public static async Task<(long Received, Exception? Error)> ReadAllAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        var received = 0L;
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count)
                received += count;
            return (received, null);
        }
        catch (IOException error)
        {
            return (received, error);
        }
    }
}
