namespace Sockeye;

/// <summary>Where services can be looked up. <see cref="ServiceRegistry"/> asks several, in order.</summary>
internal interface IServiceSource
{
    /// <summary>Every entry, in the source's order.</summary>
    IEnumerable<ServiceEntry> All { get; }

    /// <summary>The entries with this name or alias, in any case.</summary>
    IEnumerable<ServiceEntry> Named(string name);

    /// <summary>The entries with this port.</summary>
    IEnumerable<ServiceEntry> At(int port);
}

/// <summary>A source of few enough entries to look at each.</summary>
internal sealed class ServiceList(IReadOnlyList<ServiceEntry> entries) : IServiceSource
{
    public IEnumerable<ServiceEntry> All => entries;

    public IEnumerable<ServiceEntry> Named(string name) => entries.Where(entry => entry.HasName(name));

    public IEnumerable<ServiceEntry> At(int port) => entries.Where(entry => entry.Port == port);
}
