namespace Sockeye.Sessions;

/// <summary>How a <see cref="Broker"/> carries what is said, and how much it bears with a slow reader. Immutable.</summary>
public sealed record BrokerOptions
{
    internal static BrokerOptions Default { get; } = new();

    /// <summary>Carry lines of text, each led by who says it (<c>&lt;user1&gt;</c>, <c>&lt;user2&gt;</c>, ...; the broker's input is
    /// <c>&lt;user0&gt;</c>), with control characters made visible, and announce who comes and goes. Defaults to false.</summary>
    public bool Chat { get; init; }

    /// <summary>How many bytes may wait for one reader, to within a message. Defaults to 1 MiB.</summary>
    public int QueueLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>How long a reader with a full queue may hold up those who could go on; then it is dropped. The count
    /// begins anew when it has read half of its queue. <see cref="TimeSpan.Zero"/> drops at once. Defaults to 2 s.</summary>
    public TimeSpan Patience
    {
        get;
        init => field = TimeRange.CheckWait(value);
    } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of <see cref="Patience"/>. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
