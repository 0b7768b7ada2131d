using System.Buffers;

namespace Sockeye.Protocols;

/// <summary>
/// The echo protocol (RFC 862): what is sent comes back.
/// <code>
/// stream    client: any bytes, in any pieces        server: the same bytes, until the client ends
/// datagram  client: any bytes                       server: one datagram with the same bytes
/// </code>
/// </summary>
public static class Echo
{
    /// <summary>Sends bytes and returns what came back in their place: as many bytes, which an honest server makes
    /// the same ones. It reads while it sends, so that any amount passes.</summary>
    /// <param name="peer">A connection to an echo server; it can be used again afterwards.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.ClosedEarly"/> if the server ends before it has
    /// returned every byte, and the kinds of reading and writing.</exception>
    public static async Task<byte[]> EchoAsync(Connection peer, ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var sending = SendAsync(peer, bytes, failed.Token);
        try
        {
            var returned = await ReceiveAsync(peer, bytes.Length, cancel).ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            return returned;
        }
        finally
        {
            await failed.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends one datagram and returns the next one that comes, as a copy.</summary>
    /// <param name="socket">A socket connected to an echo server. Its receive limit applies: datagrams get lost.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.Refused"/> if nobody listens there,
    /// <see cref="NetErrorKind.TimedOut"/> if the socket's limit passes, and the kinds of sending.</exception>
    public static async Task<byte[]> EchoAsync(DatagramSocket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        await socket.SendAsync(bytes, cancel).ConfigureAwait(false);
        var reply = await socket.ReceiveAsync(cancel).ConfigureAwait(false);
        return reply.Bytes.ToArray();
    }

    /// <summary>Serves one client: returns its bytes until it ends, then ends too. A client that sends and does not
    /// read is slowed down, never buffered for.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static async Task ServeAsync(Connection peer, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        int count;
        do
        {
            // Waits without a buffer, so that a silent client holds none.
            _ = await peer.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                count = await peer.ReadAsync(buffer, cancel).ConfigureAwait(false);
                await peer.WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        while (count > 0);
        await peer.CloseWriteAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Answers a datagram with its own bytes.</summary>
    /// <param name="request">The datagram.</param>
    /// <param name="cancel">Not used: the answer is there at once.</param>
    public static ValueTask<ReadOnlyMemory<byte>?> Answer(Datagram request, CancellationToken cancel = default) =>
        new(request.Bytes);

    private static async Task SendAsync(Connection peer, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await peer.WriteAsync(bytes, cancel).ConfigureAwait(false);
        await peer.FlushAsync(cancel).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReceiveAsync(Connection peer, int count, CancellationToken cancel)
    {
        var bytes = new byte[count];
        var read = await peer.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return read == count ? bytes : throw peer.Error(NetErrorKind.ClosedEarly, NetOperation.Read,
            $"the peer ended when {read} of {Texts.Bytes(count)} had come back");
    }

    private const int BufferSize = 64 * 1024;
}
