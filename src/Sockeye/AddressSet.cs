using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>
/// A set of IP addresses, as people write one: addresses, networks, ranges and names, with commas, blanks or line ends in
/// between. Immutable.
/// <list type="table">
/// <item><term><c>192.0.2.7</c>, <c>2001:db8::7</c></term><description>an address</description></item>
/// <item><term><c>192.0.2.0/24</c>, <c>2001:db8::/32</c></term><description>a network: all addresses that have the first so
/// many bits in common</description></item>
/// <item><term><c>192.0.2.10-192.0.2.20</c>, <c>192.0.2.10-20</c></term><description>from one to another, both
/// included</description></item>
/// <item><term><c>localhost</c></term><description>127.0.0.1 and ::1</description></item>
/// <item><term><c>gate.example.com</c></term><description>all addresses that the name has when it is looked up, once, by
/// <see cref="ResolveAsync"/></description></item>
/// <item><term><c># office</c></term><description>a remark, to the end of its line</description></item>
/// </list>
/// </summary>
/// <remarks>An IPv4 address in IPv6 clothes (<c>::ffff:192.0.2.7</c>) is the IPv4 address, wherever it stands; so no IPv6
/// network holds any. Addresses are read as strictly as those of <see cref="Address"/>.</remarks>
/// <example><code>
/// var office = AddressSet.Parse("192.0.2.0/24, 2001:db8::/32");
/// Console.WriteLine(office.Contains(System.Net.IPAddress.Parse("192.0.2.7")));    // True
/// </code></example>
public sealed class AddressSet
{
    // Disjoint and in order, so that one search finds the only range that can hold an address.
    private readonly IReadOnlyList<AddressRange> _ranges;

    private AddressSet(IEnumerable<AddressRange> ranges) => _ranges = Merge(ranges);

    /// <summary>Reads a set without asking anybody.</summary>
    /// <param name="text">Words of the forms above; none for the empty set.</param>
    /// <returns>The set.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: a word is none of these, or is a name,
    /// which only <see cref="ResolveAsync"/> looks up. In a text of several lines the reason begins with the line.</exception>
    public static AddressSet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(AddressSetText.Parse(text).Select(word => word.Range ?? throw AddressSetText.NoName(word)));
    }

    /// <summary>Reads a set, and looks the names in it up. What their owners change later makes no difference.</summary>
    /// <param name="text">Words of the forms above; none for the empty set.</param>
    /// <param name="resolver">Looks the names up. Defaults to <see cref="Resolver.System"/>.</param>
    /// <param name="options">Family and limit of each look-up. Defaults to <see cref="ResolveOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The set.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: a word is none of these; those of
    /// <see cref="Resolver.ResolveAsync(string, ResolveOptions?, CancellationToken)"/>: a name could not be looked up, and
    /// there is no set rather than one that lacks it.</exception>
    public static async Task<AddressSet> ResolveAsync(
        string text, Resolver? resolver = null, ResolveOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        resolver ??= Resolver.System;
        var words = AddressSetText.Parse(text).ToList();
        var lookUps = words.Where(word => word.Name is not null).Select(word => resolver.ResolveAsync(word.Name!, options, cancel));
        var found = await Task.WhenAll(lookUps).ConfigureAwait(false);
        return new(
        [
            .. words.Where(word => word.Range is not null).Select(word => word.Range!.Value),
            .. found.SelectMany(addresses => addresses).Select(ip => AddressRange.Between(ip, ip)),
        ]);
    }

    /// <summary>Whether there is no address in it.</summary>
    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>Whether the address is in it. Its zone makes no difference.</summary>
    /// <param name="ip">An IPv4 or IPv6 address.</param>
    public bool Contains(IPAddress ip)
    {
        ArgumentNullException.ThrowIfNull(ip);
        ip = HostText.Unmapped(ip);
        var number = AddressRange.NumberOf(ip);
        var (low, high) = (0, _ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (Compare(_ranges[middle], ip.AddressFamily, number))
            {
                case 0:
                    return true;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }
        return false;
    }

    /// <summary>The addresses that are in this set, in the other, or in both.</summary>
    /// <param name="other">The other set.</param>
    public AddressSet Union(AddressSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(_ranges.Concat(other._ranges));
    }

    /// <summary>The shortest text that <see cref="Parse"/> reads as this set: IPv4 first, in order.</summary>
    public override string ToString() => string.Join(", ", _ranges);

    private static List<AddressRange> Merge(IEnumerable<AddressRange> ranges)
    {
        var merged = new List<AddressRange>();
        foreach (var range in ranges.OrderBy(range => range.Family).ThenBy(range => range.First))
        {
            if (merged is [.., var last] && last.Touches(range))
                merged[^1] = last with { Last = UInt128.Max(last.Last, range.Last) };
            else
                merged.Add(range);
        }
        return merged;
    }

    /// <summary>Where the range lies as seen from the address: before it (less than 0), around it, or behind it.</summary>
    private static int Compare(AddressRange range, AddressFamily family, UInt128 number) => range switch
    {
        _ when range.Family != family => ((int)range.Family).CompareTo((int)family),
        _ when range.Last < number => -1,
        _ when range.First > number => 1,
        _ => 0,
    };
}
