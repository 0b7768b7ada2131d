using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>A connection was lost, or ended by the peer, though the conversation was not over.</summary>
/// <param name="outcome">What had come of it.</param>
/// <param name="failure">What is thrown where nothing follows; null where the peer has ended.</param>
internal sealed class DroppedException(SessionOutcome outcome, Exception? failure) : Exception("the connection was lost", failure)
{
    /// <summary>Why, in an error's words; null where the peer has ended.</summary>
    public Exception? Failure { get; } = failure;

    /// <summary>Bytes that the lost connection was given and that may not have arrived.</summary>
    public long BytesUncertain { get; } = outcome.BytesUnsent;

    /// <summary>Whether it ended so. Input that has ended has nothing left to connect for; where none is sent, it does not count.</summary>
    public static bool Is(SessionOutcome outcome, SessionSettings settings) =>
        settings.Reconnects && (outcome.LocalEnded is null || settings.RecvOnly) && outcome switch
        {
            { Ending: SessionEnding.PeerEnded or SessionEnding.BothEnded } => true,
            { Error: NetException { IsTransient: true } or NetException { Blame: NetBlame.Broken } } => true,
            _ => false,
        };
}
