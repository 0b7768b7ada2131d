using System.Net.Security;
using Sockeye.Links;

namespace Sockeye.Tls;

/// <summary>The bytes of a connection, encrypted on the one below. <c>close_notify</c> ends one direction, as FIN does
/// without TLS; an end of the wire without it may be somebody's on the way.</summary>
internal sealed class TlsLink(Connection inner, SslStream tls, TlsWire wire, TlsInfo info) : LayerLink(inner)
{
    private NetException? _broken;
    private bool _hasSpoken;
    private bool _peerEnded;
    private bool _hadArrived;
    private ReadOnlyMemory<byte>? _closeNotify;

    public override bool IsEncrypted => true;

    public override T? Find<T>()
        where T : class => info as T ?? base.Find<T>();

    protected override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        ThrowIfBroken(NetOperation.Read);
        await wire.EnterAsync(cancel).ConfigureAwait(false);
        try
        {
            var count = await tls.ReadAsync(buffer, cancel).ConfigureAwait(false);
            _hasSpoken |= count > 0;
            return count > 0 || buffer.IsEmpty ? count : NoteEnd();
        }
        catch (Exception error) when (TlsFailure.IsOfTls(error))
        {
            throw wire.HasEnded ? WithoutCloseNotify(error) : Broken(error, NetOperation.Read);
        }
        finally
        {
            wire.Leave();
        }
    }

    private int NoteEnd()
    {
        _peerEnded = true;
        return wire.HasEnded ? throw WithoutCloseNotify() : 0;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        ThrowIfBroken(NetOperation.Write);
        try
        {
            await tls.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (TlsFailure.IsOfTls(error))
        {
            throw Broken(error, NetOperation.Write);
        }
    }

    /// <summary><c>close_notify</c>, and our FIN behind it: its acknowledgement is how we know that all has arrived.</summary>
    public override async ValueTask CloseWriteAsync(CancellationToken cancel)
    {
        ThrowIfBroken(NetOperation.Write);
        _hadArrived = Inner.HasArrived ?? _peerEnded;
        try
        {
            // The platform makes it once: who gives up and tries again has to find it here.
            _closeNotify ??= await CloseNotifyAsync(cancel).ConfigureAwait(false);
            await Inner.WriteAsync(_closeNotify.Value, cancel).ConfigureAwait(false);
            await Inner.CloseWriteAsync(cancel).ConfigureAwait(false);
        }
        catch (NetException error) when (_hadArrived && error.Blame == NetBlame.Broken)
        {
            // The peer has gone: nobody waits for our end.
        }
    }

    private async Task<ReadOnlyMemory<byte>> CloseNotifyAsync(CancellationToken cancel)
    {
        await wire.EnterAsync(cancel).ConfigureAwait(false);
        try
        {
            return await wire.HoldAsync(tls.ShutdownAsync).ConfigureAwait(false);
        }
        catch (Exception error) when (TlsFailure.IsOfTls(error))
        {
            throw Broken(error, NetOperation.Write);
        }
        finally
        {
            wire.Leave();
        }
    }

    /// <summary>Once our <c>close_notify</c> has gone, whether all before it had arrived. A peer that is done may have closed
    /// its socket, and its system then answers these bytes, which nobody misses, with a reset.</summary>
    public override bool? HasArrived => _hadArrived ? true : base.HasArrived;

    public override Exception? TakePendingError() => _hadArrived ? null : base.TakePendingError();

    public override void Abort()
    {
        base.Abort();
        tls.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        await tls.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A client may be done with the handshake before it looks at our certificate, and not all say so when they do not
    /// like it.</summary>
    private NetException WithoutCloseNotify(Exception? error = null) => Inner.Error(
        NetErrorKind.ClosedEarly, NetOperation.Read,
        tls.IsServer && !_hasSpoken
            ? "the client ended the connection without a word after the TLS handshake: it may not trust our certificate"
            : "the connection ended without TLS's own end (close_notify): more may be missing",
        error);

    /// <summary>Keys and counters no longer agree with the peer's: nothing more can be read or written.</summary>
    private NetException Broken(Exception error, NetOperation operation)
    {
        var (kind, reason) = TlsFailure.Classify(error);
        return _broken = Inner.Error(kind, operation, reason, error);
    }

    private void ThrowIfBroken(NetOperation operation)
    {
        if (_broken is not null)
            throw Inner.Error(_broken.Kind, operation, _broken.Reason, _broken);
    }
}
