namespace Sockeye;

/// <summary>
/// Work that several callers want at the same time is done once. A caller who gives up leaves the others alone; when the
/// last has gone, the work is cancelled. Nothing is kept for those who come after it has ended.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>(Func<TKey, CancellationToken, Task<TResult>> work)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Flight> _flights = [];

    public async Task<TResult> JoinAsync(TKey key, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var flight = Join(key, out var isFirst);
        if (isFirst)
            _ = flight.FlyAsync(work, key);    // outside the lock: it may take its time before its first await
        try
        {
            return await flight.Result.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private Flight Join(TKey key, out bool isFirst)
    {
        lock (_lock)
        {
            isFirst = !_flights.TryGetValue(key, out var flight) || flight.Result.IsCompleted;
            if (isFirst)
                _flights[key] = flight = new Flight();
            flight!.Passengers++;
            return flight;
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (_lock)
        {
            if (--flight.Passengers > 0)
                return;
            if (_flights.GetValueOrDefault(key) == flight)
                _flights.Remove(key);
        }
        flight.Abandon();
    }

    private sealed class Flight
    {
        private readonly CancellationTokenSource _abandoned = new();
        private readonly TaskCompletionSource<TResult> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _landed.Task;

        public int Passengers { get; set; }

        public async Task FlyAsync(Func<TKey, CancellationToken, Task<TResult>> work, TKey key)
        {
            try
            {
                _landed.SetResult(await work(key, _abandoned.Token).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                _landed.SetException(e);
                _ = _landed.Task.Exception;    // seen, also if every passenger has left
            }
        }

        public void Abandon()
        {
            _abandoned.Cancel();
            _abandoned.Dispose();
        }
    }
}
