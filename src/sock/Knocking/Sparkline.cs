namespace Sockeye.Tool.Knocking;

/// <summary>Times as a row of bars, a character each: <c>▁▃█×▂</c>.</summary>
internal static class Sparkline
{
    /// <summary>The bars, from the shortest time to the longest; a cross where there is no time.</summary>
    public static string Of(IReadOnlyList<TimeSpan?> times)
    {
        var (least, most) = (times.Min() ?? TimeSpan.Zero, times.Max() ?? TimeSpan.Zero);
        return string.Concat(times.Select(time => time is { } known ? Bar(known - least, most - least) : '×'));
    }

    private static char Bar(TimeSpan above, TimeSpan range) =>
        range == TimeSpan.Zero ? Bars[0] : Bars[(int)Math.Round(above / range * (Bars.Length - 1))];

    private const string Bars = "▁▂▃▄▅▆▇█";
}
