using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>Whatever a peer sends instead of a handshake, or makes of one, is told as a <see cref="NetException"/>, and soon.</summary>
public class TlsProperties
{
    [Fact(Timeout = HangGuard)]
    public Task Whatever_a_server_sends_instead_of_its_handshake_is_a_NetException() => Task.Run(() =>
        Prop.ForAll(Noise(), bytes => IsToldAsync(bytes, connection => TlsClient.UpgradeAsync(connection, Client)).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Whatever_a_client_sends_instead_of_its_handshake_is_a_NetException() => Task.Run(() =>
        Prop.ForAll(Noise(), bytes => IsToldAsync(bytes, connection => TlsServer.UpgradeAsync(connection, Server)).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task A_handshake_in_which_a_byte_was_changed_gives_TLS_or_a_NetException() => Task.Run(() =>
        Prop.ForAll(Gen.Choose(0, 900).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (place, flip, ofServer) =>
            TamperAsync(place, (byte)flip, ofServer).GetAwaiter().GetResult()).QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Bytes_arrive_as_they_were_sent_however_they_were_cut() => Task.Run(() =>
        Prop.ForAll(Gen.ArrayOf(Gen.ArrayOf(Bytes())).ToArbitrary(), pieces => ArrivesAsync(pieces).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure());

    private static async Task<bool> IsToldAsync(byte[] bytes, Func<Connection, ValueTask<Connection>> upgrade)
    {
        var (connection, peer) = Connection.CreatePair();
        var upgrading = upgrade(connection).AsTask();
        try
        {
            await peer.WriteAsync(bytes);
            await peer.CloseWriteAsync();
        }
        catch (NetException)
        {
            // Refused in the middle of it.
        }
        var error = await Assert.ThrowsAsync<NetException>(() => upgrading);
        peer.Abort();
        return error is { Operation: NetOperation.Handshake, Kind: NetErrorKind.ProtocolViolation or NetErrorKind.ClosedEarly or NetErrorKind.TlsRejected };
    }

    /// <summary>Both ends talk through somebody who changes one byte.</summary>
    private static async Task<bool> TamperAsync(int place, byte flip, bool ofServer)
    {
        var (client, nearClient) = Connection.CreatePair();
        var (nearServer, server) = Connection.CreatePair();
        var calling = OutcomeAsync(TlsClient.UpgradeAsync(client, Client));
        var serving = OutcomeAsync(TlsServer.UpgradeAsync(server, Server));
        var forth = ForwardAsync(nearClient, nearServer, ofServer ? -1 : place, flip);
        var back = ForwardAsync(nearServer, nearClient, ofServer ? place : -1, flip);
        await Task.WhenAll(calling, serving);
        foreach (var connection in new[] { client, nearClient, nearServer, server })
            connection.Abort();
        await Task.WhenAll(forth, back);
        return true;
    }

    private static async Task OutcomeAsync(ValueTask<Connection> upgrading)
    {
        try
        {
            (await upgrading).Abort();
        }
        catch (NetException error)
        {
            Assert.Equal(NetOperation.Handshake, error.Operation);
        }
    }

    private static async Task ForwardAsync(Connection from, Connection to, int place, byte flip)
    {
        var buffer = new byte[4096];
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var count)
            {
                if (place >= 0 && place < count)
                    buffer[place] ^= flip;
                place -= count;
                await to.WriteAsync(buffer.AsMemory(0, count));
            }
            await to.CloseWriteAsync();
        }
        catch (Exception error) when (error is NetException or ObjectDisposedException)
        {
            // One of the ends has gone.
        }
    }

    private static async Task<bool> ArrivesAsync(byte[][] pieces)
    {
        var (client, server) = await TlsPairs.CreateAsync(Connection.CreatePair());
        var receiving = Task.Run(async () =>
        {
            var received = new MemoryStream();
            await server.CopyToAsync(received);
            await server.CloseAsync();
            return received.ToArray();
        });
        foreach (var piece in pieces)
            await client.WriteAsync(piece);
        await client.CloseAsync();
        return (await receiving).SequenceEqual(pieces.SelectMany(piece => piece));
    }

    private static Gen<byte> Bytes() => Gen.Choose(0, 255).Select(value => (byte)value);

    /// <summary>Anything at all, and what begins as TLS does.</summary>
    private static Arbitrary<byte[]> Noise() => Gen.OneOf(
        Gen.ArrayOf(Bytes()),
        from type in Gen.Elements<byte>(20, 21, 22, 23)
        from message in Gen.Choose(0, 25)
        from body in Gen.ArrayOf(Bytes())
        from excess in Gen.Elements(0, 0, 1)
        select (byte[])[type, 3, 3, 0, (byte)(body.Length + 4 + excess), (byte)message, 0, 0, (byte)body.Length, .. body]).ToArbitrary();

    // A length that was made longer keeps both ends waiting: that is told when the time is up.
    private static readonly TlsClientOptions Client = new() { Insecure = true, HandshakeTimeout = TimeSpan.FromMilliseconds(500) };

    private static readonly TlsServerOptions Server = new()
    {
        Certificates = [TlsCertificate.SelfSigned()],
        HandshakeTimeout = TimeSpan.FromMilliseconds(500),
    };

    private const int HangGuard = 120_000;
}
