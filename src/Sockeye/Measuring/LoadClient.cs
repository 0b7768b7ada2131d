using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sockeye.Protocols;

namespace Sockeye.Measuring;

/// <summary>One connection of a load, or one after another, and what a request on it is.</summary>
internal abstract class LoadClient(Address address, LoadOptions options)
{
    private Connection? _peer;

    public static LoadClient For(Address address, string path, LoadOptions options) => options.Mode switch
    {
        LoadMode.Echo => new EchoClient(address, options),
        LoadMode.Send => new SendClient(address, options),
        LoadMode.Connect => new ConnectClient(address, options),
        _ => new GetClient(address, path, options),
    };

    /// <summary>Whether a connection serves more than one request.</summary>
    public virtual bool KeepsConnection => true;

    public bool IsConnected => Volatile.Read(ref _peer) is not null;

    /// <summary>Whom it is or was connected to last, numeric.</summary>
    public Address? RemoteAddress { get; private set; }

    /// <summary>Makes a connection. After a cancellation there is none.</summary>
    public async ValueTask DialAsync(CancellationToken cancel)
    {
        var peer = await Connection.ConnectAsync(address, options.Connect, cancel).ConfigureAwait(false);
        RemoteAddress = peer.RemoteAddress;
        Volatile.Write(ref _peer, peer);
        if (cancel.IsCancellationRequested)
            Abort();
        cancel.ThrowIfCancellationRequested();
        Prepare(peer);
    }

    /// <summary>Makes one request on the connection. What ends it early is <see cref="Abort"/>.</summary>
    public ValueTask<Traffic> RequestAsync(CancellationToken cancel) =>
        Volatile.Read(ref _peer) is { } peer ? RequestAsync(peer, cancel) : throw new OperationCanceledException(cancel);

    /// <summary>Drops the connection if there is one, and with it what is under way.</summary>
    public void Abort() => Interlocked.Exchange(ref _peer, null)?.Abort();

    /// <summary>Takes leave politely if there is a connection, but does not wait for long.</summary>
    public async Task LeaveAsync()
    {
        if (Interlocked.Exchange(ref _peer, null) is not { } peer)
            return;
        try
        {
            await peer.CloseAsync(KeepsConnection ? LongestFarewell : TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NetException or ObjectDisposedException)
        {
            // The requests that were done have their answers.
        }
    }

    protected LoadOptions Options => options;

    /// <summary>The limit of a wait, in the milliseconds that streams count in.</summary>
    protected int TimeoutOfStreams =>
        options.Timeout == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Clamp(options.Timeout.TotalMilliseconds, 1, int.MaxValue);

    protected virtual void Prepare(Connection peer) { }

    protected abstract ValueTask<Traffic> RequestAsync(Connection peer, CancellationToken cancel);

    private static readonly TimeSpan LongestFarewell = TimeSpan.FromMilliseconds(200);
}

/// <summary>What a request moved.</summary>
/// <param name="Sent">Bytes of the request.</param>
/// <param name="Received">Bytes of the answer.</param>
/// <param name="Status">The status of an answer that has one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Traffic(long Sent, long Received, int Status = 0);

/// <summary>Only connects: with that, the request is done.</summary>
internal sealed class ConnectClient(Address address, LoadOptions options) : LoadClient(address, options)
{
    public override bool KeepsConnection => false;

    protected override ValueTask<Traffic> RequestAsync(Connection peer, CancellationToken cancel) => default;
}

/// <summary>Asks for a page, and reads it to its end.</summary>
internal sealed class GetClient(Address address, string path, LoadOptions options) : LoadClient(address, options)
{
    private readonly HttpOptions _http = new() { IdleTimeout = options.Timeout };
    private readonly byte[] _scratch = new byte[16 * 1024];

    public override bool KeepsConnection => false;

