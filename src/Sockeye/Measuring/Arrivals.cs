using System.Threading.Tasks.Sources;

namespace Sockeye.Measuring;

/// <summary>When requests are due: at a set rate, or whenever somebody is free to make one.</summary>
/// <remarks>At a set rate who is free takes the next request that nobody has taken, and waits until it is due. Who comes too
/// late, since all were busy, takes one that was due before: its wait has begun then.</remarks>
internal sealed class Arrivals : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<Turn> _waiting = new();
    private readonly LoadWindow _window;
    private readonly TimeProvider _time;
    private readonly int? _rate;
    private readonly Alarm? _alarm;
    private long _taken;
    private bool _isOver;

    public Arrivals(LoadWindow window, LoadOptions options)
    {
        (_window, _time, _rate) = (window, options.Time, options.Rate);
        if (_rate is not null)
            _alarm = Alarm.For(_time, Ring);
    }

    /// <summary>Returns once a request is due, with the moment at which it became due; null when there are no more.</summary>
    /// <param name="turn">The caller's own, for one wait at a time.</param>
    public ValueTask<long?> NextAsync(Turn turn)
    {
        var now = _time.GetTimestamp();
        if (_rate is null)
            return new(now <= _window.To ? now : null);
        lock (_lock)
        {
            var due = DueAt(_taken);
            if (_isOver || due > _window.To)
                return new((long?)null);
            _taken++;
            if (due <= now)
                return new(due);
            turn.Begin(due);
            _waiting.Enqueue(turn);
            if (_waiting.Count == 1)
                _alarm!.Set(due);
            return turn.Task;
        }
    }

    /// <summary>Ends the window, and with it these: nobody can begin one in between. Returns how many were due by then and had
    /// not begun.</summary>
    public long End()
    {
        Turn[] waiting;
        lock (_lock)
        {
            _window.End();
            _isOver = true;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        var begun = _taken - waiting.Length;
        foreach (var turn in waiting)
            turn.Complete(null);
        return _rate is null ? 0 : Math.Max(0, DueBy(_window.To) - begun);
    }

    public void Dispose() => _alarm?.Dispose();

    /// <summary>Those whose turn it is go on right here, one after the other, until they wait for something else.</summary>
    private void Ring()
    {
        while (TakeDue() is { } turn)
            turn.Complete(turn.Due);
    }

    private Turn? TakeDue()
    {
        lock (_lock)
        {
            if (!_waiting.TryPeek(out var next))
                return null;
            if (next.Due <= _time.GetTimestamp())
                return _waiting.Dequeue();
            _alarm!.Set(next.Due);
            return null;
        }
    }

    private long DueAt(long number) => _window.Start + (long)Math.Round(number / (double)_rate! * _time.TimestampFrequency);

    private long DueBy(long moment)
    {
        var count = Math.Max(0, (long)((moment - _window.Start) / (double)_time.TimestampFrequency * _rate!.Value));
        while (DueAt(count) <= moment)
            count++;
        while (count > 0 && DueAt(count - 1) > moment)
            count--;
        return count;
    }
}

/// <summary>Somebody's wait until a request is due. It is used again and again.</summary>
internal sealed class Turn : IValueTaskSource<long?>
{
    private ManualResetValueTaskSourceCore<long?> _source;

    /// <summary>When the request is due.</summary>
    public long Due { get; private set; }

    public ValueTask<long?> Task => new(this, _source.Version);

    public void Begin(long due)
    {
        _source.Reset();
        Due = due;
    }

    public void Complete(long? due) => _source.SetResult(due);

    public long? GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
