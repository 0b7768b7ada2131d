namespace Sockeye.Tool.Sessions;

/// <summary>Tries again what may yet succeed, and lets another connection follow one that was lost.</summary>
/// <param name="settings">How often, and after which pauses.</param>
/// <param name="talk">Is told of every failure that is not the last.</param>
/// <param name="time">The clock of the pauses.</param>
internal sealed class Redial(RetrySettings settings, SessionTalk talk, TimeProvider time)
{
    private int _failures;
    private int _most = settings.Retries;
    private TimeSpan _pause;

    /// <summary>Connects, talks, and does so again where that is called for.</summary>
    /// <param name="connect">Reaches the peer.</param>
    /// <param name="converse">Talks with it until the conversation is over, or throws a <see cref="DroppedException"/>.</param>
    /// <param name="cancel">Ends everything at once.</param>
    public async Task RunAsync<T>(Func<CancellationToken, ValueTask<T>> connect, Func<T, CancellationToken, Task> converse, CancellationToken cancel)
        where T : IAsyncDisposable
    {
        using var limit = new CancellationTokenSource(settings.MaxTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            while (!await TryAsync(connect, converse, either.Token))
                await Task.Delay(_pause, time, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new AdvisedException(
                new TimeoutException($"the conversation did not end within {Duration.InWords(settings.MaxTime)}"),
                "--max-time TIME allows more, 'none' any time.");
        }
    }

    /// <summary>Whether the conversation is over; else it is to be tried again after the pause.</summary>
    private async Task<bool> TryAsync<T>(
        Func<CancellationToken, ValueTask<T>> connect, Func<T, CancellationToken, Task> converse, CancellationToken cancel)
        where T : IAsyncDisposable
    {
        T peer;
        try
        {
            peer = await connect(cancel);
        }
        catch (NetException error) when (MayPass(error) && _failures < _most)
        {
            PlanPause(settings.Sentence(error));
            return false;
        }
        await using (peer)
            return await ConverseAsync(peer, converse, cancel);
    }

    private async Task<bool> ConverseAsync<T>(T peer, Func<T, CancellationToken, Task> converse, CancellationToken cancel)
    {
        _most = settings.RetriesOnceConnected;
        var start = time.GetTimestamp();
        try
        {
            await converse(peer, cancel);
            return true;
        }
        catch (DroppedException drop)
        {
            // Who takes a connection and drops it at once is not much better than one who takes none.
            if (time.GetElapsedTime(start) >= _pause)
                _failures = 0;
            if (_failures >= _most)
                return drop.Failure is null ? true : throw drop.Failure;
            PlanPause(drop.Failure is { } error ? settings.Sentence(error) : "the peer ended", drop.BytesUncertain);
            return false;
        }
    }

    private void PlanPause(string why, long uncertain = 0)
    {
        _pause = settings.Backoff.DelayAfter(++_failures);
        talk.TriesAgain(why, _pause, _failures, _most, uncertain);
    }

    /// <summary>Where nobody listens at a path yet, there is no socket yet.</summary>
    private static bool MayPass(NetException error) =>
        error.IsTransient || error is { Kind: NetErrorKind.NotFound, Operation: NetOperation.Connect };
}
