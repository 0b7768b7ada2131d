using System.Buffers;

namespace Sockeye.Protocols;

/// <summary>
/// The discard protocol (RFC 863): what is sent is thrown away.
/// <code>
/// stream    client: any bytes        server: nothing, until the client ends
/// datagram  client: any bytes        server: nothing
/// </code>
/// </summary>
public static class Discard
{
    /// <summary>Sends bytes, ends our side and waits for the server's end, so that on return all were taken.</summary>
    /// <param name="peer">A connection to a discard server; nothing can be sent on it afterwards.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.ProtocolViolation"/> if the server answers, and the
    /// kinds of reading and writing.</exception>
    public static async Task SendAsync(Connection peer, ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        await peer.WriteAsync(bytes, cancel).ConfigureAwait(false);
        await peer.CloseWriteAsync(cancel).ConfigureAwait(false);
        if (await peer.ReadAsync(new byte[1], cancel).ConfigureAwait(false) > 0)
            throw peer.Error(NetErrorKind.ProtocolViolation, NetOperation.Read, "a discard server does not answer, but this one did");
    }

    /// <summary>Serves one client: reads and forgets until it ends.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static async Task ServeAsync(Connection peer, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        while (await DiscardOnceAsync(peer, cancel).ConfigureAwait(false))
        {
        }
    }

    /// <summary>Leaves a datagram without an answer.</summary>
    /// <param name="request">The datagram.</param>
    /// <param name="cancel">Not used: silence is there at once.</param>
    public static ValueTask<ReadOnlyMemory<byte>?> Answer(Datagram request, CancellationToken cancel = default) =>
        new((ReadOnlyMemory<byte>?)null);

    /// <summary>Waits without a buffer, so that a silent client holds none; false at the client's end.</summary>
    private static async ValueTask<bool> DiscardOnceAsync(Connection peer, CancellationToken cancel)
    {
        _ = await peer.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            return await peer.ReadAsync(buffer, cancel).ConfigureAwait(false) > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private const int BufferSize = 64 * 1024;
}
