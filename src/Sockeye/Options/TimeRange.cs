using System.Runtime.CompilerServices;

namespace Sockeye;

/// <summary>What an option in time may be, told where it is set and not when a timer first refuses it.</summary>
internal static class TimeRange
{
    /// <summary>A limit: above zero, or none.</summary>
    public static TimeSpan CheckLimit(TimeSpan limit, [CallerMemberName] string name = "") => limit == TimeSpan.Zero
        ? throw new ArgumentOutOfRangeException(name, limit, "a limit is above zero, or Timeout.InfiniteTimeSpan")
        : CheckWait(limit, name);

    /// <summary>A time to wait, which may be none at all.</summary>
    public static TimeSpan CheckWait(TimeSpan wait, [CallerMemberName] string name = "") =>
        wait == Timeout.InfiniteTimeSpan || (wait >= TimeSpan.Zero && wait <= LongestTimer)
            ? wait
            : throw new ArgumentOutOfRangeException(name, wait, "a time is from zero to 49 days, or Timeout.InfiniteTimeSpan");

    /// <summary>A time to wait that has an end.</summary>
    public static TimeSpan CheckPause(TimeSpan pause, [CallerMemberName] string name = "") => pause >= TimeSpan.Zero && pause <= LongestTimer
        ? pause
        : throw new ArgumentOutOfRangeException(name, pause, "a pause is from zero to 49 days");

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);
}
