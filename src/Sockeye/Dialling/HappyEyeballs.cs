using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>
/// Happy Eyeballs (RFC 8305): which address to try when, so that a broken family costs a moment and not a timeout.
/// <code>
/// at once         both families are looked up side by side
/// IPv6 answer     start on it
/// IPv4 answer     wait ResolutionDelay (50 ms) for the IPv6 one, then start
/// after a start   the next address, families taking turns, after AttemptDelay (250 ms) or as soon as an attempt fails
/// first success   wins; the others are cancelled, and what they still bring is closed
/// </code>
/// </summary>
/// <remarks>It knows nothing of sockets and limits, so a fake clock is enough to test it.</remarks>
internal sealed class HappyEyeballs<T>
    where T : class, IDisposable
{
    private readonly AddressQueue _untried = new();
    private readonly List<(AddressFamily Family, Task<FamilyAnswer> Answer)> _lookUps = [];
    private readonly List<Task<T>> _attempts = [];
    private readonly List<Task<T>> _running = [];
    private Task _mayStart = Task.CompletedTask;

    /// <summary>The families to look up.</summary>
    public required IReadOnlyList<AddressFamily> Families { get; init; }

    /// <summary>Looks one family up.</summary>
    public required Func<AddressFamily, CancellationToken, Task<FamilyAnswer>> LookUp { get; init; }

    /// <summary>Tries one address. It throws only <see cref="NetException"/>, also when it is cancelled.</summary>
    public required Func<IPAddress, CancellationToken, Task<T>> Attempt { get; init; }

    /// <summary>How long an attempt has to itself before the next begins.</summary>
    public required TimeSpan AttemptDelay { get; init; }

    /// <summary>How long an IPv4 answer waits for the IPv6 answer.</summary>
    public required TimeSpan ResolutionDelay { get; init; }

    /// <summary>The clock of both.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Why look-ups brought nothing.</summary>
    public List<NetException> LookUpErrors { get; } = [];

    /// <summary>Why attempts failed, in the order of their starts. Read it when the race is over.</summary>
    public IReadOnlyList<NetException> AttemptErrors =>
        [.. _attempts.Select(attempt => attempt.Exception?.InnerException).OfType<NetException>()];

    /// <summary>Runs the race; once.</summary>
    /// <param name="stop">Asked for what stops the race, where something has to be waited for.</param>
    /// <returns>The winner, or null if every attempt failed, there was nothing to try, or it was stopped.</returns>
    public async Task<T?> RunAsync(Func<CancellationToken> stop)
    {
        using var end = new CancellationTokenSource();
        CancellationTokenRegistration? stopping = null;
        T? winner = null;
        try
        {
            foreach (var family in Families)
                _lookUps.Add((family, LookUp(family, end.Token)));
            while (winner is null && !end.IsCancellationRequested)
            {
                StartNext(end.Token);
                if (Waits() is not { Count: > 0 } waits)
                    break;
                if (!waits.Exists(wait => wait.IsCompleted))
                    stopping ??= stop().UnsafeRegister(static race => ((CancellationTokenSource)race!).Cancel(), end);
                await Task.WhenAny(waits).ConfigureAwait(false);
                await TakeAnswersAsync(end.Token).ConfigureAwait(false);
                winner = await TakeEndedAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            stopping?.Dispose();
            // Where nothing goes on any more it ends where it is: to cancel would go on on another thread.
            if (_running.Count > 0 || _lookUps.Count > 0 || !_mayStart.IsCompleted)
                await end.CancelAsync().ConfigureAwait(false);
            await CloseLosersAsync(winner).ConfigureAwait(false);
        }
        return winner;
    }

    private void StartNext(CancellationToken end)
    {
        if (_untried.IsEmpty || !_mayStart.IsCompleted)
            return;
        var attempt = Attempt(_untried.Take(), end);
        _attempts.Add(attempt);
        _running.Add(attempt);
        // Nothing has to wait for its turn behind what has ended, or where nothing comes.
        var hasRivals = !attempt.IsCompleted && (!_untried.IsEmpty || _lookUps.Count > 0);
        _mayStart = hasRivals ? Task.Delay(AttemptDelay, Time, end) : Task.CompletedTask;
    }

    /// <summary>Whatever can change something.</summary>
    private List<Task> Waits()
    {
        List<Task> waits = [.. _lookUps.Select(lookUp => lookUp.Answer), .. _running];
        if (!_untried.IsEmpty)
            waits.Add(_mayStart);
        return waits;
    }

    private async Task TakeAnswersAsync(CancellationToken end)
    {
        var answered = _lookUps.FindAll(lookUp => lookUp.Answer.IsCompleted && !lookUp.Answer.IsCanceled);
        if (answered.Count == 0)
            return;
        foreach (var lookUp in answered)
        {
            _lookUps.Remove(lookUp);
            var (addresses, error) = await lookUp.Answer.ConfigureAwait(false);
            _untried.Add(addresses);
            if (error is not null)
                LookUpErrors.Add(error);
        }
        if (_attempts.Count == 0)
            _mayStart = IsIPv6Awaited ? Task.Delay(ResolutionDelay, Time, end) : Task.CompletedTask;
    }

    private bool IsIPv6Awaited => _lookUps.Exists(lookUp => lookUp.Family == AddressFamily.InterNetworkV6);

    private async Task<T?> TakeEndedAsync()
    {
        foreach (var attempt in _running.FindAll(attempt => attempt.IsCompleted))
        {
            _running.Remove(attempt);
            try
            {
                return await attempt.ConfigureAwait(false);
            }
            catch (NetException)
            {
                _mayStart = Task.CompletedTask;
            }
        }
        return null;
    }

    /// <summary>They have been cancelled, so this is short; one may have succeeded at the last moment.</summary>
    private async Task CloseLosersAsync(T? winner)
    {
        foreach (var attempt in _attempts)
        {
            await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempt.IsCompletedSuccessfully && await attempt.ConfigureAwait(false) is var brought && brought != winner)
                brought.Dispose();
        }
    }
}
