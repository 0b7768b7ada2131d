using Sockeye.Tls;

namespace Sockeye.Protocols;

/// <summary>How to ask for something by HTTP, and the limits of the answer. Immutable.</summary>
public sealed record HttpOptions
{
    internal static HttpOptions Default => new();

    /// <summary>How to reach the server, and how long that may take. Defaults to <see cref="ConnectOptions"/>'s defaults: 10 s.</summary>
    public ConnectOptions Connect { get; init; } = ConnectOptions.Default;

    /// <summary>How TLS is spoken where the URL says <c>https</c> or the address <c>tls://</c>, on top of
    /// <see cref="ConnectOptions.Layers"/>. Defaults to <see cref="TlsClientOptions"/>'s defaults: the server's certificate is
    /// verified, and nothing is said of application protocols.</summary>
    public TlsClientOptions Tls { get; init; } = new();

    /// <summary>Ask with HTTP/1.1 and <c>Connection: close</c>. Defaults to false: HTTP/1.0, which ends by itself.</summary>
    public bool Http11 { get; init; }

    /// <summary>Ask for the head alone (HEAD). Defaults to false: GET.</summary>
    public bool HeadOnly { get; init; }

    /// <summary>The Host header's value. Defaults to null: the address as it was given, without port 80, or 443 over TLS.</summary>
    /// <exception cref="ArgumentException">The value has a control character.</exception>
    public string? Host
    {
        get;
        init => field = value is null ? null : new HttpHeaders((nameof(Host), value))[0].Value;
    }

    /// <summary>How long the server may be silent at any point, then <see cref="NetErrorKind.TimedOut"/>. Becomes the
    /// connection's <see cref="Connection.IdleTimeout"/>. Defaults to 30 s; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes of content; more is <see cref="NetErrorKind.LimitExceeded"/>, told at once where the length
    /// is promised. Defaults to null: no limit.</summary>
    public long? MaxSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(value));
            field = value;
        }
    }

    /// <summary>Limits of the head, which more is <see cref="NetErrorKind.LimitExceeded"/>. Defaults to <see cref="HttpLimits"/>'s
    /// defaults: 8 KiB a line, 100 headers, 64 KiB together.</summary>
    public HttpLimits Limits { get; init; } = HttpLimits.Default;
}
