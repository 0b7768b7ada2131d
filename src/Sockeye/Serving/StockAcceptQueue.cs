using System.Net.Sockets;

namespace Sockeye;

/// <summary>Accepts on the stock engine, where to wait is to accept: of several sockets that are waited for, more than one may
/// give a connection.</summary>
internal sealed class StockAcceptQueue(IReadOnlyList<Socket> listening) : AcceptQueue
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Queue<Socket> _spare = new();
    private int _first;
    private bool _disposed;

    public override async ValueTask<Socket> AcceptAsync(CancellationToken cancel)
    {
        if (listening.Count == 1)
            return await listening[0].AcceptAsync(cancel).ConfigureAwait(false);
        // One race at a time: a connection left over by one caller must not wait while another caller races.
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return TakeSpare() ?? await RaceAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        lock (_spare)
        {
            _disposed = true;
            while (_spare.TryDequeue(out var socket))
                socket.Dispose();
        }
    }

    private async Task<Socket> RaceAsync(CancellationToken cancel)
    {
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var accepts = StartAccepts(decided.Token);
        await Task.WhenAny(accepts).ConfigureAwait(false);
        await decided.CancelAsync().ConfigureAwait(false);
        // Several may have won, also when the caller has given up: none may be lost.
        await ((Task)Task.WhenAll(accepts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var accept in accepts.Where(accept => accept.IsCompletedSuccessfully))
            KeepSpare(await accept.ConfigureAwait(false));
        if (TakeSpare() is { } socket)
            return socket;
        cancel.ThrowIfCancellationRequested();
        return await (accepts.Find(accept => accept.IsFaulted) ?? accepts[0]).ConfigureAwait(false);
    }

    private List<Task<Socket>> StartAccepts(CancellationToken decided)
    {
        var accepts = new List<Task<Socket>>(listening.Count);
        _first = (_first + 1) % listening.Count;
        for (var i = 0; i < listening.Count; i++)
        {
            var accept = listening[(_first + i) % listening.Count].AcceptAsync(decided).AsTask();
            accepts.Add(accept);
            if (accept.IsCompleted)
                break;
        }
        return accepts;
    }

    private Socket? TakeSpare()
    {
        lock (_spare)
            return _spare.TryDequeue(out var socket) ? socket : null;
    }

    private void KeepSpare(Socket socket)
    {
        lock (_spare)
        {
            if (_disposed)
                socket.Dispose();
            else
                _spare.Enqueue(socket);
        }
    }
}
