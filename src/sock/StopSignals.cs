using System.Runtime.InteropServices;

namespace Sockeye.Tool;

/// <summary>
/// Ctrl-C, SIGTERM and a terminal that goes away (SIGHUP) become a cancelled token; a second one ends the program at once.
/// </summary>
internal sealed class StopSignals
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = []; // one that nobody holds is taken back
    private PosixSignal _received;

    private StopSignals() { }

    /// <summary>Watches for as long as the program runs: a signal that comes at its very end changes nothing any more.</summary>
    public static StopSignals Watch()
    {
        var signals = new StopSignals();
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            signals._registrations.Add(PosixSignalRegistration.Create(signal, signals.OnSignal));
        return signals;
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What a verb that was interrupted ends with: 128 and the signal's number.</summary>
    public int ExitCode => _received switch
    {
        PosixSignal.SIGHUP => ExitCodes.HungUp,
        PosixSignal.SIGTERM => ExitCodes.Terminated,
        _ => ExitCodes.Interrupted,
    };

    private void OnSignal(PosixSignalContext context)
    {
        // Both the system and the shell tell of a terminal that goes away: the second time is no impatience.
        context.Cancel = !_source.IsCancellationRequested || context.Signal == PosixSignal.SIGHUP;
        if (_source.IsCancellationRequested)
            return;
        _received = context.Signal;
        // The terminal has shown "^C": what follows gets a line of its own.
        if (context.Signal == PosixSignal.SIGINT && Terminal.InputIsTerminal && Terminal.ErrorIsTerminal)
            Terminal.Say("");
        _source.Cancel();
    }
}
