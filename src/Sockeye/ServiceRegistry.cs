namespace Sockeye;

/// <summary>
/// Service names and their ports, both ways. <see cref="Default"/> knows, in this order: what was registered
/// <see cref="With">explicitly</see>, the system's services file (<c>/etc/services</c>; on Windows
/// <c>drivers\etc\services</c> in the system directory), and a built-in table of IANA's registry with the classic
/// aliases. The first of them that knows a name or port answers.
/// </summary>
/// <remarks>
/// Names are looked up in any case. The services file is read once, when a look-up first gets to it; a missing or
/// unreadable file and malformed lines are passed over. The built-in table is 232 KiB of read-only data, searched where
/// it lies. Registries are immutable and may be used by many threads at once.
/// </remarks>
/// <example><code>
/// int port = ServiceRegistry.Default.PortOf("http");                            // 80
/// ServiceEntry? log = ServiceRegistry.Default.Find(514, Transport.Udp);         // syslog
/// var services = ServiceRegistry.Default.With("greeting", 51444, Transport.Tcp);
/// port = services.PortOf("Greeting");                                           // 51444
/// </code></example>
public sealed class ServiceRegistry
{
    private readonly IServiceSource[] _sources;

    internal ServiceRegistry(params IServiceSource[] sources) => _sources = sources;

    /// <summary>The system's services file, then the built-in table.</summary>
    public static ServiceRegistry Default { get; } = new(ServicesFile.OfSystem, ServiceTable.Instance);

    /// <summary>The built-in table alone: the same answers on every system.</summary>
    public static ServiceRegistry BuiltIn { get; } = new(ServiceTable.Instance);

