namespace Sockeye;

/// <summary>Who may call: everyone who is allowed and not denied. Immutable.</summary>
/// <example><code>
/// var access = new AccessList { Allow = AddressSet.Parse("192.0.2.0/24"), Deny = AddressSet.Parse("192.0.2.13") };
/// await using var server = Server.Start("*:8080", Echo.ServeAsync, new() { Listen = new() { Access = access } });
/// </code></example>
public sealed record AccessList
{
    /// <summary>Who is allowed. Defaults to null: everyone.</summary>
    public AddressSet? Allow { get; init; }

    /// <summary>Who is not, whether allowed or not. Defaults to null: nobody.</summary>
    public AddressSet? Deny { get; init; }

    /// <summary>Whether this peer may call. A Unix peer has no IP address: it is allowed unless <see cref="Allow"/> says
    /// who alone is, and never denied.</summary>
    /// <param name="peer">The peer's end; its port makes no difference.</param>
    public bool Allows(Address peer) => ReasonToRefuse(peer) is null;

    /// <summary>Why this peer may not call, in words; null if it may.</summary>
    internal string? ReasonToRefuse(Address peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (Deny is not null && peer.IP is { } ip && Deny.Contains(ip))
            return "it is denied";
        return Allow is null || (peer.IP is { } asking && Allow.Contains(asking)) ? null : "it is not among those allowed";
    }
}
