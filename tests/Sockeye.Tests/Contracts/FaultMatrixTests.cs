using System.Net;
using System.Net.Sockets;
using System.Text;
using Sockeye.Protocols;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Sockeye.Tests.Tls;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>Every kind of error, provoked for real through every door of the library that can meet it. The doors of
/// the program are in ProgramFaultTests.</summary>
public class FaultMatrixTests
{
    public static TheoryData<string> Rows => [.. Faults.Select(fault => fault.Situation)];

    [Theory(Timeout = 60_000), MemberData(nameof(Rows))]
    public async Task Every_door_gives_the_one_kind(string situation)
    {
        var fault = Faults.Single(fault => fault.Situation == situation);
        var error = await Assert.ThrowsAsync<NetException>(fault.Provoke);
        Assert.Equal((fault.Kind, fault.Operation), (error.Kind, error.Operation));
        Assert.Equal(NetErrors.BlameOf(fault.Kind), error.Blame);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(error.Reason.EndsWith('.'), error.Reason);
        if (fault.Operation != NetOperation.Parse)
            Assert.StartsWith(error.Operation.ToString(), error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_kind_that_this_release_can_meet_is_in_the_matrix()
    {
        // A proxy comes later; an unexpected error has no cause that could be provoked; used-up descriptors would
        // disturb the tests beside this one, so that row is the program's.
        NetErrorKind[] elsewhere =
            [NetErrorKind.ProxyRefused, NetErrorKind.Unexpected, NetErrorKind.ResourceExhausted];
        Assert.Empty(Enum.GetValues<NetErrorKind>().Except(Faults.Select(fault => fault.Kind)).Except(elsewhere));
    }

    private sealed record Fault(string Situation, NetErrorKind Kind, NetOperation Operation, Func<Task> Provoke);

    private static Resolver HalfFailing { get; } = new((_, family, _) => throw new SocketException(
        (int)(family == AddressFamily.InterNetwork ? SocketError.TryAgain : SocketError.HostNotFound)));

    private static Resolver Silent { get; } = new(async (_, _, cancel) =>
    {
        await Task.Delay(Timeout.Infinite, cancel);
        return [];
    });

    private static Resolver Nameless { get; } = new(
        (_, _, _) => Task.FromResult<IPAddress[]>([]), (_, _) => throw new SocketException((int)SocketError.HostNotFound));

    private static readonly byte[] Much = new byte[50_000_000];

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly Fault[] Faults =
    [
        new("port out of range, address text", NetErrorKind.InvalidAddress, NetOperation.Parse, () => ConnectAsync("localhost:65536")),
        new("port with a sign, host and port", NetErrorKind.InvalidAddress, NetOperation.Parse, () => Connection.ConnectAsync("localhost", "+80").AsTask()),
        new("hexadecimal port, datagrams", NetErrorKind.InvalidAddress, NetOperation.Parse, () => DatagramSocket.ConnectAsync("localhost", "0x50").AsTask()),
        new("port with a blank, listening", NetErrorKind.InvalidAddress, NetOperation.Parse, Now(() => Listener.Listen("localhost: 80"))),
        new("octal address text", NetErrorKind.InvalidAddress, NetOperation.Parse, () => ConnectAsync("010.0.0.1:80")),
        new("IPv6 without brackets", NetErrorKind.InvalidAddress, NetOperation.Parse, () => ConnectAsync("::1:80")),
        new("port 0 as a target, streams", NetErrorKind.InvalidAddress, NetOperation.Connect, () => ConnectAsync("127.0.0.1:0")),
        new("port 0 as a target, datagrams", NetErrorKind.InvalidAddress, NetOperation.Connect, () => DatagramSocket.ConnectAsync("127.0.0.1", 0).AsTask()),
        new("Unix path too long", NetErrorKind.InvalidAddress, NetOperation.Parse, () => ConnectAsync("unix:/" + new string('x', 200))),
        new("listening at a host name", NetErrorKind.InvalidAddress, NetOperation.Parse, Now(() => Listener.Listen("www.example.com:80"))),

        new("service unknown, streams", NetErrorKind.UnknownService, NetOperation.Parse, () => ConnectAsync("localhost:nosuchservice")),
        new("service unknown, datagrams", NetErrorKind.UnknownService, NetOperation.Parse, () => DatagramSocket.ConnectAsync("localhost", "nosuchservice").AsTask()),
        new("service unknown, registry", NetErrorKind.UnknownService, NetOperation.Parse, Now(() => ServiceRegistry.BuiltIn.PortOf("nosuchservice"))),

        new("name not found, streams", NetErrorKind.NameNotFound, NetOperation.Resolve, () => ConnectAsync("nosuch.invalid:80")),
        new("name not found, datagrams", NetErrorKind.NameNotFound, NetOperation.Resolve, () => DatagramSocket.ConnectAsync("nosuch.invalid", 80).AsTask()),
        new("name not found, resolver", NetErrorKind.NameNotFound, NetOperation.Resolve, () => Resolver.System.ResolveAsync("nosuch.invalid")),
        new("no address of the family", NetErrorKind.NameNotFound, NetOperation.Resolve,
            () => ConnectAsync("127.0.0.1:80", new() { Family = AddressFamily.InterNetworkV6 })),
        new("one family absent, the other's servers failed, streams", NetErrorKind.NameServerFailed, NetOperation.Resolve,
            () => ConnectAsync("half.test:80", new() { Resolver = HalfFailing })),
        new("one family absent, the other's servers failed, datagrams", NetErrorKind.NameServerFailed, NetOperation.Resolve,
            () => DatagramSocket.ConnectAsync("half.test", 80, new() { Resolver = HalfFailing }).AsTask()),
        new("address without a name", NetErrorKind.NoNameForAddress, NetOperation.Resolve, () => Nameless.NameOfAsync(IPAddress.Loopback)),

        new("refused, streams", NetErrorKind.Refused, NetOperation.Connect, () => ConnectAsync($"127.0.0.1:{PeerPort.Choose()}")),
        new("refused, both families", NetErrorKind.Refused, NetOperation.Connect, () => ConnectAsync($"localhost:{PeerPort.Choose()}")),
        new("refused, datagrams", NetErrorKind.Refused, NetOperation.Read, RefusedDatagramAsync),
        new("refused, Unix", NetErrorKind.Refused, NetOperation.Connect, RefusedUnixAsync),
        new("unreachable", NetErrorKind.Unreachable, NetOperation.Connect, () => ConnectAsync("224.0.0.1:80")),

        new("silent while connecting", NetErrorKind.TimedOut, NetOperation.Connect, ConnectToFullBacklogAsync),
        new("silent name server", NetErrorKind.TimedOut, NetOperation.Resolve,
            () => ConnectAsync("slow.test:80", new() { Resolver = Silent, Timeout = Short })),
        new("silent peer, asynchronous read", NetErrorKind.TimedOut, NetOperation.Read, () => WithPeer(c => c.ReadAsync(new byte[1]).AsTask())),
        new("silent peer, blocking read", NetErrorKind.TimedOut, NetOperation.Read, () => WithPeer(Blocking(c => c.ReadByte()))),
        new("silent peer, lines", NetErrorKind.TimedOut, NetOperation.Read, () => WithPeer(c => c.Lines.ReadLineAsync().AsTask())),
        new("silent peer, datagrams", NetErrorKind.TimedOut, NetOperation.Read, SilentDatagramAsync),
        new("peer that takes nothing, asynchronous write", NetErrorKind.TimedOut, NetOperation.Write, () => WithPeer(c => c.WriteAsync(Much).AsTask())),
        new("peer that takes nothing, blocking write", NetErrorKind.TimedOut, NetOperation.Write, () => WithPeer(Blocking(c => c.Write(Much)))),
        new("peer that takes nothing, lines", NetErrorKind.TimedOut, NetOperation.Write, () => WithPeer(c => c.Lines.WriteAsync(Much).AsTask())),

        new("port in use, streams", NetErrorKind.AddressInUse, NetOperation.Listen, ListenTwiceAsync),
        new("port in use, datagrams", NetErrorKind.AddressInUse, NetOperation.Listen, BindTwiceAsync),
        new("address not ours, listening", NetErrorKind.AddressUnavailable, NetOperation.Listen, Now(() => Listener.Listen("198.51.100.7:0"))),
        new("address not ours, datagrams", NetErrorKind.AddressUnavailable, NetOperation.Listen, Now(() => DatagramSocket.Bind("198.51.100.7:0"))),
        new("source address not ours", NetErrorKind.AddressUnavailable, NetOperation.Connect,
            () => ConnectAsync("127.0.0.1:9", new() { Source = Address.Tcp("198.51.100.7", 0) })),
        new("source of another family", NetErrorKind.InvalidAddress, NetOperation.Connect,
            () => ConnectAsync("127.0.0.1:9", new() { Source = Address.Tcp("::1", 0) })),
        new("broadcast without asking for it", NetErrorKind.AccessDenied, NetOperation.Write, BroadcastAsync),
        new("Unix path missing", NetErrorKind.NotFound, NetOperation.Connect, () => ConnectAsync("unix:/nowhere/socket")),
        new("Unix directory missing, listening", NetErrorKind.NotFound, NetOperation.Listen, Now(() => Listener.Listen("unix:/nowhere/socket"))),
        new("Unix socket of another type", NetErrorKind.Unsupported, NetOperation.Connect, OtherTypeAsync),
        new("TLS without anything that speaks it, connecting", NetErrorKind.Unsupported, NetOperation.Connect, () => ConnectAsync("tls://localhost:443")),
        new("TLS without anything that speaks it, listening", NetErrorKind.Unsupported, NetOperation.Listen, Now(() => Listener.Listen("tls://localhost:0"))),
        new("TLS asked for and another layer put on", NetErrorKind.Unsupported, NetOperation.Handshake, ConnectWithoutTlsAsync),

        new("reset, asynchronous read", NetErrorKind.Reset, NetOperation.Read, () => WithPeer(c => c.ReadAsync(new byte[1]).AsTask(), Reset)),
        new("reset, blocking read", NetErrorKind.Reset, NetOperation.Read, () => WithPeer(Blocking(c => c.ReadByte()), Reset)),
        new("reset, lines", NetErrorKind.Reset, NetOperation.Read, () => WithPeer(c => c.Lines.ReadLineAsync().AsTask(), Reset)),
        new("reset, copying", NetErrorKind.Reset, NetOperation.Read, () => WithPeer(c => c.CopyToAsync(Stream.Null), Reset)),
        new("reset, asynchronous write", NetErrorKind.Reset, NetOperation.Write, () => WithPeer(WriteUntilItFailsAsync, Reset)),
        new("reset, closing", NetErrorKind.Reset, NetOperation.Close, () => WithPeer(SendAndCloseAsync, Reset)),
        new("closed by the peer, asynchronous write", NetErrorKind.ClosedForWriting, NetOperation.Write, () => WithPeer(WriteUntilItFailsAsync, Close)),
        new("closed by the peer, blocking write", NetErrorKind.ClosedForWriting, NetOperation.Write, () => WithPeer(Blocking(WriteUntilItFails), Close)),
        new("closed by the peer, lines", NetErrorKind.ClosedForWriting, NetOperation.Write, () => WithPeer(WriteLinesUntilItFailsAsync, Close)),
        new("after a cancelled write", NetErrorKind.ClosedForWriting, NetOperation.Write, () => WithPeer(WriteAfterCancelAsync, _ => { })),
        new("fewer bytes than expected", NetErrorKind.ClosedEarly, NetOperation.Read, () => WithPeer(c => c.Lines.ReadExactlyAsync(10).AsTask(), Say("short"))),
        new("line too long", NetErrorKind.LimitExceeded, NetOperation.Read,
            () => WithPeer(c => c.Lines.ReadLineAsync().AsTask(), Say(new string('x', 100_000)))),
        new("TLS peer that speaks plain text, client", NetErrorKind.ProtocolViolation, NetOperation.Handshake, () => WithPeer(UpgradeAsync, Say("220 ready\r\n"))),
        new("TLS peer that speaks plain text, server", NetErrorKind.ProtocolViolation, NetOperation.Handshake, () => WithPeer(ServeTlsAsync, Say("GET / HTTP/1.0\r\n\r\n"))),
        new("TLS peer that is silent, client", NetErrorKind.TimedOut, NetOperation.Handshake, () => WithPeer(c => UpgradeAsync(c, Short), _ => { })),
        new("TLS peer that is silent, server", NetErrorKind.TimedOut, NetOperation.Handshake, () => WithPeer(c => ServeTlsAsync(c, Short), _ => { })),
        new("TLS peer that is silent, connecting with a layer", NetErrorKind.TimedOut, NetOperation.Handshake,
            () => ConnectToSilentPeerAsync(TlsClient.Layer(new() { Insecure = true }))),
        new("TLS peer that is silent, accepting with a layer", NetErrorKind.TimedOut, NetOperation.Handshake, AcceptSilentTlsAsync),
        new("TLS peer that ends in the handshake", NetErrorKind.ClosedEarly, NetOperation.Handshake, () => WithPeer(UpgradeAsync, Say("\u0016\u0003\u0003"))),
        new("TLS peer that ends before the handshake", NetErrorKind.ClosedEarly, NetOperation.Handshake, () => WithPeer(UpgradeAsync, Say(""))),
        new("TLS peer that resets in the handshake", NetErrorKind.Reset, NetOperation.Handshake, () => WithPeer(UpgradeAsync, Reset)),
        new("TLS peer that sends an alert", NetErrorKind.TlsRejected, NetOperation.Handshake,
            () => WithPeer(UpgradeAsync, Say("\u0015\u0003\u0003\0\u0002\u0002\u0028"))),
        new("TLS peer whose messages make no sense", NetErrorKind.ProtocolViolation, NetOperation.Handshake,
            () => WithPeer(UpgradeAsync, Say("\u0016\u0003\u0003\0\u0004\t\0\0\0"))),
        new("bytes before an upgrade to TLS", NetErrorKind.ProtocolViolation, NetOperation.Handshake, () => WithPeer(UpgradeBesideInjectionAsync, Say("ready\nand more\n"))),
        new("STARTTLS that is not offered", NetErrorKind.TlsRejected, NetOperation.Handshake, () => WithPeer(StartTlsAsync, Say("220 hi\r\n250 mail.test\r\n"))),
        new("STARTTLS of another protocol", NetErrorKind.ProtocolViolation, NetOperation.Handshake, () => WithPeer(StartTlsAsync, Say("+OK POP3\r\n"))),
        new("STARTTLS with bytes slipped in", NetErrorKind.ProtocolViolation, NetOperation.Handshake,
            () => WithPeer(StartTlsAsync, Say("220 hi\r\n250-mail.test\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n"))),
        new("STARTTLS, a greeting that does not end", NetErrorKind.LimitExceeded, NetOperation.Handshake, () => WithPeer(StartTlsAsync, Say(new string('2', 10_000)))),
        new("STARTTLS, the peer ends instead", NetErrorKind.ClosedEarly, NetOperation.Handshake, () => WithPeer(StartTlsAsync, Say("220 hi\r\n"))),
        new("STARTTLS, the peer is silent", NetErrorKind.TimedOut, NetOperation.Handshake,
            () => ConnectToSilentPeerAsync(StartTls.Layer(StartTlsProtocol.Smtp))),
        new("certificate expired", NetErrorKind.TlsRejected, NetOperation.Handshake,
            () => RejectAsync(new CertificatePlan("localhost") { NotAfter = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero) })),
        new("certificate not valid yet", NetErrorKind.TlsRejected, NetOperation.Handshake,
            () => RejectAsync(new CertificatePlan("localhost") { NotBefore = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero) })),
        new("certificate for another name", NetErrorKind.TlsRejected, NetOperation.Handshake, () => RejectAsync(new CertificatePlan("other.test"))),
        new("certificate of an unknown issuer", NetErrorKind.TlsRejected, NetOperation.Handshake,
            () => RejectAsync(TestAuthority.Create().Issue("localhost"), new() { Authorities = TlsTestBed.Root.Trust })),
        new("certificate that is self-signed", NetErrorKind.TlsRejected, NetOperation.Handshake,
            () => RejectAsync(TlsCertificate.SelfSigned(), new() { Authorities = TlsTestBed.Root.Trust })),
        new("certificate with another key than the pinned one", NetErrorKind.TlsRejected, NetOperation.Handshake,
            () => RejectAsync(TlsCertificate.SelfSigned(), new() { Insecure = true, Pins = [TlsTestBed.Root.Issue("x").Info.Pin] })),
        new("version of TLS that is not spoken", NetErrorKind.TlsRejected, NetOperation.Handshake, RejectVersionAsync),
        new("TLS that ends without close_notify, asynchronous read", NetErrorKind.ClosedEarly, NetOperation.Read, () => WithTlsPeer(c => c.ReadAsync(new byte[1]).AsTask(), EndBare)),
        new("TLS that ends without close_notify, blocking read", NetErrorKind.ClosedEarly, NetOperation.Read, () => WithTlsPeer(Blocking(c => c.ReadByte()), EndBare)),
        new("TLS that ends without close_notify, lines", NetErrorKind.ClosedEarly, NetOperation.Read, () => WithTlsPeer(c => c.Lines.ReadLineAsync().AsTask(), EndBare)),
        new("TLS that ends without close_notify, session", NetErrorKind.ClosedEarly, NetOperation.Read, () => WithTlsPeer(SessionAsync(), EndBare)),
        new("TLS peer that resets, asynchronous read", NetErrorKind.Reset, NetOperation.Read, () => WithTlsPeer(c => c.ReadAsync(new byte[1]).AsTask(), c => c.Abort())),
        new("TLS peer that resets, asynchronous write", NetErrorKind.Reset, NetOperation.Write, () => WithTlsPeer(WriteUntilItFailsAsync, c => c.Abort())),
        new("TLS peer that resets, closing", NetErrorKind.Reset, NetOperation.Close, () => WithTlsPeer(SendAndCloseAsync, c => c.Abort())),
        new("TLS peer that is silent, asynchronous read", NetErrorKind.TimedOut, NetOperation.Read, () => WithTlsPeer(c => c.ReadAsync(new byte[1]).AsTask())),
        new("TLS peer that is silent, blocking read", NetErrorKind.TimedOut, NetOperation.Read, () => WithTlsPeer(Blocking(c => c.ReadByte()))),
        new("TLS peer that takes nothing, asynchronous write", NetErrorKind.TimedOut, NetOperation.Write, () => WithTlsPeer(c => c.WriteAsync(Much).AsTask())),
        new("TLS peer that takes nothing, blocking write", NetErrorKind.TimedOut, NetOperation.Write, () => WithTlsPeer(Blocking(c => c.Write(Much)))),

        new("reply that is no HTTP", NetErrorKind.ProtocolViolation, NetOperation.Read, () => WithPeer(GetAsync, Say("220 ready\r\n\r\n"))),
        new("body shorter than promised", NetErrorKind.ClosedEarly, NetOperation.Read,
            () => WithPeer(GetAsync, Say("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nshort"))),
        new("body larger than the limit", NetErrorKind.LimitExceeded, NetOperation.Read,
            () => WithPeer(GetAsync, Say($"HTTP/1.0 200 OK\r\n\r\n{new string('x', 10_000)}"))),
        new("control character in an HTTP path", NetErrorKind.InvalidAddress, NetOperation.Parse, () => Http.GetAsync("http://localhost/a\rb")),

        new("reset, session", NetErrorKind.Reset, NetOperation.Read, () => WithPeer(SessionAsync(), Reset)),
        new("closed by the peer, session", NetErrorKind.ClosedForWriting, NetOperation.Write, () => WithPeer(SessionAsync(new EndlessStream()), Close)),
        new("silent peer, session", NetErrorKind.TimedOut, NetOperation.Read, () => WithPeer(SessionAsync(idle: Short), _ => { })),

        new("datagram too large", NetErrorKind.MessageTooLarge, NetOperation.Write, TooLargeDatagramAsync),
    ];

