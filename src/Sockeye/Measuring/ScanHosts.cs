using System.Net;

namespace Sockeye.Measuring;

/// <summary>A host to scan: as it was given, and its addresses in the order to try them.</summary>
internal sealed record ScanHost(string Name, IReadOnlyList<IPAddress> Addresses);

/// <summary>The hosts of a scan: names, which are looked up when it begins, and addresses, which may be whole networks.</summary>
internal sealed class ScanHosts
{
    private readonly IReadOnlyList<Word> _words;

    private ScanHosts(IReadOnlyList<Word> words) => _words = words;

    /// <summary>Reads words of a host name, an address, a network or a range, with commas or blanks between.</summary>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: a word is none of these, there is no word, or
    /// there are too many addresses.</exception>
    public static ScanHosts Parse(string text)
    {
        var hosts = new ScanHosts([.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(Word.Parse)]);
        return hosts.Count switch
        {
            0 => throw AddressText.Invalid("no host is named"),
            > Most => throw AddressText.Invalid($"these are more than {Texts.Number(Most)} hosts, which is as many as a scan takes: name a smaller network"),
            _ => hosts,
        };
    }

    /// <summary>How many there are; a name is one.</summary>
    public long Count => _words.Sum(word => word.Count);

    /// <summary>Looks the names up.</summary>
    /// <exception cref="NetException">A name has no address, or an address is not of the family.</exception>
    public async Task<IEnumerable<ScanHost>> ResolveAsync(PortScanOptions options, CancellationToken cancel)
    {
        var found = await Task.WhenAll(_words.Select(word => word.ResolveAsync(options, cancel))).ConfigureAwait(false);
        return found.SelectMany(hosts => hosts);
    }

    private sealed record Word(string Text, AddressRange? Range)
    {
        public long Count => Range is not { } range ? 1 : range.Last - range.First >= Most ? Most + 1 : (long)(range.Last - range.First) + 1;

        /// <summary>One address is a host like a name, and may have a zone.</summary>
        public static Word Parse(string text)
        {
            if (text == HostText.Any)
                throw AddressText.Invalid("* is every address of this machine: say which one is meant");
            if (HostText.IsLocalhost(text) || HostText.IsLiteral(text.Trim('[', ']')))
                return new(text, Range: null);
            var meaning = AddressSetText.Parse(text).Single();
            return new(text, meaning.Range);
        }

        public async Task<IEnumerable<ScanHost>> ResolveAsync(PortScanOptions options, CancellationToken cancel)
        {
            if (Range is { } range)
            {
                return options.Family is { } family && family != range.Family
                    ? throw new NetException(NetErrorKind.NameNotFound, NetOperation.Resolve, $"{Text} has no {Resolver.NameOf(family)} address")
                    : range.Addresses().Select(ip => new ScanHost(ip.ToString(), [ip]));
            }
            if (options.NumericOnly && HostText.Parse(Text).IP is null)
                throw new NetException(NetErrorKind.InvalidAddress, NetOperation.Parse, $"{Quoted.Of(Text)} is a host name, where only IP addresses are allowed", Address.Tcp(Text, 0));
            var addresses = await options.Resolver.ResolveAsync(Text, new() { Family = options.Family, Time = options.Time }, cancel).ConfigureAwait(false);
            return [new(HostText.Parse(Text).Host, addresses)];
        }
    }

    private const long Most = 65_536;
    private static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];
}
