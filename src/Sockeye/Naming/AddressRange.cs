using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye;

/// <summary>IP addresses of one family from a first to a last one, both included, as the numbers that they are.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressRange(AddressFamily Family, UInt128 First, UInt128 Last)
{
    /// <summary>From one address to another of the same family.</summary>
    public static AddressRange Between(IPAddress first, IPAddress last) => new(first.AddressFamily, NumberOf(first), NumberOf(last));

    /// <summary>All addresses that have the first so many bits in common with this one.</summary>
    public static AddressRange Network(IPAddress ip, int prefix)
    {
        var width = WidthOf(ip.AddressFamily);
        // Shifting by the whole width would shift by nothing.
        var below = prefix == 0 ? UInt128.MaxValue >> (128 - width) : (UInt128.One << (width - prefix)) - 1;
        var number = NumberOf(ip);
        return new(ip.AddressFamily, number & ~below, number | below);
    }

    /// <summary>How many bits an address of the family has.</summary>
    public static int WidthOf(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    /// <summary>The address as a number, most significant byte first.</summary>
    public static UInt128 NumberOf(IPAddress ip)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        ip.TryWriteBytes(ip.AddressFamily == AddressFamily.InterNetwork ? bytes[12..] : bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Whether the two are one range, or would be if they were written as one.</summary>
    public bool Touches(AddressRange next) =>
        Family == next.Family && (next.First <= Last || next.First - Last == UInt128.One);

    /// <summary>The shortest text that reads as this range: an address, a network, or first and last.</summary>
    public override string ToString()
    {
        if (First == Last)
            return AddressOf(First).ToString();
        var below = First ^ Last;
        var isNetwork = (below & (below + 1)) == 0 && (First & below) == 0;
        return isNetwork
            ? $"{AddressOf(First)}/{WidthOf(Family) - (int)UInt128.PopCount(below)}"
            : $"{AddressOf(First)}-{AddressOf(Last)}";
    }

    /// <summary>The addresses, one after another.</summary>
    public IEnumerable<IPAddress> Addresses()
    {
        for (var number = First; ; number++)
        {
            yield return AddressOf(number);
            if (number == Last)
                yield break;
        }
    }

    private IPAddress AddressOf(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(Family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }
}
