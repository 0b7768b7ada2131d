using System.Text;
using Sockeye.Sessions;
using Sockeye.Tests.Support;

namespace Sockeye.Tests.Sessions;

/// <summary>
/// A session under test with somebody at each end: <see cref="User"/> types, and what is printed is collected;
/// <see cref="Peer"/> is the other party on the wire. Its limits run on <see cref="Clock"/>.
/// </summary>
internal sealed class RunningSession
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _somethingPrinted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<byte[]> _printed;

    private RunningSession(Connection user, Connection console, Connection ours, Connection peer, SessionOptions? options)
    {
        (User, Peer) = (user, peer);
        Outcome = Session.RunAsync(End.Of(console, console), End.Of(ours), (options ?? new()) with { Time = Clock }, _cancel.Token);
        _printed = CollectAsync(console);
    }

    public static async Task<RunningSession> StartAsync(Ground ground, SessionOptions? options = null)
    {
        var (user, console) = Connection.CreatePair();
        // Whoever is to have all has the time to take it.
        var (ours, peer) = await ConnectionPairs.CreateAsync(ground, new() { CloseTimeout = Timeout.InfiniteTimeSpan });
        return new(user, console, ours, peer, options);
    }

    public Connection User { get; }

    public Connection Peer { get; }

    public FakeTimeProvider Clock { get; } = new();

    public Task<SessionOutcome> Outcome { get; }

    public Task CancelAsync() => _cancel.CancelAsync();

    /// <summary>All that was printed until the session ended.</summary>
    public async Task<string> PrintedAsync() => Encoding.UTF8.GetString(await _printed);

    /// <summary>Completes when the user has been shown something.</summary>
    public Task SomethingPrintedAsync() => _somethingPrinted.Task;

    /// <summary>Lets time pass, a little at a time, until the session has ended.</summary>
    public async Task<SessionOutcome> EndInTimeAsync()
    {
        while (await Task.WhenAny(Outcome, Task.Delay(10)) != Outcome)
            Clock.Advance(TimeSpan.FromSeconds(0.25));
        return await Outcome;
    }

    private async Task<byte[]> CollectAsync(Connection console)
    {
        var printed = new MemoryStream();
        var collecting = CopyAsync(printed);
        await Outcome;
        await console.CloseWriteAsync();
        await collecting;
        return printed.ToArray();
    }

    private async Task CopyAsync(MemoryStream printed)
    {
        var buffer = new byte[4096];
        while (await User.ReadAsync(buffer) is > 0 and var count)
        {
            printed.Write(buffer, 0, count);
            _somethingPrinted.TrySetResult();
        }
    }
}
