using System.Globalization;

namespace Sockeye.Tool.Progress;

/// <summary>Counts bytes, and says how far that is, how fast, and how long the rest takes where the size is known.</summary>
/// <param name="size">How many are expected; null if nobody knows.</param>
/// <param name="time">The clock that the speed is measured by.</param>
internal sealed class Meter(long? size, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _count;

    /// <summary>Bytes so far.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Add(long bytes) => Interlocked.Add(ref _count, bytes);

    /// <summary>While it goes on: <c>1.5 MiB of 6 MiB (25 %), 3 MiB/s, 2 s left</c>.</summary>
    public string SoFar => Describe(Count, size, time.GetElapsedTime(_start));

    /// <summary>At the end: <c>6 MiB in 2.04 s, 2.9 MiB/s</c>.</summary>
    public string InAll => DescribeWhole(Count, time.GetElapsedTime(_start));

    internal static string Describe(long count, long? size, TimeSpan elapsed)
    {
        var facts = new List<string> { Extent(count, size) };
        if (SpeedOf(count, elapsed) is { } speed)
        {
            facts.Add($"{ByteSize.Format((long)speed)}/s");
            if (size > count && count > 0 && Left((size.Value - count) / speed) is { } left)
                facts.Add(left);
        }
        return string.Join(", ", facts);
    }

    internal static string DescribeWhole(long count, TimeSpan elapsed)
    {
        var speed = SpeedOf(count, elapsed) is { } known ? $", {ByteSize.Format((long)known)}/s" : "";
        return $"{ByteSize.Format(count)} in {Sessions.OutcomeText.Of(elapsed)}{speed}";
    }

    /// <summary>What has grown beyond its size has a size that nobody knows.</summary>
    private static string Extent(long count, long? size) => size is > 0 and var whole && count <= whole
        ? string.Create(CultureInfo.InvariantCulture, $"{ByteSize.Format(count)} of {ByteSize.Format(whole)} ({(int)(100m * count / whole)} %)")
        : ByteSize.Format(count);

    private static double? SpeedOf(long count, TimeSpan elapsed) =>
        elapsed > TimeSpan.Zero ? Math.Min(count / elapsed.TotalSeconds, LargestSize) : null;

    /// <summary>Rounded up, in the largest unit that has two of it; null where no guess is worth a word.</summary>
    private static string? Left(double seconds) => seconds switch
    {
        < 120 => $"{Math.Ceiling(seconds)} s left",
        < 2 * 3600 => $"{Math.Ceiling(seconds / 60)} min left",
        < 1000 * 3600 => $"{Math.Ceiling(seconds / 3600)} h left",
        _ => null,
    };

    private const double LargestSize = 1L << 62;
}
