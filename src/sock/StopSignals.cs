using System.Runtime.InteropServices;

namespace Sockeye.Tool;

/// <summary>Ctrl-C and SIGTERM become a cancelled token; a second one ends the program at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private PosixSignal _received;

    private StopSignals() { }

    public static StopSignals Watch()
    {
        var signals = new StopSignals();
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            signals._registrations.Add(PosixSignalRegistration.Create(signal, signals.OnSignal));
        return signals;
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What a verb that was interrupted ends with: 128 and the signal's number.</summary>
    public int ExitCode => _received == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted;

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        _received = context.Signal;
        // The terminal has shown "^C": what follows gets a line of its own.
        if (context.Signal == PosixSignal.SIGINT && Terminal.InputIsTerminal && Terminal.ErrorIsTerminal)
            Terminal.Say("");
        _source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }
}
