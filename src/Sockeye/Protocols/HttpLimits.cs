namespace Sockeye.Protocols;

/// <summary>How much of a message's head is taken before it is refused. Immutable.</summary>
public sealed record HttpLimits
{
    /// <summary>Every default.</summary>
    public static HttpLimits Default { get; } = new();

    /// <summary>The longest status, request, header or chunk line, in bytes with its end. Defaults to 8 KiB.</summary>
    public int MaxLineLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 8 * 1024;

    /// <summary>The most header lines of a message, and as many again for its trailers. Defaults to 100.</summary>
    public int MaxHeaders
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 100;

    /// <summary>The most bytes of all header lines together, and as many again for the trailers. Defaults to 64 KiB.</summary>
    public int MaxHeadersLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 64 * 1024;
}
