using Sockeye.Tls;

namespace Sockeye.Tool.Sessions;

/// <summary>Waits for the one caller of a listener that speaks TLS: the first whose handshake is done. Handshakes go on side
/// by side, so that nobody is held up by one who says nothing, and one that fails ends nothing.</summary>
/// <param name="listener">Where callers come from, without TLS.</param>
/// <param name="tls">How TLS is spoken.</param>
/// <param name="report">Told of each handshake that failed.</param>
internal sealed class FirstCaller(Listener listener, TlsServerOptions tls, Action<Exception> report)
{
    private readonly List<Task<Connection?>> _handshakes = [];

    /// <summary>The first caller; all others are reset.</summary>
    public async ValueTask<Connection> AcceptAsync(CancellationToken cancel)
    {
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var arriving = listener.AcceptAsync(decided.Token).AsTask();
        try
        {
            while (true)
            {
                await Task.WhenAny(_handshakes.Count < MostHandshakes ? (IEnumerable<Task>)[.. _handshakes, arriving] : _handshakes);
                if (await DoneAsync() is { } caller)
                    return caller;
                if (!arriving.IsCompleted || _handshakes.Count == MostHandshakes)
                    continue;
                _handshakes.Add(SecureAsync(await arriving, decided.Token));
                arriving = listener.AcceptAsync(decided.Token).AsTask();
            }
        }
        finally
        {
            await decided.CancelAsync();
            await AbortAsync([arriving, .. _handshakes]);
        }
    }

    /// <summary>Takes away the handshakes that have ended, up to one that ended well.</summary>
    private async Task<Connection?> DoneAsync()
    {
        while (_handshakes.Find(handshake => handshake.IsCompleted) is { } ended)
        {
            _handshakes.Remove(ended);
            if (await ended is { } caller)
                return caller;
        }
        return null;
    }

    private async Task<Connection?> SecureAsync(Connection caller, CancellationToken cancel)
    {
        try
        {
            return await TlsServer.UpgradeAsync(caller, tls, cancel);
        }
        catch (NetException error)
        {
            report(error);
            return null;
        }
    }

    /// <summary>Those who came too late.</summary>
    private static async Task AbortAsync(Task[] pending)
    {
        await Task.WhenAll(pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var caller in pending.OfType<Task<Connection?>>().Where(task => task.IsCompletedSuccessfully))
            (await caller)?.Abort();
    }

    // As many as anyone needs; more wait in the system's queue.
    private const int MostHandshakes = 100;
}
