using System.Globalization;

namespace Sockeye;

/// <summary>
/// The system's own list of services, in the format of services(5). It is read once, when something is first looked up
/// in it, and counts as empty if it is missing or unreadable.
/// <code>
/// http            80/tcp          www             # World Wide Web
/// name            port/protocol   aliases         # description
/// </code>
/// </summary>
internal sealed class ServicesFile(Func<string> path) : IServiceSource
{
    private readonly Lazy<ServiceList> _entries = new(() => Read(path()));

    /// <summary>The file of this system.</summary>
    public static ServicesFile OfSystem { get; } = new(SystemPath);

    public IEnumerable<ServiceEntry> All => _entries.Value.All;

    public IEnumerable<ServiceEntry> Named(string name) => _entries.Value.Named(name);

    public IEnumerable<ServiceEntry> At(int port) => _entries.Value.At(port);

    /// <summary>The entries of a services file's text; lines that cannot be understood are passed over.</summary>
    public static ServiceList Parse(string text)
    {
        var entries = new List<ServiceEntry>();
        var lines = text.AsSpan().TrimStart(ByteOrderMark);
        foreach (var line in lines.Split('\n'))
            if (ParseLine(lines[line]) is { } entry)
                entries.Add(entry);
        return new ServiceList(entries);
    }

    private static string SystemPath() => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.SystemDirectory, "drivers", "etc", "services")
        : "/etc/services";

    private static ServiceList Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ServiceList([]);
        }
    }

    private static ServiceEntry? ParseLine(ReadOnlySpan<char> line)
    {
        var comment = line.IndexOf('#');
        var description = comment < 0 ? "" : line[(comment + 1)..].Trim().ToString();
        var fields = (comment < 0 ? line : line[..comment]).ToString()
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 2 || !ServiceName.CanBeName(fields[0]) || !TryParsePort(fields[1], out var port, out var protocol))
            return null;
        return new ServiceEntry(fields[0], port, protocol, [.. fields.Skip(2).Where(ServiceName.CanBeName)], description);
    }

    /// <summary><c>80/tcp</c>. Other protocols (<c>4/ddp</c>) number something else than the ports of sockets.</summary>
    private static bool TryParsePort(string field, out int port, out string protocol)
    {
        var slash = field.IndexOf('/');
        protocol = field[(slash + 1)..].ToLowerInvariant();
        return int.TryParse(field.AsSpan(0, Math.Max(slash, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= 65_535
            && protocol is "tcp" or "udp" or "sctp" or "dccp";
    }

    private const char ByteOrderMark = '\uFEFF';
}
