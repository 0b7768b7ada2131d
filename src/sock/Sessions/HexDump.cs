using System.Globalization;
using System.Text;
using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>
/// Bytes as people read them on a wire: direction, time, offset in that direction, sixteen bytes a line, and what of them can be
/// printed. A line fits in 80 columns.
/// <code>&gt; 0.000421s 00000000  4745 5420 2f0d 0a                        GET /..</code>
/// </summary>
internal static class HexDump
{
    /// <param name="chunk">The bytes.</param>
    /// <param name="time">When they were carried.</param>
    /// <param name="peer">With whom, where there are many; null where that is plain.</param>
    public static string Of(SessionChunk chunk, TimeSpan time, string? peer)
    {
        var whose = peer is null ? "" : peer + " ";
        var mark = chunk.Direction == SessionDirection.Sent ? '>' : '<';
        var start = string.Create(CultureInfo.InvariantCulture, $"{whose}{mark} {time.TotalSeconds:0.000000}s ");
        if (chunk.Bytes.IsEmpty)
            return $"{start}{chunk.Offset:x8}  (empty datagram)\n";
        var text = new StringBuilder();
        for (var at = 0; at < chunk.Bytes.Length; at += LineLength)
        {
            text.Append(start).Append(CultureInfo.InvariantCulture, $"{chunk.Offset + at:x8}  ");
            AppendLine(text, chunk.Bytes.Span[at..Math.Min(at + LineLength, chunk.Bytes.Length)]);
        }
        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < LineLength; i++)
        {
            text.Append(i < bytes.Length ? $"{bytes[i]:x2}" : "  ");
            if (i % 2 == 1)
                text.Append(' ');
        }
        text.Append(' ');
        foreach (var value in bytes)
            text.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
        text.Append('\n');
    }

    private const int LineLength = 16;
}
