using System.Security.Cryptography;

namespace Sockeye.Tests.Support;

/// <summary>Bytes that no program may change on their way.</summary>
internal static class Payload
{
    /// <summary>So many bytes of every value in no order, always the same for the same seed.</summary>
    public static byte[] Create(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        for (var value = 0; value < Math.Min(count, 256); value++)
            bytes[value] = (byte)value;
        return bytes;
    }

    /// <summary>The bytes' SHA-256 as <c>sha256sum</c> writes it.</summary>
    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
