using System.Runtime.CompilerServices;

namespace Sockeye;

/// <summary>How long to wait before trying again what may yet succeed: longer after each failure, up to a limit, and never quite
/// the same for everyone, so that many who lost one server do not all come back at once. Immutable.</summary>
/// <example>
/// <code>
/// var backoff = new Backoff();
/// Connection? connection = null;
/// for (var failures = 0; connection is null;)
/// {
///     try
///     {
///         connection = await Connection.ConnectAsync("localhost", "echo", cancel: cancel);
///     }
///     catch (NetException e) when (e.IsTransient)
///     {
///         await Task.Delay(backoff.DelayAfter(++failures), cancel);
///     }
/// }
/// </code>
/// </example>
public sealed record Backoff
{
    /// <summary>The pause after the first failure, but for <see cref="Jitter"/>; each further failure doubles it.
    /// Defaults to 1 s.</summary>
    public TimeSpan First
    {
        get;
        init => field = TimeRange.CheckPause(value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>No pause is longer. Defaults to 60 s.</summary>
    public TimeSpan Longest
    {
        get;
        init => field = TimeRange.CheckPause(value);
    } = TimeSpan.FromSeconds(60);

    /// <summary>How far chance moves a pause: by at most this part of it, either way, from 0 to 1. Defaults to 0.25.</summary>
    public double Jitter
    {
        get;
        init => field = CheckPart(value);
    } = 0.25;

    /// <summary>Where chance comes from; one with a seed makes the pauses repeat. Defaults to <see cref="Random.Shared"/>.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>How long to wait now.</summary>
    /// <param name="failures">How many have followed each other, this one included: at least 1.</param>
    /// <returns>A time from zero to <see cref="Longest"/>.</returns>
    public TimeSpan DelayAfter(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var pause = First.Ticks * Math.Pow(2, Math.Min(failures - 1, 62));
        var moved = Math.Min(pause, Longest.Ticks) * (1 + (Jitter * ((2 * Random.NextDouble()) - 1)));
        return moved < Longest.Ticks ? TimeSpan.FromTicks((long)moved) : Longest;
    }

    private static double CheckPart(double part, [CallerMemberName] string name = "") => part is >= 0 and <= 1
        ? part
        : throw new ArgumentOutOfRangeException(name, part, "a part of the pause is from 0 to 1");
}
