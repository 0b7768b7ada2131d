using System.Runtime.InteropServices;

namespace Sockeye;

/// <summary>Ports from a first to a last one, both included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PortRange(int First, int Last)
{
    public int Count => Last - First + 1;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>The text form of a <see cref="PortSet"/>.</summary>
internal static class PortSetText
{
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/> or <see cref="NetErrorKind.UnknownService"/>,
    /// with what is wrong.</exception>
    public static IEnumerable<PortRange> Parse(string text, ServiceRegistry? services)
    {
        var words = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            throw AddressText.Invalid("no port is named: write numbers, ranges and service names, such as 22,8000-8100,http");
        return words.Select(word => RangeOf(word, services));
    }

    private static PortRange RangeOf(string word, ServiceRegistry? services)
    {
        if (word == Everything)
            return new(1, 65_535);
        // A name may have hyphens, too; it has a letter besides.
        if (word.Contains('-') && word.All(c => char.IsAsciiDigit(c) || c == '-'))
            return Between(word, services);
        var port = PortOf(word, services);
        return new(port, port);
    }

    private static PortRange Between(string word, ServiceRegistry? services)
    {
        if (word.Split('-') is not [{ Length: > 0 } first, { Length: > 0 } last])
            throw AddressText.Invalid($"{Quoted.Of(word)} is no range of ports: write FIRST-LAST, such as 8000-8100");
        var range = new PortRange(PortOf(first, services), PortOf(last, services));
        return range.First <= range.Last ? range : throw AddressText.Invalid($"{Quoted.Of(word)} is no range of ports: it ends before it begins");
    }

    private static int PortOf(string word, ServiceRegistry? services) => AddressText.ParsePort(word, Transport.Tcp, services).Port switch
    {
        0 => throw AddressText.Invalid("nobody can be reached at port 0: ports are 1 to 65535"),
        var port => port,
    };

    private const string Everything = "all";
    private static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];
}
