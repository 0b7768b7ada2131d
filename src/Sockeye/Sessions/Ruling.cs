namespace Sockeye.Sessions;

/// <summary>That a session is over, and why.</summary>
internal sealed record Ruling(SessionEnding Ending, Exception? Error = null)
{
    public static Ruling Failed(Exception error) => new(SessionEnding.Failed, error);

    /// <summary>Whether what has been read is still to be written before the session ends.</summary>
    public bool IsGood => Ending is SessionEnding.BothEnded or SessionEnding.PeerEnded or SessionEnding.LocalEnded or SessionEnding.RepliesCame;
}
