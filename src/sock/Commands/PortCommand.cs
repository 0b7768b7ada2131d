using System.CommandLine;
using System.Text.Json;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock port NAME</c>: the port of a service, or the service on a port.</summary>
internal static class PortCommand
{
    public static Verb Create()
    {
        var verb = new Verb("port",
            """
            tell the port of a service, or the service on a port
            A line a match: name, port and protocol, aliases, description. The system's file of services is asked first, then
            a built-in table of those that are assigned by IANA; so it works where there is no such file.
            """,
            "sock port http             name, port/protocol, aliases, description",
            "sock port --udp 514",
            "sock port --search mail    looks into descriptions, too");
        var wanted = new Argument<string>("NAME | PORT") { Description = "a service name in any case, or a port number" };
        var search = CommonOptions.Flag("--search", "find every service that mentions the word");
        var tcp = CommonOptions.Flag("--tcp", "for TCP only", "-t");
        var udp = CommonOptions.Flag("--udp", "for UDP only", "-u");
        var json = CommonOptions.Json();
        verb.Add(wanted);
        foreach (var option in new[] { search, tcp, udp, json })
            verb.Add(option);
        verb.Runs(command => new Settings(
            command.GetRequiredValue(wanted), command.GetValue(search), TransportOf(command.GetValue(tcp), command.GetValue(udp)),
            command.GetValue(json)), RunAsync);
        return verb;
    }

    private static Transport? TransportOf(bool tcp, bool udp) => (tcp, udp) switch
    {
        (true, true) => throw new UsageException("--tcp and --udp exclude each other", "Leave both out to see every protocol."),
        (true, _) => Transport.Tcp,
        (_, true) => Transport.Udp,
        _ => null,
    };

    private sealed record Settings(string Wanted, bool Search, Transport? Transport, bool Json);

    private static Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        var matches = settings.Search ? Mentioning(settings) : Named(settings);
        if (settings.Json)
            JsonOutput.PrintArray(matches, WriteEntry);
        else
            Print(matches);
        return Task.FromResult(ExitCodes.Success);
    }

    private static List<ServiceEntry> Mentioning(Settings settings)
    {
        var matches = Matches(ServiceRegistry.Default.Search(settings.Wanted), settings.Transport);
        return matches.Count > 0 ? matches : throw new UsageException($"no service mentions '{settings.Wanted}'");
    }

    private static List<ServiceEntry> Named(Settings settings)
    {
        var services = ServiceRegistry.Default;
        if (settings.Wanted.Length == 0 || !settings.Wanted.All(char.IsAsciiDigit))
        {
            services.PortOf(settings.Wanted, settings.Transport);
            return Matches(services.FindAll(settings.Wanted), settings.Transport);
        }
        var port = Address.Tcp("localhost", settings.Wanted).Port;
        try
        {
            services.NameOf(port, settings.Transport);
        }
        catch (NetException error)
        {
            throw new AdvisedException(error, "A program may listen there all the same: names are only a convention.");
        }
        return Matches(services.FindAll(port), settings.Transport);
    }

    private static List<ServiceEntry> Matches(IEnumerable<ServiceEntry> entries, Transport? transport) =>
        [.. entries.Where(entry => transport is null || entry.Protocol == (transport == Transport.Tcp ? "tcp" : "udp"))];

    /// <summary>A line a match, in columns that are as wide as their widest entry.</summary>
    private static void Print(IEnumerable<ServiceEntry> matches)
    {
        string[][] rows = [.. matches.Select(entry => new[]
        {
            entry.Name, $"{entry.Port}/{entry.Protocol}", string.Join(' ', entry.Aliases), entry.Description,
        })];
        int[] used = [.. Enumerable.Range(0, rows[0].Length).Where(column => rows.Any(row => row[column].Length > 0))];
        int[] widths = [.. used.Select(column => rows.Max(row => row[column].Length))];
        Terminal.Print(string.Join('\n', rows.Select(
            row => string.Join("  ", used.Zip(widths, (column, width) => row[column].PadRight(width))).TrimEnd())));
    }

    private static void WriteEntry(Utf8JsonWriter json, ServiceEntry entry)
    {
        json.WriteString("name", entry.Name);
        json.WriteNumber("port", entry.Port);
        json.WriteString("protocol", entry.Protocol);
        json.WriteStartArray("aliases");
        foreach (var alias in entry.Aliases)
            json.WriteStringValue(alias);
        json.WriteEndArray();
        json.WriteString("description", entry.Description);
    }
}