    /// <summary>A registry that knows one service more, and asks it first. This one stays as it is.</summary>
    /// <param name="name">1 to 15 letters, digits and single inner hyphens, at least one letter (RFC 6335, section 5.1).</param>
    /// <param name="port">The port, 1 to 65,535.</param>
    /// <param name="transport"><see cref="Transport.Tcp"/> or <see cref="Transport.Udp"/>.</param>
    /// <param name="aliases">Other names of the service, of the same form. Defaults to none.</param>
    /// <exception cref="ArgumentException">A name is malformed, or the transport has no ports.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port is out of range.</exception>
    public ServiceRegistry With(string name, int port, Transport transport, params string[] aliases)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65_535);
        var entry = new ServiceEntry(name, port, ProtocolOf(transport), [.. aliases], "");
        if (entry.Names.FirstOrDefault(each => !ServiceName.IsWellFormed(each)) is { } malformed)
            throw new ArgumentException(
                $"\"{malformed}\" is no service name: 1 to 15 letters, digits and inner hyphens, at least one letter", nameof(name));
        return new ServiceRegistry([new ServiceList([entry]), .. _sources]);
    }

    /// <summary>The port of a service.</summary>
    /// <param name="name">A name or alias, in any case.</param>
    /// <param name="transport">Only as known for this transport. Defaults to TCP if the name is known there, else UDP, else any.</param>
    /// <exception cref="NetException">
    /// <see cref="NetErrorKind.UnknownService"/>: nobody knows the name (the reason suggests one that is spelt almost
    /// the same), or it is known for another transport only (the reason says which).
    /// </exception>
    /// <exception cref="ArgumentException">The transport has no ports.</exception>
    public int PortOf(string name, Transport? transport = null) =>
        First(source => source.Named(name), transport)?.Port
        ?? throw Unknown(KnownElsewhere(name, FindAll(name)) ?? $"no service named {Quoted.Of(name)}{DidYouMean(name, transport)}");

    /// <summary>The canonical name of the service on a port.</summary>
    /// <param name="port">The port number.</param>
    /// <param name="transport">Only as known for this transport. Defaults to TCP if the port is known there, else UDP, else any.</param>
    /// <exception cref="NetException">
    /// <see cref="NetErrorKind.UnknownService"/>: the port has no name, or has one for another transport only (the
    /// reason says which).
    /// </exception>
    /// <exception cref="ArgumentException">The transport has no ports.</exception>
    public string NameOf(int port, Transport? transport = null) =>
        First(source => source.At(port), transport)?.Name
        ?? throw Unknown(KnownElsewhere($"port {port}", FindAll(port)) ?? $"no service is known on port {port}");

    /// <summary>The entry of a service, or null if the name is unknown.</summary>
    /// <param name="name">A name or alias, in any case.</param>
    /// <param name="transport">Only as known for this transport. Defaults to TCP if the name is known there, else UDP, else any.</param>
    /// <exception cref="ArgumentException">The transport has no ports.</exception>
    public ServiceEntry? Find(string name, Transport? transport = null) =>
        First(source => source.Named(name), transport) is { } entry ? Described(entry) : null;

    /// <summary>The entry of a port, or null if the port has no name.</summary>
    /// <param name="port">The port number.</param>
    /// <param name="transport">Only as known for this transport. Defaults to TCP if the port is known there, else UDP, else any.</param>
    /// <exception cref="ArgumentException">The transport has no ports.</exception>
    public ServiceEntry? Find(int port, Transport? transport = null) =>
        First(source => source.At(port), transport) is { } entry ? Described(entry) : null;

    /// <summary>Every entry of a name or alias, for all protocols, each once.</summary>
    /// <param name="name">A name or alias, in any case.</param>
    public IEnumerable<ServiceEntry> FindAll(string name) => Merged(source => source.Named(name));

    /// <summary>Every entry of a port, for all protocols, each once.</summary>
    /// <param name="port">The port number.</param>
    public IEnumerable<ServiceEntry> FindAll(int port) => Merged(source => source.At(port));

    /// <summary>Every entry whose name, alias or description contains the text, in any case, by port.</summary>
    /// <param name="text">What to look for; an empty text finds everything.</param>
    public IEnumerable<ServiceEntry> Search(string text) =>
        Merged(source => source.All.Where(entry => entry.Mentions(text)))
            .OrderBy(entry => entry.Port)
            .ThenBy(entry => Rank(entry.Protocol));

    /// <summary>
    /// The known name closest to a misspelt one (<c>htpp</c>: <c>http</c>), or null if none is close. Of equally close
    /// names, the one that is registered or in the system's file; then the one with the lowest port.
    /// </summary>
    /// <param name="name">The name as typed.</param>
    /// <param name="transport">Only names known for this transport. Defaults to any.</param>
    /// <exception cref="ArgumentException">The transport has no ports.</exception>
    public string? Suggest(string name, Transport? transport = null)
    {
        var protocol = transport is { } only ? ProtocolOf(only) : null;
        var allowed = SlipsAllowed(name.Length);
        return _sources.SelectMany(source => source.All)
            .Where(entry => protocol is null || entry.Protocol == protocol)
            .SelectMany(entry => entry.Names)
            .Where(known => Math.Abs(known.Length - name.Length) <= allowed)
            .Select(known => (Name: known, Slips: Misspelling.Slips(name, known)))
            .Where(known => known.Slips <= allowed)
            .OrderBy(known => known.Slips)
            .Select(known => known.Name)
            .FirstOrDefault();
    }

    /// <summary>How many slips a typed name of this length may have before a guess is worse than none.</summary>
    private static int SlipsAllowed(int length) => length switch { < 3 => 0, < 7 => 1, _ => 2 };

    private ServiceEntry? First(Func<IServiceSource, IEnumerable<ServiceEntry>> select, Transport? transport)
    {
        var protocol = transport is { } only ? ProtocolOf(only) : null;
        foreach (var source in _sources)
        {
            var entries = select(source).Where(entry => protocol is null || entry.Protocol == protocol);
            if (entries.MinBy(entry => Rank(entry.Protocol)) is { } entry)
                return entry;
        }
        return null;
    }

    /// <summary>What all sources say, without what an earlier one has said already.</summary>
    private List<ServiceEntry> Merged(Func<IServiceSource, IEnumerable<ServiceEntry>> select)
    {
        var merged = new List<ServiceEntry>();
        foreach (var source in _sources)
        {
            var known = merged.ToLookup(entry => entry.Port);
            merged.AddRange(select(source).Where(entry => !known[entry.Port].Any(entry.IsSameServiceAs)).Select(Described));
        }
        return merged;
    }

    /// <summary>Services files seldom say what a service is: then a later source may.</summary>
    private ServiceEntry Described(ServiceEntry entry) => entry.Description.Length > 0
        ? entry
        : _sources.SelectMany(source => source.At(entry.Port))
            .FirstOrDefault(other => other.Description.Length > 0 && other.IsSameServiceAs(entry)) is { } described
            ? entry with { Description = described.Description }
            : entry;

    private static NetException Unknown(string reason) => new(NetErrorKind.UnknownService, NetOperation.Parse, reason);

    private static string? KnownElsewhere(string what, IEnumerable<ServiceEntry> entries)
    {
        var protocols = entries.Select(entry => entry.Protocol).Distinct(StringComparer.Ordinal).OrderBy(Rank).ToList();
        return protocols.Count == 0 ? null : $"{what} is known for {string.Join(" and ", protocols)} only";
    }

    private string DidYouMean(string name, Transport? transport) =>
        Suggest(name, transport) is { } suggestion ? $" (did you mean {suggestion}?)" : "";

    private static string ProtocolOf(Transport transport) => transport switch
    {
        Transport.Tcp or Transport.Tls => "tcp",
        Transport.Udp => "udp",
        _ => throw new ArgumentException("only TCP and UDP have ports", nameof(transport)),
    };

    private static int Rank(string protocol) => protocol switch { "tcp" => 0, "udp" => 1, "sctp" => 2, _ => 3 };
}
