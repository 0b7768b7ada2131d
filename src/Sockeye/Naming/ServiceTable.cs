using System.Globalization;
using System.Text;

namespace Sockeye;

/// <summary>
/// The built-in services: IANA's registry as text, in two parts that are searched where they lie and never parsed whole.
/// <code>
/// Lines       one per port (or range of ports) and set of names, sorted by port
///             80tu http www www-http#World Wide Web
///             ||   |    |            +- description
///             ||   |    +-------------- aliases
///             ||   +------------------- canonical name
///             |+----------------------- protocols: t(cp), u(dp), s(ctp), d(ccp)
///             +------------------------ port, or first-last
/// NameIndex   where each name and alias begins in Lines, sorted by name: three base-64 digits an entry
/// </code>
/// </summary>
internal sealed partial class ServiceTable : IServiceSource
{
    private ServiceTable() { }

    public static ServiceTable Instance { get; } = new();

    public IEnumerable<ServiceEntry> All
    {
        get
        {
            for (var start = 0; start < Lines.Length; start = EndOfLine(start) + 1)
                foreach (var entry in Entries(start))
                    yield return entry;
        }
    }

    public IEnumerable<ServiceEntry> Named(string name)
    {
        for (var i = FirstIndexOf(name); i < NameCount && CompareName(i, name) == 0; i++)
            foreach (var entry in Entries(StartOfLine(NameOffset(i))))
                yield return entry;
    }

    public IEnumerable<ServiceEntry> At(int port)
    {
        for (var start = FirstLineOf(port); start < Lines.Length && Ports(start).First <= port; start = EndOfLine(start) + 1)
            foreach (var entry in Entries(start))
                yield return entry with { Port = port };
    }

    /// <summary>Binary search for the first name that does not sort before the one asked for.</summary>
    private static int FirstIndexOf(string name)
    {
        var (low, high) = (0, NameCount);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (CompareName(middle, name) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Binary search, by offset, for the first line whose ports do not end before the one asked for.</summary>
    private static int FirstLineOf(int port)
    {
        var (low, high) = (0, Lines.Length);
        while (low < high)
        {
            var middle = StartOfLine((low + high) / 2);
            if (Ports(middle).Last < port)
                low = EndOfLine(middle) + 1;
            else
                high = middle;
        }
        return low;
    }

    private static int CompareName(int index, string name)
    {
        var known = Lines[NameOffset(index)..];
        known = known[..known.IndexOfAny(" #\n"u8)];
        for (var i = 0; i < Math.Min(known.Length, name.Length); i++)
        {
            var difference = ToLower((char)known[i]) - ToLower(name[i]);
            if (difference != 0)
                return difference;
        }
        return known.Length - name.Length;
    }

    private static char ToLower(char c) => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;

    private static int NameOffset(int index)
    {
        var offset = 0;
        foreach (var digit in NameIndex.Slice(index * DigitsPerName, DigitsPerName))
            offset = (offset * Base64Digits.Length) + Base64Digits.IndexOf(digit);
        return offset;
    }

    private static int StartOfLine(int offset) => Lines[..offset].LastIndexOf((byte)'\n') + 1;

    private static int EndOfLine(int offset) => offset + Lines[offset..].IndexOf((byte)'\n');

    private static (int First, int Last) Ports(int start)
    {
        var ports = Lines[start..];
        ports = ports[..ports.IndexOfAny("tusd"u8)];
        var dash = ports.IndexOf((byte)'-');
        var last = int.Parse(ports[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
        return (dash < 0 ? last : int.Parse(ports[..dash], NumberStyles.None, CultureInfo.InvariantCulture), last);
    }

    /// <summary>What one line says: an entry for each of its protocols, on the first of its ports.</summary>
    private static List<ServiceEntry> Entries(int start)
    {
        var line = Encoding.ASCII.GetString(Lines[start..EndOfLine(start)]);
        var hash = line.IndexOf('#', StringComparison.Ordinal);
        var description = hash < 0 ? "" : line[(hash + 1)..];
        var fields = (hash < 0 ? line : line[..hash]).Split(' ');
        var (port, aliases) = (Ports(start).First, fields[2..]);
        return [.. fields[0].Where(char.IsAsciiLetter).Select(
            letter => new ServiceEntry(fields[1], port, ProtocolOf(letter), aliases, description))];
    }

    private static string ProtocolOf(char letter) => letter switch { 't' => "tcp", 'u' => "udp", 's' => "sctp", _ => "dccp" };

    private static int NameCount => NameIndex.Length / DigitsPerName;

    private const int DigitsPerName = 3;

    private static ReadOnlySpan<byte> Base64Digits => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
}
