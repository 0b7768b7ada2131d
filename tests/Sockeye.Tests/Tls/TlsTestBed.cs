using System.Net.Sockets;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Tls;

/// <summary>What tests of the handshake share: a root that clients trust, and both ends of it.</summary>
internal static class TlsTestBed
{
    /// <summary>Trusted by <see cref="Client"/>.</summary>
    public static TestAuthority Root { get; } = TestAuthority.Create();

    /// <summary>A client that trusts <see cref="Root"/> and nobody else.</summary>
    public static TlsClientOptions Client { get; } = new() { Authorities = Root.Trust };

    /// <summary>A client that wants to talk with this name.</summary>
    public static TlsClientOptions ClientOf(string name) => Client with { ServerName = name };

    /// <summary>A server that shows these.</summary>
    public static TlsServerOptions Showing(params TlsCertificate[] certificates) => new() { Certificates = certificates };

    /// <summary>A server of the library that answers each line with itself.</summary>
    public static Server StartEcho(TlsServerOptions options, Action<Connection, Exception?>? ended = null) => Server.Start(
        "127.0.0.1:0",
        async (peer, cancel) =>
        {
            await foreach (var line in peer.Lines.ReadAllAsync(cancel))
                await peer.Lines.WriteLineAsync(line, cancel);
        },
        new() { Listen = new() { Layers = [TlsServer.Layer(options)] }, OnDisconnected = ended });

    public static ValueTask<Connection> ConnectAsync(Address address, TlsClientOptions options) =>
        Connection.ConnectAsync(address, new ConnectOptions { Layers = [TlsClient.Layer(options)] });

    /// <summary>Why the handshake of these two fails, as the client tells it.</summary>
    public static async Task<NetException> RejectionAsync(TlsClientOptions client, TlsServerOptions server)
    {
        await using var serving = StartEcho(server);
        var error = await Assert.ThrowsAsync<NetException>(() => ConnectAsync(serving.LocalAddress, client).AsTask());
        Assert.Equal(NetOperation.Handshake, error.Operation);
        Assert.Equal(serving.LocalAddress, error.Address);
        return error;
    }

    /// <summary>Why a client's handshake fails with a peer that does this on the bare socket.</summary>
    public static async Task<NetException> RejectionByAsync(Func<Socket, Task> peerDoes, TlsClientOptions? client = null)
    {
        var (connection, peer) = await ConnectionPairs.CreateWithBarePeerAsync(Ground.Tcp);
        using var _ = peer;
        var misbehaving = peerDoes(peer);
        var error = await Assert.ThrowsAsync<NetException>(() => TlsClient.UpgradeAsync(connection, client ?? new() { Insecure = true }).AsTask());
        await misbehaving;
        return error;
    }

    public const int HangGuard = 60_000;
}
