using System.Collections;

namespace Sockeye;

/// <summary>TCP ports as people list them, each once, from the lowest to the highest. Immutable.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>22</c>, <c>https</c></term><description>a port, by number or by the name of its service</description></item>
/// <item><term><c>8000-8100</c></term><description>from the first to the last port</description></item>
/// <item><term><c>all</c></term><description>1 to 65,535</description></item>
/// </list>
/// <para>Words are separated by commas, blanks or line ends. Port 0 is none: nobody can be reached there.</para>
/// </remarks>
/// <example><code>
/// var ports = PortSet.Parse("ssh, 8000-8003, https");
/// Console.WriteLine($"{ports}: {ports.Count}");                     // 22,443,8000-8003: 6
/// Console.WriteLine(ports.Contains(8001));                          // True
/// </code></example>
public sealed class PortSet : IReadOnlyCollection<int>
{
    // Disjoint and in order.
    private readonly IReadOnlyList<PortRange> _ranges;

    private PortSet(IEnumerable<PortRange> ranges)
    {
        _ranges = Merge(ranges);
        Count = _ranges.Sum(range => range.Count);
    }

    /// <summary>1 to 65,535.</summary>
    public static PortSet All { get; } = new([new(1, HighestPort)]);

    /// <summary>Reads a set of ports.</summary>
    /// <param name="text">One or more words of the forms above.</param>
    /// <param name="services">Looks service names up, as TCP knows them. Defaults to <see cref="ServiceRegistry.Default"/>.</param>
    /// <returns>The set, with at least one port.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: a word is none of these, or there is no word;
    /// <see cref="NetErrorKind.UnknownService"/>: no service of that name for TCP.</exception>
    public static PortSet Parse(string text, ServiceRegistry? services = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(PortSetText.Parse(text, services));
    }

    /// <summary>The ports to look at first when there is no time for all: a hundred whose services people run, in an order
    /// chosen by hand, the best known first; then those that have a name in <see cref="ServiceRegistry.BuiltIn"/>, by number;
    /// then the others. Nobody has counted how often each is open.</summary>
    /// <param name="count">How many, 1 to 65,535.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many ports, or none are asked for.</exception>
    public static PortSet Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, HighestPort);
        return new(TopPorts.InOrder.Take(count).Select(port => new PortRange(port, port)));
    }

    /// <summary>How many ports there are in it.</summary>
    public int Count { get; }

    /// <summary>Whether the port is in it.</summary>
    /// <param name="port">A port number.</param>
    public bool Contains(int port) => _ranges.Any(range => port >= range.First && port <= range.Last);

    /// <summary>The ports, from the lowest to the highest.</summary>
    public IEnumerator<int> GetEnumerator() => _ranges.SelectMany(range => Enumerable.Range(range.First, range.Count)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shortest text of numbers that <see cref="Parse"/> reads as this set: <c>22,8000-8003</c>.</summary>
    public override string ToString() => string.Join(',', _ranges);

    private static List<PortRange> Merge(IEnumerable<PortRange> ranges)
    {
        var merged = new List<PortRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged is [.., var last] && range.First <= last.Last + 1)
                merged[^1] = last with { Last = Math.Max(last.Last, range.Last) };
            else
                merged.Add(range);
        }
        return merged;
    }

    private const int HighestPort = 65_535;
}
