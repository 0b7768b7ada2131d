using System.Runtime.CompilerServices;

namespace Sockeye.Measuring;

/// <summary>Makes one request after another, and counts what becomes of them.</summary>
internal sealed class LoadWorker(LoadClient client, LoadTally tally, LoadWindow window, Arrivals arrivals, TimeProvider time)
{
    private readonly Turn _turn = new();

    /// <summary>Requests that were cut off: nobody knows how long they would have taken.</summary>
    public long Unfinished { get; private set; }

    /// <summary>Goes on until there are no more requests.</summary>
    /// <param name="over">Ends what is not a request that is under way.</param>
    /// <param name="cut">Ends that, too.</param>
    public async Task RunAsync(CancellationToken over, CancellationToken cut)
    {
        while (await IsReadyAsync(over).ConfigureAwait(false)
            && await arrivals.NextAsync(_turn).ConfigureAwait(false) is { } due)
        {
            if (!await AskAsync(due, cut).ConfigureAwait(false))
                await PauseAsync(over).ConfigureAwait(false);
        }
    }

    /// <summary>A connection that is kept has to stand before a request can be taken; false when it is over.</summary>
    private ValueTask<bool> IsReadyAsync(CancellationToken over) =>
        client.IsConnected || !client.KeepsConnection ? new(!over.IsCancellationRequested) : DialAsync(over);

    private async ValueTask<bool> DialAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                await client.DialAsync(over).ConfigureAwait(false);
                return true;
            }
            catch (NetException error)
            {
                Note(error);
                await PauseAsync(over).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        return false;
    }

    /// <summary>One request; false if nobody could be reached.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AskAsync(long due, CancellationToken cut)
    {
        try
        {
            if (!client.IsConnected)
                await client.DialAsync(cut).ConfigureAwait(false);
            Note(due, await client.RequestAsync(cut).ConfigureAwait(false));
            if (!client.KeepsConnection)
                await client.LeaveAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (cut.IsCancellationRequested && error is NetException or OperationCanceledException or ObjectDisposedException)
        {
            client.Abort();
            Unfinished++;
            return true;
        }
        catch (NetException error)
        {
            var wasReached = client.IsConnected;
            client.Abort();
            Note(error);
            return wasReached;
        }
    }

    private void Note(long due, Traffic traffic)
    {
        var now = time.GetTimestamp();
        if (window.Counts(now))
            tally.Note(time.GetElapsedTime(due, now), traffic);
    }

    private void Note(NetException error)
    {
        if (window.Counts(time.GetTimestamp()))
            tally.Note(error);
    }

    /// <summary>Nobody is there: asking on at once would only burn the processor.</summary>
    private async ValueTask PauseAsync(CancellationToken over) =>
        await Task.Delay(Pause, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
}
