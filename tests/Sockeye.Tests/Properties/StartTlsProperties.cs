using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>Whatever a server says before TLS is told as one error, and read no further than the limits allow.</summary>
public class StartTlsProperties
{
    [Fact(Timeout = HangGuard)]
    public Task Whatever_a_server_says_instead_of_its_part_is_a_NetException() => Task.Run(() =>
        Prop.ForAll(Protocols(), Says(), (protocol, says) => IsToldAsync(protocol, says).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Whatever_a_server_says_for_ever_ends_within_the_limits() => Task.Run(() =>
        Prop.ForAll(Protocols(), Says(), (protocol, says) => IsStoppedAsync(protocol, says).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task A_good_server_leads_to_the_handshake_however_its_words_are_cut() => Task.Run(() =>
        Prop.ForAll(Protocols(), Gen.Choose(1, 9).ToArbitrary(), (protocol, size) => ComesToTlsAsync(protocol, size).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure());

    private static async Task<bool> IsToldAsync(StartTlsProtocol protocol, byte[] says)
    {
        var (client, server) = Connection.CreatePair();
        await server.WriteAsync(says);
        await server.CloseWriteAsync();
        var error = await ErrorAsync(protocol, client);
        server.Abort();
        return error is
        {
            Operation: NetOperation.Handshake,
            Kind: NetErrorKind.ProtocolViolation or NetErrorKind.ClosedEarly or NetErrorKind.TlsRejected or NetErrorKind.LimitExceeded,
        } && !error.Message.Any(char.IsControl);
    }

    private static async Task<bool> IsStoppedAsync(StartTlsProtocol protocol, byte[] says)
    {
        var endless = new Endless(says.Length == 0 ? [0] : says);
        await ErrorAsync(protocol, Connection.Over(endless));
        return endless.Given <= 200 * (8 * 1024 + 1) + MostBuffered;
    }

    private static async Task<bool> ComesToTlsAsync(StartTlsProtocol protocol, int size)
    {
        var (client, server) = Connection.CreatePair();
        var error = ErrorAsync(protocol, client);
        await StartTlsServer.PlayAsync(server, protocol, StartTlsServer.Script(protocol)[..^1]);
        if (protocol == StartTlsProtocol.Postgres)
            await server.Lines.ReadExactlyAsync(8);
        else
            await server.Lines.ReadLineAsync();
        foreach (var piece in Encoding.ASCII.GetBytes(StartTlsServer.Script(protocol)[^1]).Chunk(size))
            await server.WriteAsync(piece);
        var hello = (await server.Lines.ReadExactlyAsync(1)).Span[0];
        server.Abort();
        await error;
        return hello == Handshake;
    }

    private static async Task<NetException> ErrorAsync(StartTlsProtocol protocol, Connection client)
    {
        var error = await Assert.ThrowsAsync<NetException>(() => StartTls.Layer(protocol, Client)(client, default).AsTask());
        client.Abort();
        return error;
    }

    private static Arbitrary<StartTlsProtocol> Protocols() => Gen.Elements(Enum.GetValues<StartTlsProtocol>()).ToArbitrary();

    /// <summary>Pieces of good answers in any order, with anything at all between them.</summary>
    private static Arbitrary<byte[]> Says() => Gen.ArrayOf(Gen.OneOf(
            Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)),
            Gen.Elements(Pieces).Select(Encoding.ASCII.GetBytes)))
        .Select(pieces => pieces.SelectMany(piece => piece).ToArray()).ToArbitrary();

    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", " ", "-", "\0", "220", "220 ", "220-", "250-x\r\n", "250 STARTTLS\r\n", "120 wait\r\n", "220 go\r\n", "234 go\r\n", "4", "554 no\r\n",
        "* OK\r\n", "* CAPABILITY", " STARTTLS\r\n", "* CAPABILITY STARTTLS\r\n", "a1 OK\r\n", "a2 OK\r\n", "a1 NO\r\n", "* BYE\r\n", "+OK\r\n", "-ERR no\r\n",
        "S", "N", "E", "EM\0", "E\0\0\0\x9SFATAL\0Mno\0",
    ];

    /// <summary>Says the same again and again.</summary>
    private sealed class Endless(byte[] says) : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            foreach (ref var place in buffer.Span)
                place = says[Given++ % says.Length];
            return new(buffer.Length);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }

    private static readonly TlsClientOptions Client = new() { Insecure = true };

    private const byte Handshake = 22;
    private const int MostBuffered = 64 * 1024;
    private const int HangGuard = 120_000;
}
