using System.CommandLine;
using Sockeye.Measuring;

namespace Sockeye.Tool.Scanning;

/// <summary>The positionals of a scan, <c>HOST... PORTS</c>, and <c>--top</c> in the place of the latter.</summary>
internal sealed class ScanArguments
{
    private readonly Argument<string[]> _words = new("HOST... [PORTS]")
    {
        Description =
            """
            hosts, and behind them ports such as 22,8000-8100,http
            HOST is a name, an address, a network (`192.0.2.0/24`) or a range of addresses (`192.0.2.10-20`); several stand
            behind each other, or in a list with commas. PORTS, the last word, is a list with commas of numbers, ranges and
            service names, or `all`.
            """,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _top = CommonOptions.Count("--top",
        """
        instead of PORTS: the N to look at first
        That is a hundred ports whose services people run, in an order chosen by hand; then those which the built-in registry
        of services has a name for, by number; then the others. Nobody has counted how often each is open.
        """, 0, 1, ushort.MaxValue);

    /// <summary>Declares them on a verb.</summary>
    public static ScanArguments AddTo(Verb verb)
    {
        var arguments = new ScanArguments();
        verb.Add(arguments._words);
        verb.Add(arguments._top);
        return arguments;
    }

    /// <summary>What is to be scanned.</summary>
    public PortScan Settle(ParseResult command, PortScanOptions options) => command.GetRequiredValue(_words) switch
    {
        var hosts when command.IsGiven(_top.Name) => PortScan.Of(ListOf(hosts), PortSet.Top(command.GetValue(_top)), options),
        [.. var hosts, var ports] when hosts.Length > 0 => PortScan.Of(ListOf(hosts), PortSet.Parse(ports), options),
        [var host] => throw new UsageException($"scan needs PORTS, too, and has '{host}' alone", $"For example 'sock scan {HostOf(host)} 1-1024'; or --top N for those to look at first."),
        _ => throw new UsageException("scan needs HOST and PORTS"),
    };

    /// <summary>The hosts as one list. What can only be ports there is a list of them with blanks.</summary>
    private static string ListOf(string[] hosts) => Array.Find(hosts, IsPorts) is { } ports
        ? throw new UsageException($"'{ports}' is no host", "PORTS is one word: put commas between them.")
        : string.Join(',', hosts);

    private static bool IsPorts(string word) => word.Length > 0 && word.All(c => char.IsAsciiDigit(c) || c is ',' or '-');

    /// <summary>Of HOST:PORT the host.</summary>
    private static string HostOf(string word) => AddressArguments.IsBareHost(word) ? word : word[..word.LastIndexOf(':')];
}
