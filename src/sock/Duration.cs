using System.Globalization;

namespace Sockeye.Tool;

/// <summary>Times as people type them: <c>10</c>, <c>1.5</c>, <c>500ms</c>, <c>2s</c>, <c>1m</c>, <c>none</c>.</summary>
internal static class Duration
{
    /// <summary>The longest time that a timer here can wait for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1000);

    public const string Forms = "seconds, or 500ms, 2s, 1m, 1h";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = Timeout.InfiniteTimeSpan;
        if (text == "none")
            return true;
        var digits = text.TrimEnd(Letters);
        if (!TryUnit(text[digits.Length..], out var unit)
            || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count > (decimal)(Longest / unit))
            return false;
        duration = TimeSpan.FromTicks((long)(count * unit.Ticks));
        return count == 0 || duration > TimeSpan.Zero;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads as this time.</summary>
    public static string Format(TimeSpan duration) => duration switch
    {
        _ when duration == Timeout.InfiniteTimeSpan => "none",
        _ when duration.Ticks % TimeSpan.TicksPerMinute == 0 && duration != TimeSpan.Zero => $"{duration.TotalMinutes:0}m",
        _ when duration < TimeSpan.FromSeconds(1) && duration != TimeSpan.Zero => $"{(decimal)duration.Ticks / TimeSpan.TicksPerMillisecond:0.####}ms",
        _ => $"{(decimal)duration.Ticks / TimeSpan.TicksPerSecond:0.#######}s",
    };

    /// <summary>A limit as messages say it: <c>200 ms</c>, <c>1.5 s</c>, <c>2 min</c>.</summary>
    public static string InWords(TimeSpan limit) => limit switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{limit.TotalMilliseconds:0.##} ms"),
        { TotalSeconds: < 120 } => string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds:0.##} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{limit.TotalMinutes:0.##} min"),
    };

    private static bool TryUnit(string suffix, out TimeSpan unit)
    {
        unit = suffix switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "" or "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        return unit > TimeSpan.Zero;
    }

    private static readonly char[] Letters = ['m', 's', 'h'];
}
