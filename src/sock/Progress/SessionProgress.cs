using Sockeye.Sessions;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool.Progress;

/// <summary>How far a conversation has come, both ways: on a terminal while it goes on, and in a line at its end.</summary>
internal sealed class SessionProgress : IDisposable
{
    private readonly Meter _sent;
    private readonly Meter _received;
    private readonly ProgressLine _line;
    private readonly bool _sharesTerminal;
    private int _isOver;

    /// <param name="inputSize">How many bytes of input there are; null if nobody knows.</param>
    /// <param name="sharesTerminal">Whether what comes is printed where the progress is shown.</param>
    /// <param name="time">The clock.</param>
    public SessionProgress(long? inputSize, bool sharesTerminal, TimeProvider time)
    {
        _sharesTerminal = sharesTerminal;
        (_sent, _received) = (new(inputSize, time), new(null, time));
        _line = new(() => Describe(meter => meter.SoFar), time, Terminal.ShowProgress);
    }

    /// <summary>How many bytes standard input still has, where it is a file that the session reads as it is.</summary>
    public static long? InputSizeFor(Sessions.SessionSettings settings) =>
        settings is { Exec: null, RecvOnly: false, Rules.Crlf: false } ? RestOfFile.Of(StandardInput) : null;

    /// <summary>Bytes have been carried.</summary>
    public void Note(SessionDirection direction, int count)
    {
        (direction == SessionDirection.Sent ? _sent : _received).Add(count);
        // Two hands on one line would spoil what the peer says.
        if (direction == SessionDirection.Received && _sharesTerminal && Interlocked.Exchange(ref _isOver, 1) == 0)
            _line.Dispose();
    }

    /// <summary>What it came to.</summary>
    public string InAll => Describe(meter => meter.InAll);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            _line.Dispose();
    }

    private string Describe(Func<Meter, string> describe) =>
        _received.Count == 0 ? $"Sent {describe(_sent)}"
        : _sent.Count == 0 ? $"Received {describe(_received)}"
        : $"Sent {describe(_sent)}; received {describe(_received)}";

    private const int StandardInput = 0;
}
