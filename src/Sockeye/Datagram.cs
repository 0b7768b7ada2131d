using System.Text;

namespace Sockeye;

/// <summary>One datagram as received.</summary>
/// <param name="Bytes">What it carried, from none to <see cref="DatagramOptions.MaxDatagram"/> bytes; valid until the
/// next receive on the same socket. Copy what has to last longer.</param>
/// <param name="From">Who sent it, with the numeric host; a Unix sender without a name has an empty path and cannot
/// be answered.</param>
/// <param name="Truncated">Whether it was longer than <see cref="DatagramOptions.MaxDatagram"/> and was cut.</param>
public readonly record struct Datagram(ReadOnlyMemory<byte> Bytes, Address From, bool Truncated)
{
    /// <summary>The bytes as UTF-8; each invalid sequence becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
