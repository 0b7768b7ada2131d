using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>What the command line of a conversation came to.</summary>
internal sealed record SessionSettings
{
    public required SessionOptions Rules { get; init; }

    public bool IsDatagram { get; init; }

    public bool OnlyConnect { get; init; }

    public bool SendOnly { get; init; }

    public bool RecvOnly { get; init; }

    /// <summary>Where what comes is written as well; null for nowhere.</summary>
    public string? OutputFile { get; init; }

    public bool HexDump { get; init; }

    public bool Raw { get; init; }

    public bool Verbose { get; init; }

    public bool Json { get; init; }

    /// <summary>Whether the user said how long to read after input ends.</summary>
    public bool WaitWasGiven { get; init; }
}
