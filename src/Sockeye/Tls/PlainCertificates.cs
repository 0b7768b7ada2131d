using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockeye.Tls;

/// <summary>
/// The certificates that a server shows in the clear, as TLS 1.2 has it. The platform looks at them when the handshake is
/// done: of one that fails before, because the server wants to know who we are, nothing else is left.
/// <code>
/// record    | 22 | version | length | handshake messages, or a part of them        RFC 5246, section 6.2.1
///           | 1  | 2       | 2      |
/// message   | 11 | length | length of the list | length | certificate | ...        RFC 5246, section 7.4.2
///           | 1  | 3      | 3                  | 3      |
/// </code>
/// </summary>
internal static class PlainCertificates
{
    /// <summary>The server's own first; none if the bytes are not so far, or something else.</summary>
    public static IReadOnlyList<X509Certificate2> In(ReadOnlySpan<byte> records)
    {
        try
        {
            ReadOnlySpan<byte> messages = Join(records);
            while (messages.Length > 4)
            {
                var type = messages[0];
                var body = Take(ref messages, skip: 1);
                if (type == CertificateMessage)
                    return Parse(body);
            }
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            // A length leads beyond the end, or what should be a certificate is none.
        }
        return [];
    }

    private static byte[] Join(ReadOnlySpan<byte> records)
    {
        var messages = new List<byte>(records.Length);
        while (records is [HandshakeRecord, _, _, _, _, ..])
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(records[3..]), records.Length - RecordHeader);
            messages.AddRange(records.Slice(RecordHeader, length));
            records = records[(RecordHeader + length)..];
        }
        return [.. messages];
    }

    private static List<X509Certificate2> Parse(ReadOnlySpan<byte> body)
    {
        var list = Take(ref body);
        var certificates = new List<X509Certificate2>();
        while (list.Length > 0)
            certificates.Add(X509CertificateLoader.LoadCertificate(Take(ref list)));
        return certificates;
    }

    /// <summary>Cuts off what a length of three bytes says.</summary>
    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int skip = 0)
    {
        var start = skip + LengthSize;
        var length = bytes[skip] << 16 | BinaryPrimitives.ReadUInt16BigEndian(bytes[(skip + 1)..]);
        var taken = bytes.Slice(start, length);
        bytes = bytes[(start + length)..];
        return taken;
    }

    private const byte HandshakeRecord = 22;
    private const byte CertificateMessage = 11;
    private const int RecordHeader = 5;
    private const int LengthSize = 3;
}
