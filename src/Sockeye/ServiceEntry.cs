using System.Text;

namespace Sockeye;

/// <summary>One service on one port of one protocol: a line of a services file.</summary>
/// <param name="Name">The canonical name, such as <c>http</c>.</param>
/// <param name="Port">The port, 1 to 65,535.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>sctp</c> or <c>dccp</c>.</param>
/// <param name="Aliases">Other names the same service answers to; may be empty.</param>
/// <param name="Description">What it is, in a few words; may be empty.</param>
public sealed record ServiceEntry(string Name, int Port, string Protocol, IReadOnlyList<string> Aliases, string Description)
{
    /// <summary>Every name: the canonical one, then the aliases.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Name);

    /// <summary>The line of a services file that says the same: <c>http 80/tcp www # World Wide Web</c>.</summary>
    public override string ToString()
    {
        var line = new StringBuilder($"{Name} {Port}/{Protocol}");
        foreach (var alias in Aliases)
            line.Append(' ').Append(alias);
        return Description.Length == 0 ? line.ToString() : line.Append(" # ").Append(Description).ToString();
    }

    /// <summary>Whether both say the same; aliases count in their order.</summary>
    /// <param name="other">The entry to compare with.</param>
    public bool Equals(ServiceEntry? other) =>
        other is not null && Name == other.Name && Port == other.Port && Protocol == other.Protocol
        && Description == other.Description && Aliases.SequenceEqual(other.Aliases);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Port, Protocol, Description);

    internal bool HasName(string name)
    {
        if (name.Equals(Name, StringComparison.OrdinalIgnoreCase))
            return true;
        foreach (var alias in Aliases)
            if (name.Equals(alias, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    internal bool Mentions(string text) =>
        Names.Append(Description).Any(each => each.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether another source means the same service, though it may prefer another of its names.</summary>
    internal bool IsSameServiceAs(ServiceEntry other) =>
        Port == other.Port && Protocol == other.Protocol && (HasName(other.Name) || other.HasName(Name));
}
