using System.Buffers;

namespace Sockeye.Sessions;

/// <summary>Turns each LF that has no CR before it into CR LF, also where the two came in different reads.</summary>
internal sealed class CrlfFilter
{
    private readonly ArrayBufferWriter<byte> _converted = new();
    private bool _endedInCr;

    /// <summary>The bytes converted; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> bytes)
    {
        _converted.ResetWrittenCount();
        var rest = bytes.Span;
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var hasCr = end > 0 ? rest[end - 1] == '\r' : _endedInCr;
            _converted.Write(rest[..end]);
            _converted.Write(hasCr ? "\n"u8 : "\r\n"u8);
            rest = rest[(end + 1)..];
            _endedInCr = false;
        }
        _converted.Write(rest);
        if (!rest.IsEmpty)
            _endedInCr = rest[^1] == '\r';
        return _converted.WrittenMemory;
    }
}