    protected override async ValueTask<Traffic> RequestAsync(Connection peer, CancellationToken cancel)
    {
        var answer = await Http.GetAsync(peer, path, _http, cancel).ConfigureAwait(false);
        while (await answer.Body.ReadAsync(_scratch, cancel).ConfigureAwait(false) > 0)
        {
        }
        return new(peer.BytesSent, peer.BytesReceived, answer.Status);
    }
}

/// <summary>Sends messages one after another.</summary>
internal sealed class SendClient(Address address, LoadOptions options) : LoadClient(address, options)
{
    private readonly byte[] _scratch = new byte[4 * 1024];

    protected override void Prepare(Connection peer)
    {
        peer.WriteTimeout = TimeoutOfStreams;
        _ = ThrowAwayAsync(peer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<Traffic> RequestAsync(Connection peer, CancellationToken cancel)
    {
        await Message.SendAsync(peer, Options.MessageSize).ConfigureAwait(false);
        return new(Options.MessageSize, 0);
    }

    /// <summary>A peer that answers and is not read would stop reading.</summary>
    private async Task ThrowAwayAsync(Connection peer)
    {
        try
        {
            while (await peer.ReadAsync(_scratch).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception error) when (error is NetException or ObjectDisposedException)
        {
            // The next request tells, if there is one.
        }
    }
}

/// <summary>Sends messages, each when the one before has come back.</summary>
internal sealed class EchoClient(Address address, LoadOptions options) : LoadClient(address, options)
{
    // One byte more than is awaited: so that too long an answer is seen, and that nothing is left needs no call.
    private readonly byte[] _answer = new byte[Math.Min(options.MessageSize, Message.PieceSize - 1) + 1];

    protected override void Prepare(Connection peer) => peer.ReadTimeout = peer.WriteTimeout = TimeoutOfStreams;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<Traffic> RequestAsync(Connection peer, CancellationToken cancel)
    {
        if (Options.MessageSize > Message.PieceSize)
            return await ExchangeAsync(peer).ConfigureAwait(false);
        await Message.SendAsync(peer, Options.MessageSize).ConfigureAwait(false);
        return await ReceiveAsync(peer).ConfigureAwait(false);
    }

    /// <summary>A long message is read while it is sent: what is on the way has room for a short one only.</summary>
    private async ValueTask<Traffic> ExchangeAsync(Connection peer)
    {
        var sending = Message.SendAsync(peer, Options.MessageSize).AsTask();
        try
        {
            var traffic = await ReceiveAsync(peer).ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            return traffic;
        }
        catch
        {
            peer.Abort();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Traffic> ReceiveAsync(Connection peer)
    {
        var size = Options.MessageSize;
        long received = 0;
        while (received < size)
        {
            var count = await peer.ReadAsync(_answer).ConfigureAwait(false);
            received += count;
            if (count == 0)
                throw peer.Error(NetErrorKind.ClosedEarly, NetOperation.Read, $"the peer ended when {received} of {Texts.Bytes(size)} had come back");
        }
        return received == size
            ? new(size, size)
            : throw peer.Error(NetErrorKind.ProtocolViolation, NetOperation.Read, $"more than the {Texts.Bytes(size)} that were sent came back");
    }
}

/// <summary>A message of any size, which holds no more memory than a piece of it.</summary>
internal static class Message
{
    /// <summary>Sends it.</summary>
    public static ValueTask SendAsync(Connection peer, int size) =>
        size <= PieceSize ? peer.WriteAsync(Piece.AsMemory(0, size)) : SendPiecesAsync(peer, size);

    private static async ValueTask SendPiecesAsync(Connection peer, int size)
    {
        for (var left = size; left > 0; left -= PieceSize)
            await peer.WriteAsync(Piece.AsMemory(0, Math.Min(left, PieceSize))).ConfigureAwait(false);
    }

    public const int PieceSize = 16 * 1024;

    private static readonly byte[] Piece = [.. Enumerable.Range(0, PieceSize).Select(i => (byte)('a' + (i % 26)))];
}
