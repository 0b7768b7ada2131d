using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Sockeye.Tests.Support;

namespace Sockeye.Tests.Contracts;

/// <summary>
/// The peers, ports and paths among which the program is to fail. Lines name them by words in braces: <c>{peer}</c> is a port
/// with the fault's peer, <c>{closed}</c> one with nobody, <c>{full}</c> one that leaves callers waiting, <c>{directory}</c> an empty
/// one, <c>{bound}</c> a Unix socket at which nobody listens, <c>{datagrams}</c> one of datagrams, <c>{root}</c> a file with who issues certificates.
/// </summary>
internal sealed class FaultScenery : IDisposable
{
    private static TestAuthority Root { get; } = TestAuthority.Create();

    /// <summary>A certificate with which nothing is wrong.</summary>
    public static CertificatePlan Good { get; } = new("localhost", "127.0.0.1");

    private readonly Dictionary<string, string> _words;
    private readonly Scratch _scratch = new();
    private readonly SilentListener _full = new();
    private readonly Socket _streams = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<Socket> _unixSockets = [];
    private readonly List<Socket> _callers = [];

    public FaultScenery(ProgramFault fault)
    {
        var port = PeerPort.Choose();
        _streams.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _datagrams.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _streams.Listen();
        _ = AcceptAsync(fault.Peer);
        _ = AnswerAsync(fault.Reply);
        _words = new(StringComparer.Ordinal)
        {
            ["{peer}"] = port.ToString(CultureInfo.InvariantCulture),
            ["{closed}"] = PeerPort.Choose().ToString(CultureInfo.InvariantCulture),
            ["{full}"] = _full.Port.ToString(CultureInfo.InvariantCulture),
            ["{directory}"] = _scratch.Directory,
            ["{bound}"] = BindUnix(SocketType.Stream),
            ["{datagrams}"] = BindUnix(SocketType.Dgram),
            ["{root}"] = WriteRoot(),
        };
    }

    /// <summary>The words of a line as the program gets them.</summary>
    public string[] Arguments(string line) => [.. line.Split(' ').Select(word => Fill(word.Replace('~', ' ')))];

    /// <summary>The text with what stands for its words in braces.</summary>
    public string Fill(string text) =>
        _words.Aggregate(text, (filled, word) => filled.Replace(word.Key, word.Value, StringComparison.Ordinal));

    public static void StaySilent(Socket peer) { }

    /// <summary>Speaks TLS and shows a certificate that <c>{root}</c> has issued.</summary>
    public static Action<Socket> Show(CertificatePlan plan) => SpeakTls(new() { ServerCertificateContext = Root.Issue(plan).Context });

    /// <summary>Speaks TLS and shows a certificate that nobody vouches for.</summary>
    public static Action<Socket> ShowUnknown { get; } = SpeakTls(new() { ServerCertificateContext = TestAuthority.SelfSigned(Good).Context });

    /// <summary>Speaks TLS 1.2 and nothing later.</summary>
    public static Action<Socket> SpeakOldTls { get; } = SpeakTls(new()
    {
        ServerCertificateContext = Root.Issue(Good).Context,
        EnabledSslProtocols = SslProtocols.Tls12,
    });

    private static Action<Socket> SpeakTls(SslServerAuthenticationOptions options) => peer =>
    {
        using var tls = new SslStream(new NetworkStream(peer));
        try
        {
            tls.AuthenticateAsServer(options);
            while (tls.Read(new byte[65536]) > 0)
            {
                // What comes is of no interest.
            }
        }
        catch (Exception error) when (error is IOException or AuthenticationException or ObjectDisposedException)
        {
            // The program has gone, as it should.
        }
    };

    /// <summary>Begins a handshake, and ends in the middle.</summary>
    public static void EndInTheMiddle(Socket peer)
    {
        _ = peer.Receive(new byte[65536]);
        peer.Send([22, 3, 3, 0, 100, 2, 0, 0]);    // the head of a record, and less than it promises
        peer.Dispose();
    }

    public static void Close(Socket peer) => peer.Dispose();

    /// <summary>Takes one byte, so that the connection is known to stand, and resets it.</summary>
    public static void ResetAfterAByte(Socket peer)
    {
        _ = peer.Receive(new byte[1]);
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
    }

    /// <summary>Says this, ends its side, and takes what still comes.</summary>
    public static Action<Socket> Say(string text) => peer =>
    {
        peer.Send(Encoding.UTF8.GetBytes(text));
        peer.Shutdown(SocketShutdown.Send);
        while (peer.Receive(new byte[65536]) > 0)
        {
            // What still comes is of no interest.
        }
    };

    private string WriteRoot()
    {
        var path = _scratch.File("root.pem");
        File.WriteAllText(path, Root.Pem);
        return path;
    }

    private string BindUnix(SocketType type)
    {
        var path = _scratch.File(type.ToString());
        var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        _unixSockets.Add(socket);
        return path;
    }

    private async Task AcceptAsync(Action<Socket> peerDoes)
    {
        while (true)
        {
            var caller = await _streams.AcceptAsync();
            _callers.Add(caller);
            _ = Task.Run(() => peerDoes(caller));
        }
    }

    private async Task AnswerAsync(string? reply)
    {
        var buffer = new byte[65536];
        while (true)
        {
            var request = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            if (reply is not null)
                await _datagrams.SendToAsync(Encoding.Latin1.GetBytes(reply), request.RemoteEndPoint);
        }
    }

    public void Dispose()
    {
        foreach (var socket in (Socket[])[_streams, _datagrams, .. _unixSockets, .. _callers])
            socket.Dispose();
        _full.Dispose();
        _scratch.Dispose();
    }
}
