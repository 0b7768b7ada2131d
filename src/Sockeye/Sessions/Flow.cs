namespace Sockeye.Sessions;

/// <summary>
/// What is known of one direction while it runs. Its pump writes it, the run reads it from another thread: every fact
/// is one word, and the pump calls the run after the ones that may end the session.
/// </summary>
internal sealed class Flow(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _lastMoved = time.GetTimestamp();
    private long _waitingSince;
    private long _endedAt;
    private long _firstAt;
    private long _bytes;
    private long _messages;
    private long _taken;
    private long _settled;
    private volatile Exception? _error;
    private volatile bool _isPausing;
    private volatile bool _isDone;

    /// <summary>Bytes written to the sink.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Writes to the sink.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Whether the source has given anything, be it an empty message.</summary>
    public bool HasBegun => Volatile.Read(ref _firstAt) != 0;

    /// <summary>Bytes read from the source and not known to be in the sink.</summary>
    public long Unsettled => Volatile.Read(ref _taken) - Volatile.Read(ref _settled);

    /// <summary>When a byte last moved, or was again free to move.</summary>
    public long LastMoved => Volatile.Read(ref _lastMoved);

    /// <summary>Whether its next write waits because we want it to: silence of our own making.</summary>
    public bool IsPausing => _isPausing;

    /// <summary>Since when the source has been silent; 0 while its bytes are being written.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    /// <summary>When the source ended; 0 until then.</summary>
    public long EndedAt => Volatile.Read(ref _endedAt);

    /// <summary>What stopped it, or null.</summary>
    public Exception? Error => _error;

    /// <summary>Whether writing is what failed.</summary>
    public bool FailedWriting { get; private set; }

    /// <summary>Whether its pump has stopped, for whatever reason.</summary>
    public bool IsDone => _isDone;

    /// <summary>Whether nothing failed and everything read is in the sink.</summary>
    public bool IsComplete => Error is null && Unsettled == 0;

    public TimeSpan? First => SinceStart(Volatile.Read(ref _firstAt));

    public TimeSpan? Ended => SinceStart(EndedAt);

    // Exchanged, here and at the end: each direction looks at the other's fact right after setting its own.
    public void NoteWaiting() => Interlocked.Exchange(ref _waitingSince, time.GetTimestamp());

    public void NoteRead(int count)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _waitingSince, 0);
        Volatile.Write(ref _lastMoved, now);
        Volatile.Write(ref _taken, _taken + count);
        if (_firstAt == 0)
            Volatile.Write(ref _firstAt, now);
    }

    public void NoteWritten(int count)
    {
        Volatile.Write(ref _lastMoved, time.GetTimestamp());
        Volatile.Write(ref _bytes, _bytes + count);
        Volatile.Write(ref _messages, _messages + 1);
    }

    public void NotePausing() => _isPausing = true;

    public void NoteResumed()
    {
        Volatile.Write(ref _lastMoved, time.GetTimestamp());
        _isPausing = false;
    }

    /// <summary>Everything read so far is in the sink, but for bytes of a message whose end has not come.</summary>
    public void NoteSettled(int pending) => Volatile.Write(ref _settled, _taken - pending);

    public void NoteEnded()
    {
        Volatile.Write(ref _waitingSince, 0);
        Interlocked.Exchange(ref _endedAt, time.GetTimestamp());
    }

    public void NoteFailed(Exception error, bool writing)
    {
        FailedWriting = writing;
        _error = error;
    }

    public void NoteDone()
    {
        Volatile.Write(ref _waitingSince, 0);
        _isDone = true;
    }

    private TimeSpan? SinceStart(long at) => at == 0 ? null : time.GetElapsedTime(_start, at);
}
