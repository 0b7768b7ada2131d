using System.Text;
using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>
/// Bytes as people read them on a wire: direction, offset, sixteen bytes a line, and what of them can be printed.
/// <code>&gt; 00000000  47 45 54 20 2f 0d 0a                              |GET /..|</code>
/// </summary>
internal static class HexDump
{
    public static string Of(SessionChunk chunk)
    {
        var mark = chunk.Direction == SessionDirection.Sent ? '>' : '<';
        if (chunk.Bytes.IsEmpty)
            return $"{mark} {chunk.Offset:x8}  (empty datagram)";
        var text = new StringBuilder();
        for (var start = 0; start < chunk.Bytes.Length; start += LineLength)
        {
            if (start > 0)
                text.Append('\n');
            text.Append($"{mark} {chunk.Offset + start:x8}  ");
            AppendLine(text, chunk.Bytes.Span[start..Math.Min(start + LineLength, chunk.Bytes.Length)]);
        }
        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < LineLength; i++)
        {
            text.Append(i < bytes.Length ? $"{bytes[i]:x2} " : "   ");
            if (i == LineLength / 2 - 1)
                text.Append(' ');
        }
        text.Append(" |");
        foreach (var value in bytes)
            text.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
        text.Append('|');
    }

    private const int LineLength = 16;
}
