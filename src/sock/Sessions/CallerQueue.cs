using System.Threading.Channels;

namespace Sockeye.Tool.Sessions;

/// <summary>Callers who are served one after another: while one is talked with, others wait or are turned away.</summary>
internal sealed class CallerQueue : IAsyncDisposable
{
    private readonly Listener _listener;
    private readonly SessionTalk _talk;
    private readonly int? _most;
    private readonly Channel<Connection> _waiting = Channel.CreateUnbounded<Connection>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _present;

    /// <param name="listener">Where they call.</param>
    /// <param name="most">How many may be here at once, waiting ones included; null leaves the rest to the system's queue.</param>
    /// <param name="talk">Told of those who are turned away.</param>
    public CallerQueue(Listener listener, int? most, SessionTalk talk)
    {
        (_listener, _most, _talk) = (listener, most, talk);
        _accepting = most is null ? Task.CompletedTask : AcceptAsync();
    }

    public async ValueTask<Connection> NextAsync(CancellationToken cancel)
    {
        if (_most is null)
            return await _listener.AcceptAsync(cancel);
        // Unlike a read, this wait throws what ended the accepting as it was.
        await _waiting.Reader.WaitToReadAsync(cancel);
        return await _waiting.Reader.ReadAsync(cancel);
    }

    /// <summary>The caller that was talked with has left.</summary>
    public void HasLeft() => Interlocked.Decrement(ref _present);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptAsync(_stop.Token);
                if (Interlocked.Increment(ref _present) <= _most)
                    _waiting.Writer.TryWrite(caller);
                else
                    TurnAway(caller);
            }
        }
        catch (Exception error)
        {
            _waiting.Writer.TryComplete(error);
        }
    }

    private void TurnAway(Connection caller)
    {
        HasLeft();
        _talk.TurnedAway(caller.RemoteAddress);
        // Not awaited: a caller that takes its time to leave keeps no other waiting.
        _ = caller.DisposeAsync().AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        while (_waiting.Reader.TryRead(out var caller))
            caller.Abort();
        _stop.Dispose();
    }
}
