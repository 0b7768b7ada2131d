using System.Runtime.InteropServices;

namespace Sockeye.Platform;

/// <summary>Linux: sleeps that end within microseconds of their time. Elsewhere timers have to do, which count in
/// milliseconds.</summary>
internal static partial class ExactSleep
{
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>To be called once by the thread that will sleep: the kernel no longer gathers its wake-ups with others.</summary>
    public static void Prepare() => _ = prctl(SetTimerSlack, 1);

    /// <summary>Blocks for this time, or until a signal comes; not at all if it is not above zero.</summary>
    public static void For(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
            return;
        var (seconds, ticks) = Math.DivRem(time.Ticks, TimeSpan.TicksPerSecond);
        nanosleep(new() { Seconds = (nint)seconds, Nanoseconds = (nint)(ticks * TimeSpan.NanosecondsPerTick) }, 0);
    }

    [LibraryImport("libc")]
    private static partial int nanosleep(in TimeSpec time, nint left);

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint value);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    private const int SetTimerSlack = 29;    // PR_SET_TIMERSLACK, in nanoseconds
}
