namespace Sockeye.Tool.Sessions;

/// <summary>What the command line of <c>sock listen</c> came to.</summary>
internal sealed record ListenSettings
{
    /// <summary>Where to listen: TLS stands above it.</summary>
    public required Address Address { get; init; }

    /// <summary>Whether many are talked with at once, until it is stopped.</summary>
    public required bool KeepOpen { get; init; }

    /// <summary>What peers hear where there are many: what is typed, or also each other.</summary>
    public required Company Company { get; init; }

    /// <summary>How many may be here at once.</summary>
    public required int MaxCallers { get; init; }

    public required TimeSpan AcceptTimeout { get; init; }

    /// <summary>How TLS is spoken with callers; null if it is not.</summary>
    public required TlsServing? Tls { get; init; }

    /// <summary>Who may call; null for everyone.</summary>
    public required AccessRules? Access { get; init; }

    public required SessionSettings Session { get; init; }

    /// <summary>Says what went wrong with one peer, where others go on, by what says a line.</summary>
    public required Action<Exception, Action<string>> Report { get; init; }
}

/// <summary>What peers are to each other where there are many.</summary>
internal enum Company
{
    /// <summary>Nothing: each talks with us alone.</summary>
    Strangers,

    /// <summary>What one says goes to all the others (<c>--broker</c>).</summary>
    Broker,

    /// <summary>So do lines of text, with names (<c>--chat</c>).</summary>
    Chat,
}
