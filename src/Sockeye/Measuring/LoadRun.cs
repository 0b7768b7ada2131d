using System.Runtime.ExceptionServices;

namespace Sockeye.Measuring;

/// <summary>One call of <see cref="LoadGenerator"/>.</summary>
internal sealed class LoadRun
{
    private readonly LoadOptions _options;
    private readonly LoadClient[] _clients;
    private readonly LoadTally[] _tallies;
    private readonly LoadTimeline _timeline = new();
    private long _sampled;

    public LoadRun(LoadOptions options, Func<LoadClient> newClient)
    {
        _options = options;
        _clients = [.. Enumerable.Range(0, options.Connections).Select(_ => newClient())];
        // As many as threads can be at work: they hardly ever meet, and memory does not grow with the connections.
        _tallies = [.. Enumerable.Range(0, Math.Min(options.Connections, Environment.ProcessorCount)).Select(_ => new LoadTally())];
    }

    public async Task<LoadOutcome> RunAsync(CancellationToken cancel)
    {
        try
        {
            await ReachAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Then nothing is measured.
        }
        var window = new LoadWindow(_options);
        using var arrivals = new Arrivals(window, _options);
        LoadWorker[] workers = [.. _clients.Select((client, i) => new LoadWorker(client, _tallies[i % _tallies.Length], window, arrivals, _options.Time))];
        var unsent = await WorkAsync(workers, window, arrivals, cancel).ConfigureAwait(false);
        _timeline.AddRest(Sample(window, window.To), BetweenSamples / 2);
        return OutcomeOf(window, workers.Sum(worker => worker.Unfinished), unsent);
    }

    /// <summary>Connects them, not too many at once: nobody's queue should overflow because all come together. Where none of
    /// many gets through, the server is full, and to wait for each of the rest would only put off measuring: the workers go on
    /// trying.</summary>
    private async Task ReachAsync(CancellationToken cancel)
    {
        foreach (var some in _clients.Chunk(MostDialledAtOnce))
        {
            var failures = (await Task.WhenAll(some.Select(client => TryDialAsync(client, cancel))).ConfigureAwait(false)).OfType<NetException>().ToList();
            var haveAllFailed = failures.Count == some.Length;
            if (haveAllFailed && some[0] == _clients[0])
                ExceptionDispatchInfo.Throw(failures[0]);
            failures.ForEach(_tallies[0].Note);
            if (haveAllFailed)
                return;
        }
    }

    private static async Task<NetException?> TryDialAsync(LoadClient client, CancellationToken cancel)
    {
        try
        {
            await client.DialAsync(cancel).ConfigureAwait(false);
            if (!client.KeepsConnection)
                await client.LeaveAsync().ConfigureAwait(false);
            return null;
        }
        catch (NetException error)
        {
            return error;
        }
    }

    /// <summary>Lets them work until the window ends, and those who are busy then for a little longer: so connections end
    /// between two requests. Returns how many requests were due and not sent.</summary>
    /// <remarks>Nobody leaves before that is over: a server that takes no more connections would only then answer those that
    /// it has kept waiting all the time, and nothing would tell of them.</remarks>
    private async Task<long> WorkAsync(LoadWorker[] workers, LoadWindow window, Arrivals arrivals, CancellationToken cancel)
    {
        using var over = new CancellationTokenSource();
        using var cut = new CancellationTokenSource();
        _sampled = window.From;
        var sampling = _options.Time.CreateTimer(_ => Sample(window), null, _options.WarmUp + BetweenSamples, BetweenSamples);
        await using var _ = sampling.ConfigureAwait(false);
        Task[] working = [.. workers.Select(worker => Task.Run(() => worker.RunAsync(over.Token, cut.Token), CancellationToken.None))];
        while (window.Left is { Ticks: > 0 } left && !cancel.IsCancellationRequested)
            await Task.Delay(left < LongestDelay ? left : LongestDelay, _options.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var unsent = arrivals.End();
        await sampling.DisposeAsync().ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        var done = Task.WhenAll(working);
        await Task.WhenAny(done, Task.Delay(LastWait, _options.Time, CancellationToken.None)).ConfigureAwait(false);
        await cut.CancelAsync().ConfigureAwait(false);
        foreach (var (client, _) in _clients.Zip(working).Where(each => !each.Second.IsCompleted))
            client.Abort();
        await done.ConfigureAwait(false);
        await Task.WhenAll(_clients.Select(client => client.LeaveAsync())).ConfigureAwait(false);
        return unsent;
    }

    /// <summary>A timer that fires late may meet the next time.</summary>
    private void Sample(LoadWindow window)
    {
        lock (_timeline)
        {
            var now = _options.Time.GetTimestamp();
            if (now <= _sampled || now > window.To)
                return;
            var interval = Sample(window, now);
            _timeline.Add(interval);
            Callbacks.Tell(_options.OnInterval, interval);
        }
    }

    /// <summary>What the time since the last sample came to.</summary>
    private LoadInterval Sample(LoadWindow window, long now)
    {
        var interval = new LoadInterval
        {
            Start = _options.Time.GetElapsedTime(window.From, _sampled),
            Duration = now > _sampled ? _options.Time.GetElapsedTime(_sampled, now) : TimeSpan.Zero,
            Latency = new(),
        };
        _sampled = now;
        return _tallies.Aggregate(interval, (sum, tally) => tally.MoveTo(sum));
    }

    private LoadOutcome OutcomeOf(LoadWindow window, long unfinished, long unsent)
    {
        var latency = new Histogram();
        foreach (var interval in _timeline.Intervals)
            latency.Merge(interval.Latency);
        return new()
        {
            Elapsed = window.Elapsed,
            Latency = latency,
            Errors = LoadTally.ErrorsOf(_tallies),
            Intervals = _timeline.Intervals,
            RemoteAddress = Array.Find(_clients, client => client.RemoteAddress is not null)?.RemoteAddress,
            BytesSent = _timeline.Intervals.Sum(interval => interval.BytesSent),
            BytesReceived = _timeline.Intervals.Sum(interval => interval.BytesReceived),
            BadStatuses = LoadTally.BadStatusesOf(_tallies),
            Unfinished = window.HasBegun ? unfinished : 0,
            Unsent = window.HasBegun ? unsent : 0,
        };
    }

    private const int MostDialledAtOnce = 100;
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);
    private static readonly TimeSpan LastWait = TimeSpan.FromMilliseconds(250);
}