    private static Task ConnectAsync(string address, ConnectOptions? options = null) =>
        Connection.ConnectAsync(Address.Parse(address), options).AsTask();

    private static Func<Task> Now(Func<object> action) => () => Task.Run(action);

    private static Func<Connection, Task> Blocking(Action<Connection> action) => connection => Task.Run(() => action(connection));

    private static async Task WithPeer(Func<Connection, Task> act, Action<Socket>? peerDoes = null)
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        (connection.ReadTimeout, connection.WriteTimeout) = peerDoes is null ? (50, 50) : (30_000, 30_000);
        peerDoes?.Invoke(peer);
        try
        {
            await act(connection);
        }
        finally
        {
            connection.Abort();
            peer.Dispose();
        }
    }

    /// <summary>The same, with TLS between the two; the peer is reached beneath it.</summary>
    private static async Task WithTlsPeer(Func<Connection, Task> act, Action<Connection>? peerDoes = null)
    {
        var (inner, bare) = await ConnectionPairs.CreateAsync(Ground.Tcp);
        var (connection, peer) = await TlsPairs.CreateAsync((inner, bare));
        (connection.ReadTimeout, connection.WriteTimeout) = peerDoes is null ? (50, 50) : (30_000, 30_000);
        peerDoes?.Invoke(bare);
        try
        {
            await act(connection);
        }
        finally
        {
            connection.Abort();
            peer.Abort();
        }
    }

    private static void EndBare(Connection beneathTls) => beneathTls.CloseWriteAsync().AsTask().Wait();

    private static Task UpgradeAsync(Connection connection) => UpgradeAsync(connection, Long);

    private static Task UpgradeAsync(Connection connection, TimeSpan limit) =>
        TlsClient.UpgradeAsync(connection, new() { Insecure = true, HandshakeTimeout = limit }).AsTask();

    private static Task ServeTlsAsync(Connection connection) => ServeTlsAsync(connection, Long);

    private static Task ServeTlsAsync(Connection connection, TimeSpan limit) => TlsServer.UpgradeAsync(
        connection, TlsTestBed.Showing(TlsTestBed.Root.Issue("x.test")) with { HandshakeTimeout = limit }).AsTask();

    private static async Task UpgradeBesideInjectionAsync(Connection connection)
    {
        await connection.Lines.ReadLineAsync();
        await UpgradeAsync(connection);
    }

    private static async Task ConnectWithoutTlsAsync()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        await ConnectAsync($"tls://{listener.LocalAddress}", new() { Layers = [(inner, _) => new(Connection.Over(inner))] });
    }

    /// <summary>One limit is for connecting and for the layer: it passes when the connection stands.</summary>
    private static async Task ConnectToSilentPeerAsync(ConnectionLayer layer)
    {
        var (clock, connected) = (new FakeTimeProvider(), new TaskCompletionSource());
        await using var silent = Listener.Listen("127.0.0.1:0");
        var connecting = ConnectAsync($"{silent.LocalAddress}", new() { Time = clock, Timeout = Short, Layers = [TellAsync, layer] });
        await connected.Task;
        clock.Advance(Short);
        await connecting;

        ValueTask<Connection> TellAsync(Connection inner, CancellationToken cancel)
        {
            connected.SetResult();
            return new(inner);
        }
    }

    private static Task StartTlsAsync(Connection connection) =>
        StartTls.Layer(StartTlsProtocol.Smtp, new() { Insecure = true })(connection, default).AsTask();

    private static async Task AcceptSilentTlsAsync()
    {
        var layer = TlsServer.Layer(TlsTestBed.Showing(TlsTestBed.Root.Issue("x.test")));
        await using var listener = Listener.Listen("127.0.0.1:0", new() { LayerTimeout = Short, Layers = [layer] });
        await using var silent = await Connection.ConnectAsync(listener.LocalAddress);
        await listener.AcceptAsync();
    }

    private static Task RejectAsync(CertificatePlan plan) =>
        RejectAsync(TlsTestBed.Root.Issue(plan), new() { Authorities = TlsTestBed.Root.Trust });

    private static async Task RejectAsync(TlsCertificate certificate, TlsClientOptions client)
    {
        await using var server = TlsTestBed.StartEcho(TlsTestBed.Showing(certificate));
        await TlsTestBed.ConnectAsync(Address.Tcp("localhost", server.LocalAddress.Port), client);
    }

    private static async Task RejectVersionAsync()
    {
        var options = TlsTestBed.Showing(TlsTestBed.Root.Issue("x.test")) with { LowestVersion = TlsVersion.Tls13 };
        await using var server = TlsTestBed.StartEcho(options);
        await TlsTestBed.ConnectAsync(server.LocalAddress, new() { Insecure = true, HighestVersion = TlsVersion.Tls12 });
    }

    private static void Close(Socket peer)
    {
        peer.Shutdown(SocketShutdown.Both);    // at once, even where a process that is being started has the socket as well
        peer.Dispose();
    }

    private static void Reset(Socket peer)
    {
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
    }

    private static Action<Socket> Say(string text) => peer => _ = Task.Run(async () =>
    {
        await peer.SendAsync(Encoding.UTF8.GetBytes(text));
        peer.Shutdown(SocketShutdown.Send);
    });

    private static async Task WriteUntilItFailsAsync(Connection connection)
    {
        while (true)
            await connection.WriteAsync(new byte[1000]);
    }

    private static void WriteUntilItFails(Connection connection)
    {
        while (true)
            connection.Write(new byte[1000]);
    }

    private static async Task WriteLinesUntilItFailsAsync(Connection connection)
    {
        while (true)
        {
            await connection.Lines.WriteLineAsync("line");
            await connection.Lines.FlushAsync();
        }
    }

    private static async Task WriteAfterCancelAsync(Connection connection)
    {
        using var cancel = new CancellationTokenSource();
        var writing = connection.WriteAsync(Much, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await connection.WriteAsync(new byte[1]);
    }

    private static async Task SendAndCloseAsync(Connection connection)
    {
        try
        {
            await connection.WriteAsync(new byte[1]);
        }
        catch (NetException)
        {
            // The reset may have come already; closing says it all the same.
        }
        await connection.CloseAsync();
    }

    private static async Task GetAsync(Connection connection)
    {
        await using var response = await Http.GetAsync(connection, "/", new() { MaxSize = 1000 });
        await response.Body.CopyToAsync(Stream.Null);
    }

    /// <summary>A session tells what failed in its outcome.</summary>
    private static Func<Connection, Task> SessionAsync(Stream? input = null, TimeSpan? idle = null) => async connection =>
    {
        var options = new SessionOptions { IdleTimeout = idle ?? Long };
        var outcome = await Session.RunAsync(End.Of(input, Stream.Null), End.Of(connection), options);
        Assert.Equal(SessionEnding.Failed, outcome.Ending);
        throw outcome.Error!;
    };

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }

    private static async Task RefusedDatagramAsync()
    {
        await using var socket = await DatagramSocket.ConnectAsync("127.0.0.1", PeerPort.Choose());
        await socket.SendAsync("anybody?");
        await socket.ReceiveAsync();
    }

    private static async Task SilentDatagramAsync()
    {
        await using var silent = DatagramSocket.Bind("127.0.0.1:0");
        await using var socket = await DatagramSocket.ConnectAsync(silent.LocalAddress, new() { ReceiveTimeout = Short });
        await socket.ReceiveAsync();
    }

    private static async Task TooLargeDatagramAsync()
    {
        await using var sink = DatagramSocket.Bind("127.0.0.1:0");
        await using var socket = await DatagramSocket.ConnectAsync(sink.LocalAddress);
        await socket.SendAsync(new byte[70_000]);
    }

    private static async Task BroadcastAsync()
    {
        await using var socket = DatagramSocket.Open();
        await socket.SendToAsync(new byte[1], Address.Udp("127.255.255.255", 9));
    }

    private static async Task RefusedUnixAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var name = Guid.NewGuid().ToString("N");
        socket.Bind(new UnixDomainSocketEndPoint($"\0{name}")); // Bound, but it never listens.
        await ConnectAsync($"unix:@{name}");
    }

    private static async Task OtherTypeAsync()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            await using var datagrams = DatagramSocket.Bind($"unixgram:{directory.FullName}/socket");
            await ConnectAsync($"unix:{directory.FullName}/socket");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task ConnectToFullBacklogAsync()
    {
        using var full = new SilentListener();
        await ConnectAsync($"127.0.0.1:{full.Port}", new() { Timeout = Short });
    }

    private static async Task ListenTwiceAsync()
    {
        await using var first = Listener.Listen("127.0.0.1:0");
        Listener.Listen(first.LocalAddress);
    }

    private static async Task BindTwiceAsync()
    {
        await using var first = DatagramSocket.Bind("127.0.0.1:0");
        DatagramSocket.Bind(first.LocalAddress);
    }
}
