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
        Span<char> line = stackalloc char[HexLength + 1 + LineLength + 1];
        line.Fill(' ');
        var hex = line;
        var plain = line[(HexLength + 1)..];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i].TryFormat(hex, out _, "x2", CultureInfo.InvariantCulture);
            hex = hex[(i % 2 == 1 ? 3 : 2)..];
            plain[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '.';
        }
        plain[bytes.Length] = '\n';
        text.Append(line[..(HexLength + 1 + bytes.Length + 1)]);
    }

    // Two digits each, and a space behind every second.
    private const int HexLength = LineLength / 2 * 5;
    private const int LineLength = 16;
}
