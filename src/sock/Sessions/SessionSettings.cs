using Sockeye.Protocols;
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

    /// <summary>The program that is given the peer instead of the standard streams; null for none.</summary>
    public ExecCommand? Exec { get; init; }

    /// <summary>Where senders of datagrams are told apart: how long one may be silent; null elsewhere.</summary>
    public TimeSpan? SenderIdle { get; init; }

    public required CaptureSettings Capture { get; init; }

    /// <summary>Whether it is shown how far it has come.</summary>
    public bool ShowsProgress { get; init; }

    /// <summary>Whether another connection follows one that was lost.</summary>
    public bool Reconnects { get; init; }

    /// <summary>Whether telnet is spoken with the peer, without any of its options.</summary>
    public bool RefusesTelnetOptions { get; init; }

    public bool Raw { get; init; }

    public bool Verbose { get; init; }

    public bool Json { get; init; }

    /// <summary>More than Linux lets a Unix socket send by default; none is cut.</summary>
    public const int LargestDatagram = 256 * 1024;

    /// <summary>Whether the user said how long to read after input ends.</summary>
    public bool WaitWasGiven { get; init; }

    /// <summary>A connection to the peer as the end of a conversation.</summary>
    public async ValueTask<End> EndOfAsync(Connection peer) => End.Of(RefusesTelnetOptions ? await Telnet.RefuseOptionsAsync(peer) : peer);
}
