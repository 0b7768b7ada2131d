using System.Runtime.CompilerServices;

namespace Sockeye.Measuring;

/// <summary>
/// Finds out which TCP ports of some hosts are open, by connecting to each and leaving at once. No byte is sent. Only scan
/// what is yours, or whose owner agrees.
/// </summary>
/// <remarks>
/// <para>A host with several addresses is open where one of them is, as for
/// <see cref="Connection.ConnectAsync(string, int, ConnectOptions?, CancellationToken)"/>: they are tried one after another. Where none is, a
/// port is closed if one of them says so.</para>
/// <para>Hosts are scanned one after another, each from its lowest port on. Memory does not grow with their number: what
/// is waited for is bounded by <see cref="PortScanOptions.Parallel"/>, and a reader who is slow holds the scan up.</para>
/// </remarks>
/// <example><code>
/// await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.WriteLineAsync("hello", cancel).AsTask());
/// var scan = PortScan.Of("127.0.0.1", PortSet.Parse($"{server.LocalAddress.Port}"));
/// await foreach (var port in scan.RunAsync())
///     Console.WriteLine($"{port.State} after {port.Elapsed}, meant for {port.Service ?? "nothing"}");
/// </code></example>
public sealed class PortScan
{
    private readonly ScanHosts _hosts;
    private readonly PortSet _ports;
    private readonly PortScanOptions _options;

    private PortScan(ScanHosts hosts, PortSet ports, PortScanOptions options) => (_hosts, _ports, _options) = (hosts, ports, options);

    /// <summary>Says what to scan; nothing happens yet.</summary>
    /// <param name="hosts">Host names, addresses, networks (<c>192.0.2.0/24</c>) and ranges (<c>192.0.2.10-20</c>), with commas or
    /// blanks between; at most 65,536 hosts.</param>
    /// <param name="ports">The ports of each.</param>
    /// <param name="options">Limits and choices. Defaults to the options' own defaults.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: a word is no host, or there are none or too many.</exception>
    public static PortScan Of(string hosts, PortSet ports, PortScanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(ports);
        return new(ScanHosts.Parse(hosts), ports, options ?? PortScanOptions.Default);
    }

    /// <summary>How many reports there will be: one for each port of each host.</summary>
    public long Count => _hosts.Count * _ports.Count;

    /// <summary>Looks the names up, then scans. May be run again.</summary>
    /// <param name="cancel">Ends it; an <see cref="OperationCanceledException"/> follows.</param>
    /// <returns>A report for each port, as soon as it is known.</returns>
    /// <exception cref="NetException">A name could not be looked up (as for
    /// <see cref="Resolver.ResolveAsync(string, ResolveOptions?, CancellationToken)"/>), and nothing was scanned; or this machine
    /// does not allow it or has run out of something (<see cref="NetErrorKind.ResourceExhausted"/>, ...).</exception>
    public async IAsyncEnumerable<PortReport> RunAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var hosts = await _hosts.ResolveAsync(_options, cancel).ConfigureAwait(false);
        var sweep = Sweep.Start(hosts.SelectMany(host => _ports.Select(port => new ScanTarget(host, port))), _options);
        await using (sweep.ConfigureAwait(false))
        {
            await foreach (var report in sweep.ReadAllAsync(cancel).ConfigureAwait(false))
                yield return report;
        }
    }
}
