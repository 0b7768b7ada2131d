using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tests.Support;

/// <summary>A TCP port of the loopback that answers nobody: its queue is full, so the kernel drops what asks to connect.</summary>
internal sealed class SilentListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _queued = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SilentListener(string ip = "127.0.0.1", int port = 0)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Parse(ip), port));
        _listener.Listen(0);
        _queued.Connect(_listener.LocalEndPoint!);    // a queue of length 0 holds one connection
        _listener.Poll(-1, SelectMode.SelectRead);    // which is in it a moment after the caller knows that it is connected
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _queued.Dispose();
        _listener.Dispose();
    }
}
