using System.Globalization;

namespace Sockeye.Tool;

/// <summary>Sizes as people type them: <c>1000</c>, <c>64k</c>, <c>1.5m</c>, <c>2g</c>, in steps of 1,024.</summary>
internal static class ByteSize
{
    public const string Forms = "bytes, or 64k, 1.5m, 2g";

    public static bool TryParse(string text, out long size)
    {
        size = 0;
        var unit = text is [.., var last] ? char.ToLowerInvariant(last) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1L } : 1L;
        var digits = unit == 1 ? text : text[..^1];
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue / unit)
            return false;
        size = (long)(count * unit);
        return size == count * unit;
    }

    /// <summary>The size for a person: <c>512 bytes</c>, <c>1.5 KiB</c>, <c>2 GiB</c>.</summary>
    public static string Format(long size) => size switch
    {
        1 => "1 byte",
        < 1L << 10 => $"{size} bytes",
        < 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{size / 1024.0:0.#} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{size / (1024.0 * 1024):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{size / (1024.0 * 1024 * 1024):0.##} GiB"),
    };
}
