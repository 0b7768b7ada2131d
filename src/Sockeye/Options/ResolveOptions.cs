using System.Net.Sockets;

namespace Sockeye;

/// <summary>How to look a name up. Immutable.</summary>
public sealed record ResolveOptions
{
    internal static ResolveOptions Default { get; } = new();

    /// <summary>Only addresses of this family (<see cref="AddressFamily.InterNetwork"/> or
    /// <see cref="AddressFamily.InterNetworkV6"/>). Defaults to null: both. It does not matter where the name of an address is asked for.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>Limit for the look-up. Defaults to 10 s; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none but the
    /// system's own. Passing it is <see cref="NetErrorKind.TimedOut"/>, unless one family has been answered by then.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of the limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
