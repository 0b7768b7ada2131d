using System.Threading.Tasks.Sources;

namespace Sockeye.Sessions;

/// <summary>Wakes the one who waits for it. Rung while nobody waits, it ends the next wait at once.</summary>
internal sealed class Bell : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Until it has been rung since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, Silent) == Silent)
            return new(this, _source.Version);
        Interlocked.Exchange(ref _state, Silent);    // before what was rung for is looked at
        return default;
    }

    /// <summary>Wakes who waits, who goes on right here.</summary>
    public void Ring() => Ring(elsewhere: false);

    /// <summary>Wakes who waits, on another thread: for those whose thread is somebody else's.</summary>
    public void RingElsewhere() => Ring(elsewhere: true);

    private void Ring(bool elsewhere)
    {
        if (Interlocked.Exchange(ref _state, Rung) != Awaited)
            return;
        Interlocked.Exchange(ref _state, Silent);
        _source.RunContinuationsAsynchronously = elsewhere;
        _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private const int Silent = 0;
    private const int Awaited = 1;
    private const int Rung = 2;
}
