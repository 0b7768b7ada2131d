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
    public static string Bytes(long count) => Count(count, "byte");

    /// <summary><c>1 datagram</c>, <c>12 datagrams</c>.</summary>
    public static string Count(long count, string one) =>
        $"{Number(count)} {one}{(count == 1 ? "" : "s")}";

    /// <summary><c>12,345</c>.</summary>
    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Invariant(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {unit}");
}
