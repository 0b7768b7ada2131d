using System.Runtime.ExceptionServices;
using Sockeye.Sessions;
using Sockeye.Tool.Platform;
using Sockeye.Tool.Progress;

namespace Sockeye.Tool.Sessions;

/// <summary>Our end of a conversation with this peer. The output is where a standard stream would go.</summary>
internal delegate End LocalEnd(Address local, Address remote, Stream? output);

/// <summary>Holds conversations between peers and our end: the standard streams, or what else is there in their place.</summary>
internal sealed class SessionRunner : IDisposable
{
    private readonly SessionSettings _settings;
    private readonly LocalEnd _local;
    private readonly OneAtATime? _copy;
    private readonly DumpFile? _dump;
    private readonly SessionProgress? _progress;
    private (End End, TerminalFilter? Filter)? _standard;

    /// <param name="settings">How to hold them.</param>
    /// <param name="local">Our end, where it is not what the settings say.</param>
    public SessionRunner(SessionSettings settings, LocalEnd? local = null)
    {
        _settings = settings;
        _local = local ?? UsualEnd;
        if (settings.Exec is not null)
            BrokenPipes.EndPrograms();
        var capture = settings.Capture;
        _copy = capture.Output is null ? null : new(OutputFile.Create(capture.Output, capture.Append));
        _progress = settings.ShowsProgress ? new(SessionProgress.InputSizeFor(settings), Terminal.OutputIsTerminal && !settings.SendOnly, TimeProvider.System) : null;
        _dump = capture.HexDump is null ? null : new(capture.HexDump, capture.Append);
    }

    /// <summary>Runs one to its end and throws what made it fail.</summary>
    /// <param name="peer">The other end.</param>
    /// <param name="from">Our address.</param>
    /// <param name="to">Whom we talk to.</param>
    /// <param name="talk">Is told of it.</param>
    /// <param name="cancel">Interrupts it.</param>
    /// <param name="report">How the peer was reached, where we called.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public async Task<SessionEnding> RunAsync(
        End peer, Address from, Address to, SessionTalk talk, CancellationToken cancel, ConnectReport? report = null)
    {
        var (local, filter) = _standard ?? OurEnd(from, to);
        var whose = talk.Peer is null ? null : _dump?.NameOf(talk.Peer);
        var rules = _settings.Rules with
        {
            // Whoever looks at bytes has them copied into this process.
            OnChunk = _dump is null && !_settings.IsDatagram ? null : chunk => OnChunk(chunk, talk, whose),
            OnCarried = _progress is null ? null : _progress.Note,
            OnEnded = talk.Ended,
        };
        var outcome = await Session.RunAsync(local, peer, rules, cancel);
        if (filter is not null && outcome.Ending != SessionEnding.OutputClosed)
            await filter.FinishAsync();
        if (local is ProcessEnd { ExitCode: { } exitCode })
            talk.ProgramEnded(exitCode);
        talk.Finished(outcome, report);
        if (DroppedException.Is(outcome, _settings))
            throw new DroppedException(outcome, FailureOf(outcome));
        ThrowUnlessWell(outcome, cancel);
        if (report is not null && IsDroppedClient(outcome))
            talk.Advise("The peer ended without a byte once input had ended; if it owed an answer, try --no-shutdown.");
        return outcome.Ending;
    }

    public void Dispose()
    {
        _copy?.Dispose();
        _dump?.Dispose();
        if (_progress is null)
            return;
        _progress.Dispose();
        if (!_settings.Json)
            Terminal.Say(_progress.InAll);
    }

    private (End End, TerminalFilter? Filter) OurEnd(Address from, Address to)
    {
        var filter = Terminal.OutputIsTerminal && !_settings.Raw ? new TerminalFilter(StandardStreams.Output, _settings.IsDatagram) : null;
        var end = _local(from, to, WithCopy(_settings.SendOnly ? null : filter ?? StandardStreams.Output));
        // Input that was read for one connection and not taken belongs to the next.
        if (_settings is { Reconnects: true, Exec: null })
            _standard = (end, filter);
        return (end, filter);
    }

    private End UsualEnd(Address from, Address to, Stream? output) => _settings.Exec is { } program
        ? ProcessEnd.Start(program, from, to)
        : End.Of(_settings.RecvOnly ? null : StandardStreams.Input, output);

    /// <summary>Standard output stays what it is: a file in its place is what the shell's <c>&gt;</c> is for.</summary>
    private Stream? WithCopy(Stream? output) => _copy is null ? output : new OutputCopy(_copy, output);

    private void OnChunk(SessionChunk chunk, SessionTalk talk, string? whose)
    {
        _dump?.Show(chunk, whose);
        if (chunk.Truncated)
            talk.Truncated(chunk.Bytes.Length);
        if (chunk is { Bytes.IsEmpty: true, Direction: SessionDirection.Received } && !Terminal.OutputIsTerminal)
            talk.EmptyDatagram();
    }

    private void ThrowUnlessWell(SessionOutcome outcome, CancellationToken cancel)
    {
        if (outcome.Ending == SessionEnding.Cancelled)
            throw new OperationCanceledException(cancel);
        if (FailureOf(outcome) is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    private Exception? FailureOf(SessionOutcome outcome) =>
        outcome.Error is NetException late && OutcomeText.Option(outcome, _settings) is { } limit
            ? new AdvisedException(late, $"{limit} TIME allows more, 'none' any time.")
            : outcome.Error;

    /// <summary>Some servers take a half-close for a client that has gone. Whoever only takes in a file ends just so, and so do
    /// our own callers.</summary>
    private bool IsDroppedClient(SessionOutcome outcome) =>
        outcome is { Ending: SessionEnding.BothEnded, BytesReceived: 0, BytesSent: > 0 and <= LargestRequest }
        && outcome is { LocalEnded: { } asked, PeerEnded: { } ended }
        && _settings is { SendOnly: false, IsDatagram: false, Exec: null, Rules.HalfClose: true }
        && ended >= asked && ended - asked < SoonAfter;

    private const long LargestRequest = 64 * 1024;
    private static readonly TimeSpan SoonAfter = TimeSpan.FromSeconds(1);
}
