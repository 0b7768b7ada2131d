using Sockeye.Measuring;

namespace Sockeye.Tests.Measuring;

/// <summary>Loads that end when something has happened, however long that takes.</summary>
internal static class Loads
{
    public const int HangGuard = 120_000;

    /// <summary>From the first request on, and until it is cancelled.</summary>
    public static LoadOptions Endless { get; } = new()
    {
        Connections = 2,
        WarmUp = TimeSpan.Zero,
        Duration = Timeout.InfiniteTimeSpan,
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>Goes on until all intervals together are as expected.</summary>
    public static async Task<LoadOutcome> RunUntilAsync(Address address, LoadOptions options, Func<LoadInterval, bool> isEnough)
    {
        using var enough = new CancellationTokenSource();
        var sum = new LoadInterval { Start = TimeSpan.Zero, Duration = TimeSpan.Zero, Latency = new() };
        return await LoadGenerator.RunAsync(address, options with { OnInterval = Add }, enough.Token);

        void Add(LoadInterval interval)
        {
            sum.Latency.Merge(interval.Latency);
            sum = sum with { Errors = sum.Errors + interval.Errors };
            if (isEnough(sum))
                enough.Cancel();
        }
    }

    /// <summary>The only kind of error that there was.</summary>
    public static NetException OnlyErrorOf(LoadOutcome outcome) => Xunit.Assert.Single(outcome.Errors).First;
}
