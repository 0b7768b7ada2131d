using Sockeye.Protocols;

namespace Sockeye.Tool;

/// <summary>A built-in service: what <c>sock serve</c> offers and <c>sock tour</c> talks to.</summary>
/// <param name="Name">Its name in the services table.</param>
/// <param name="StandardPort">The assigned port; null if it has none.</param>
/// <param name="DefaultPort">The port here, which needs no rights.</param>
/// <param name="Stream">Serves a connection.</param>
/// <param name="Datagram">Answers a datagram; null for a service of streams only.</param>
internal sealed record Service(
    string Name, int? StandardPort, int DefaultPort, ConnectionHandler Stream, DatagramHandler? Datagram = null)
{
    /// <summary>Whether a datagram's answer is much larger than the question, so that a forged sender could be flooded.</summary>
    public bool Amplifies { get; init; }

    /// <summary>The assigned port with TLS, where that is another one.</summary>
    public int? StandardTlsPort { get; init; }
}

/// <summary>The built-in services: the one table of their names, ports and handlers.</summary>
internal static class ServiceCatalog
{
    public static IReadOnlyList<Service> All { get; } =
    [
        new("greeting", null, 51444, Greeting.ServeAsync),
        new("echo", 7, 51423, Echo.ServeAsync, Echo.Answer),
        new("discard", 9, 51409, Discard.ServeAsync, Discard.Answer),
        new("daytime", 13, 51413, Daytime.ServeAsync, Daytime.Answer),
        new("qotd", 17, 51417, Qotd.ServeAsync, Qotd.Answer) { Amplifies = true },
        new("chargen", 19, 51419, Chargen.ServeAsync, Chargen.Answer) { Amplifies = true },
        new("time", 37, 51437, Time.ServeAsync, Time.Answer),
        new("http", 80, 51480, Http.ServeAsync) { StandardTlsPort = 443 },
    ];

    /// <summary>The service of that name.</summary>
    public static Service Find(string name) => All.FirstOrDefault(service => service.Name == name)
        ?? throw new UsageException($"there is no built-in service '{name}'",
            Spelling.Nearest(name, All.Select(service => service.Name)) is { } near
                ? $"Did you mean '{near}'?"
                : $"There are {string.Join(", ", All.Select(service => service.Name))}.");
}
