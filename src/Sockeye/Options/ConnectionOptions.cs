namespace Sockeye;

/// <summary>Limits and manners of a connection that stands, dialled or accepted. Immutable.</summary>
public sealed record ConnectionOptions
{
    /// <summary>Every default.</summary>
    public static ConnectionOptions Default { get; } = new();

    /// <summary>Send small writes at once (TCP_NODELAY) instead of collecting them. Defaults to true.</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>How long a read or write may wait while no byte moves in either direction; then
    /// <see cref="NetErrorKind.TimedOut"/>. Defaults to <see cref="Timeout.InfiniteTimeSpan"/>: no limit.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = Timeout.InfiniteTimeSpan;

    /// <summary>How long closing may wait for the peer's end and its acknowledgement. Defaults to 2 s.</summary>
    public TimeSpan CloseTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(2);

    /// <summary>How many unread bytes closing takes in while it waits, so that none of them turns the close into a reset.
    /// Defaults to 1 MiB.</summary>
    public long CloseDrainLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>The longest line, in bytes without its end; a longer one is <see cref="NetErrorKind.LimitExceeded"/>.
    /// Defaults to 64 KiB.</summary>
    public int MaxLineLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 64 * 1024;

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
