namespace Sockeye.Protocols;

/// <summary>Limits of what <see cref="Http.Serve"/> takes from a client. Immutable.</summary>
public sealed record HttpServerOptions
{
    internal static HttpServerOptions Default { get; } = new();

    /// <summary>How long all of a request's head may take to come, however steadily it drips in; then the client gets
    /// status 408. Defaults to 30 s; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan HeadTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(30);

    /// <summary>Limits of the head; a longer request line gets status 414, more of headers 431. Defaults to
    /// <see cref="HttpLimits"/>'s defaults: 8 KiB a line, 100 headers, 64 KiB together.</summary>
    public HttpLimits Limits { get; init; } = HttpLimits.Default;

    /// <summary>The clock of the limit and of the Date header. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
