namespace Sockeye.Sessions;

/// <summary>Limits and reports of <see cref="DatagramSessions"/>. Immutable.</summary>
public sealed record DatagramSessionOptions
{
    internal static DatagramSessionOptions Default { get; } = new();

    /// <summary>How long nothing may come from a sender or go to it; then its session reads an end. Defaults to 60 s.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(60);

    /// <summary>Senders at once; datagrams of more are dropped. Defaults to 1,000.</summary>
    public int MaxSessions
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1000;

    /// <summary>How many bytes of one sender may wait until its session reads them, to within a datagram; more is dropped, as
    /// the system does. Defaults to 1 MiB.</summary>
    public int QueueLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>Told of each datagram that is dropped: its sender, and the reason in words. It must not block; what it throws
    /// is lost. Defaults to null.</summary>
    public Action<Address, string>? OnDropped { get; init; }

    /// <summary>The clock of every limit. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
