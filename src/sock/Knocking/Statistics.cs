namespace Sockeye.Tool.Knocking;

/// <summary>What many measured times come to.</summary>
internal static class Statistics
{
    /// <summary>The times that there are, the shortest first.</summary>
    public static IReadOnlyList<TimeSpan> Sorted(IEnumerable<TimeSpan?> tries) => [.. tries.OfType<TimeSpan>().Order()];

    /// <summary>The shortest time that so many per cent do not exceed (nearest rank): always one that was measured.</summary>
    /// <param name="sorted">At least one time, the shortest first.</param>
    /// <param name="percent">0 for the shortest to 100 for the longest.</param>
    public static TimeSpan Percentile(IReadOnlyList<TimeSpan> sorted, int percent) =>
        sorted[Math.Max(0, (int)(((long)sorted.Count * percent + 99) / 100) - 1)];
}
