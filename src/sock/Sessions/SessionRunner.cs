using System.Runtime.ExceptionServices;
using Sockeye.Sessions;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool.Sessions;

/// <summary>Holds conversations between the standard streams and peers, one after another.</summary>
internal sealed class SessionRunner(SessionSettings settings, SessionTalk talk) : IDisposable
{
    private OutputFile? _copy;

    /// <summary>Runs one to its end and throws what made it fail.</summary>
    /// <param name="peer">Whom to talk to.</param>
    /// <param name="cancel">Interrupts it.</param>
    /// <param name="report">How the peer was reached, where we called.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public async Task<SessionEnding> RunAsync(End peer, CancellationToken cancel, ConnectReport? report = null)
    {
        var filter = Terminal.OutputIsTerminal && !settings.Raw ? new TerminalFilter(StandardStreams.Output, settings.IsDatagram) : null;
        var output = WithCopy(settings.SendOnly ? null : filter ?? StandardStreams.Output);
        var local = End.Of(settings.RecvOnly ? null : StandardStreams.Input, output);
        var outcome = await Session.RunAsync(local, peer, settings.Rules with { OnChunk = OnChunk, OnEnded = talk.Ended }, cancel);
        if (filter is not null && outcome.Ending != SessionEnding.OutputClosed)
            await filter.FinishAsync();
        talk.Finished(outcome, report);
        ThrowUnlessWell(outcome, cancel);
        if (IsDroppedClient(outcome))
            talk.Advise("The peer ended without a byte once input had ended; if it owed an answer, try --no-shutdown.");
        return outcome.Ending;
    }

    public void Dispose() => _copy?.Dispose();

    /// <summary>Standard output stays what it is: a file in its place is what the shell's <c>&gt;</c> is for.</summary>
    private Stream? WithCopy(Stream? output)
    {
        if (settings.OutputFile is null)
            return output;
        _copy ??= OutputFile.Create(settings.OutputFile);
        return new OutputCopy(_copy, output);
    }

    private void OnChunk(SessionChunk chunk)
    {
        if (settings.HexDump)
            Terminal.Say(HexDump.Of(chunk));
        if (chunk.Truncated)
            talk.Truncated(chunk.Bytes.Length);
        if (chunk is { Bytes.IsEmpty: true, Direction: SessionDirection.Received } && !Terminal.OutputIsTerminal)
            talk.EmptyDatagram();
    }

    private void ThrowUnlessWell(SessionOutcome outcome, CancellationToken cancel)
    {
        if (outcome.Ending == SessionEnding.Cancelled)
            throw new OperationCanceledException(cancel);
        if (outcome.Error is NetException { Kind: NetErrorKind.TimedOut } late)
            throw new AdvisedException(late, $"{OptionBehind(outcome)} TIME allows more, 'none' any time.");
        if (outcome.Error is not null)
            ExceptionDispatchInfo.Throw(outcome.Error);
    }

    /// <summary>Which limit it was that passed.</summary>
    private string OptionBehind(SessionOutcome outcome) => settings.Rules switch
    {
        { MaxDuration: var most } when most != Timeout.InfiniteTimeSpan && outcome.Duration + TimerSlack >= most => "--max-time",
        { IdleTimeout: var idle } when idle != Timeout.InfiniteTimeSpan => "--idle",
        _ => "-q",
    };

    /// <summary>Some servers take a half-close for a client that has gone. Whoever only takes in a file ends just so.</summary>
    private bool IsDroppedClient(SessionOutcome outcome) =>
        outcome is { Ending: SessionEnding.BothEnded, BytesReceived: 0, BytesSent: > 0 and <= LargestRequest }
        && outcome is { LocalEnded: { } asked, PeerEnded: { } ended }
        && settings is { SendOnly: false, IsDatagram: false, Rules.HalfClose: true }
        && ended >= asked && ended - asked < SoonAfter;

    private const long LargestRequest = 64 * 1024;
    private static readonly TimeSpan SoonAfter = TimeSpan.FromSeconds(1);

    // A timer may fire a moment before its time.
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(20);
}
