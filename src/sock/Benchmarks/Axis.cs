using System.Globalization;

namespace Sockeye.Tool.Benchmarks;

/// <summary>Where values stand on one side of a plot, and what is written there.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Place">From a value to its place: 0 at the beginning, 1 at the end.</param>
/// <param name="Marks">Values that get a line, and their labels.</param>
internal sealed record Axis(string Name, Func<double, double> Place, IReadOnlyList<(double Value, string Label)> Marks)
{
    /// <summary>From 0 to a round number that is not below this one.</summary>
    public static Axis Linear(string name, double most, Func<double, string> label)
    {
        var step = StepFor(most);
        var end = Math.Max(step, Math.Ceiling(most / step * (1 - Rounding)) * step);
        return new(name, value => value / end, [.. Enumerable.Range(0, (int)Math.Round(end / step) + 1).Select(i => (i * step, label(i * step)))]);
    }

    /// <summary>From 0 to just this number.</summary>
    public static Axis Exactly(string name, double most, Func<double, string> label)
    {
        var step = StepFor(most);
        return new(name, value => value / most, [.. Enumerable.Range(0, (int)(most / step * (1 + Rounding)) + 1).Select(i => (i * step, label(i * step)))]);
    }

    /// <summary>Times, each step the same factor longer.</summary>
    public static Axis OfTimes(string name, TimeSpan least, TimeSpan most)
    {
        var (from, to) = (Exponent(least, Math.Floor), Exponent(most, Math.Ceiling));
        if (from == to)
            to++;
        double[] digits = to - from <= 2 ? [1, 2, 5] : [1];
        var (low, high) = (LowerEnd(least, digits), UpperEnd(most, digits));
        var marks = Enumerable.Range(from, to - from + 1)
            .SelectMany(exponent => digits.Select(digit => digit * Math.Pow(10, exponent)))
            .Where(ticks => ticks >= low * (1 - Rounding) && ticks <= high * (1 + Rounding));
        return new(name, ticks => Math.Log(Math.Max(ticks, low) / low) / Math.Log(high / low), [.. marks.Select(ticks => (ticks, LabelOf(ticks)))]);
    }

    /// <summary>Per cent, up to the last one that so many times tell apart: 90, 99, 99.9 have the same distance.</summary>
    public static Axis OfPercentiles(string name, long count)
    {
        var nines = Math.Clamp(Math.Log10(Math.Max(10, count)), 1, MostNines);
        return new(
            name, percent => percent >= 100 ? 1 : Math.Min(1, -Math.Log10(1 - (percent / 100)) / nines),
            [.. Marked.Where(mark => mark.Nines <= nines).Select(mark => (mark.Percent, mark.Label))]);
    }

    /// <summary>The percentiles that the end of <see cref="OfPercentiles"/> leaves room for.</summary>
    public static IEnumerable<double> PercentilesUpTo(long count)
    {
        var nines = Math.Clamp(Math.Log10(Math.Max(10, count)), 1, MostNines);
        for (var i = 0; i <= PointsOfLine; i++)
            yield return 100 * (1 - Math.Pow(10, -nines * i / PointsOfLine));
    }

    private static double StepFor(double most)
    {
        var rough = most / 5;
        var power = rough > 0 ? Math.Pow(10, Math.Floor(Math.Log10(rough))) : 1;
        return power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private static int Exponent(TimeSpan time, Func<double, double> round) => (int)round(Math.Log10(Math.Max(1, time.Ticks)));

    private static double LowerEnd(TimeSpan least, double[] digits) =>
        digits.Select(digit => digit * Math.Pow(10, Exponent(least, Math.Floor))).Last(ticks => ticks <= Math.Max(1, least.Ticks) * (1 + Rounding));

    private static double UpperEnd(TimeSpan most, double[] digits) =>
        digits.Append(10).Select(digit => digit * Math.Pow(10, Exponent(most, Math.Floor))).First(ticks => ticks > Math.Max(1, most.Ticks) * (1 - Rounding) && ticks > 1);

    private static string LabelOf(double ticks) => (ticks / TimeSpan.TicksPerMicrosecond) switch
    {
        < 1000 and var us => string.Create(CultureInfo.InvariantCulture, $"{us:0.#} µs"),
        < 1_000_000 and var us => string.Create(CultureInfo.InvariantCulture, $"{us / 1000:0.#} ms"),
        var us => string.Create(CultureInfo.InvariantCulture, $"{us / 1_000_000:0.#} s"),
    };

    private static readonly (double Percent, double Nines, string Label)[] Marked =
    [
        (0, 0, "0 %"), (50, 0.301, "50 %"), (90, 1, "90 %"), (99, 2, "99 %"), (99.9, 3, "99.9 %"), (99.99, 4, "99.99 %"), (99.999, 5, "99.999 %"),
    ];

    private const int MostNines = 6;
    private const int PointsOfLine = 200;
    private const double Rounding = 1e-9;
}
