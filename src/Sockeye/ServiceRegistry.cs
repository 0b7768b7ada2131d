namespace Sockeye;

/// <summary>SKELETON: service names and ports.</summary>
public sealed class ServiceRegistry
{
    private ServiceRegistry() { }

    /// <summary>Explicit registrations, then the system's services file, then the built-in table.</summary>
    public static ServiceRegistry Default { get; } = new();

    /// <summary>The built-in table alone.</summary>
    public static ServiceRegistry BuiltIn { get; } = new();

    /// <summary>A new registry with one more registration in front.</summary>
    public ServiceRegistry With(string name, int port, Transport transport, params string[] aliases) => throw new NotImplementedException();

    /// <summary>The port; throws UnknownService (with a suggestion; says so if known only for the other transport).</summary>
    public int PortOf(string name, Transport? transport = null) => throw new NotImplementedException();

    /// <summary>The entry of a name or alias, or null.</summary>
    public ServiceEntry? Find(string name, Transport? transport = null) => throw new NotImplementedException();

    /// <summary>The entry of a port, or null.</summary>
    public ServiceEntry? Find(int port, Transport? transport = null) => throw new NotImplementedException();

    /// <summary>Every entry of a name (all protocols).</summary>
    public IEnumerable<ServiceEntry> FindAll(string name) => throw new NotImplementedException();

    /// <summary>Every entry of a port (all protocols).</summary>
    public IEnumerable<ServiceEntry> FindAll(int port) => throw new NotImplementedException();

    /// <summary>Entries whose name, alias or description contains the text.</summary>
    public IEnumerable<ServiceEntry> Search(string text) => throw new NotImplementedException();

    /// <summary>The nearest known name to a misspelt one, or null.</summary>
    public string? Suggest(string name, Transport? transport = null) => throw new NotImplementedException();
}

/// <summary>A service: its name, port and protocol.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="Port">Port number.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>sctp</c> or <c>dccp</c>.</param>
/// <param name="Aliases">Other names.</param>
/// <param name="Description">What it is, in a few words; may be empty.</param>
public sealed record ServiceEntry(string Name, int Port, string Protocol, IReadOnlyList<string> Aliases, string Description);
