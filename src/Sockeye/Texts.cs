using System.Globalization;

namespace Sockeye;

/// <summary>Quantities as messages say them.</summary>
internal static class Texts
{
    /// <summary><c>250 ms</c>, <c>1.5 s</c>, <c>2 min</c>.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => Invariant(time.TotalMilliseconds, "ms"),
        { TotalSeconds: < 120 } => Invariant(time.TotalSeconds, "s"),
        _ => Invariant(time.TotalMinutes, "min"),
    };

    /// <summary><c>1 byte</c>, <c>12,345 bytes</c>.</summary>
    public static string Bytes(long count) =>
        count == 1 ? "1 byte" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes");

    private static string Invariant(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {unit}");
}
