using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sockeye.Tests.Support;

/// <summary>A UDP client without anything of ours. It blocks, but not for ever.</summary>
internal sealed class BareUdp : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[ushort.MaxValue];

    public BareUdp(DatagramServer server, string source = "127.0.0.1")
        : this("127.0.0.1", server.LocalAddress.Port, source)
    {
    }

    public BareUdp(string host, int port, string? source = null)
    {
        var ip = IPAddress.Parse(host);
        _socket = new(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 50_000 };
        if (source is not null)
            _socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        _socket.Connect(ip, port);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Send(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>Sends datagrams of this size, the last perhaps shorter, as one where the system has that.</summary>
    public void SendSegments(byte[] bytes, int size)
    {
        if (OperatingSystem.IsLinux() && TryJoin(size))
        {
            _socket.Send(bytes);
            return;
        }
        foreach (var segment in bytes.Chunk(size))
            _socket.Send(segment);
    }

    public byte[] Receive() => _buffer[.._socket.Receive(_buffer)];

    /// <summary>As <see cref="Receive"/>, and keeps nothing: how many bytes came.</summary>
    public int ReceiveLength() => _socket.Receive(_buffer);

    public string ReceiveText() => Encoding.UTF8.GetString(Receive());

    public void Dispose() => _socket.Dispose();

    private bool TryJoin(int size)
    {
        try
        {
            _socket.SetRawSocketOption(17, 103, BitConverter.GetBytes(size)); // SOL_UDP, UDP_SEGMENT
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
