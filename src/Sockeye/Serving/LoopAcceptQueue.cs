using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>Accepts on a readiness loop, where to wait takes no connection: so every socket can be waited for all the time.</summary>
internal sealed class LoopAcceptQueue : AcceptQueue
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly LoopSocket[] _listening;
    private readonly Task?[] _waits;
    private int _last;

    public LoopAcceptQueue(IReadOnlyList<Socket> listening, ReadinessLoop loop)
    {
        _listening = [.. listening.Select(loop.Attach)];
        _waits = new Task?[_listening.Length];
    }

    public override async ValueTask<Socket> AcceptAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var ready = _listening.Length == 1 ? await WaitForOneAsync(cancel).ConfigureAwait(false) : await WaitForAnyAsync(cancel).ConfigureAwait(false);
            // Ready it is, and nobody else accepts here: it does not wait. To have .NET know that would cost each connection 150 bytes.
            return ready.Socket.Accept();
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        foreach (var socket in _listening)
            socket.Dispose();
    }

    private async ValueTask<LoopSocket> WaitForOneAsync(CancellationToken cancel)
    {
        // An event may be of callers who have been accepted since.
        while (true)
        {
            _listening[0].Receiving.Forget();
            if (IsReady(_listening[0]))
                return _listening[0];
            await _listening[0].Receiving.MoveAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>That one has callers is no reason to pass another by, of which nothing has been told yet.</summary>
    private async ValueTask<LoopSocket> WaitForAnyAsync(CancellationToken cancel)
    {
        while (true)
        {
            for (var i = 0; i < _waits.Length; i++)
                _waits[i] ??= WaitAsync(_listening[i]);
            await Task.WhenAny(_waits!).WaitAsync(cancel).ConfigureAwait(false);
            for (var i = 0; i < _waits.Length; i++)
            {
                _last = (_last + 1) % _waits.Length;
                if (_waits[_last]!.IsCompleted)
                    _waits[_last] = null;
                if (IsReady(_listening[_last]))
                    return _listening[_last];
            }
        }
    }

    /// <summary>That it was closed is for whoever accepts to find.</summary>
    private static async Task WaitAsync(LoopSocket listening)
    {
        Task waiting = listening.Receiving.MoveAsync(Memory<byte>.Empty, CancellationToken.None).AsTask();
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static bool IsReady(LoopSocket listening) => Descriptors.IsReady(listening.Handle, Descriptors.Readable);
}
