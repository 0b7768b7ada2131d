using Sockeye.Platform;

namespace Sockeye.Measuring;

/// <summary>Rings at a moment. What then has to be done is done by its thread.</summary>
internal abstract class Alarm : IDisposable
{
    /// <summary>One for a clock: as exact as there is.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="ring">Called when it rings, by one thread at a time.</param>
    public static Alarm For(TimeProvider time, Action ring) =>
        time == TimeProvider.System && ExactSleep.IsSupported ? new ThreadAlarm(time, ring) : new TimerAlarm(time, ring);

    /// <summary>Sets it to a moment, in place of the one it was set to.</summary>
    public abstract void Set(long moment);

    public abstract void Dispose();
}

/// <summary>A timer: it counts in milliseconds.</summary>
internal sealed class TimerAlarm : Alarm
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public TimerAlarm(TimeProvider time, Action ring)
    {
        _time = time;
        _timer = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override void Set(long moment)
    {
        var left = _time.GetElapsedTime(_time.GetTimestamp(), moment);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    public override void Dispose() => _timer.Dispose();
}

/// <summary>A thread that sleeps: a timer's millisecond is twenty times what an answer takes on a fast network.</summary>
internal sealed class ThreadAlarm : Alarm
{
    private readonly AutoResetEvent _isSet = new(false);
    private readonly TimeProvider _time;
    private readonly Action _ring;
    private long _moment;
    private volatile bool _isOver;

    public ThreadAlarm(TimeProvider time, Action ring)
    {
        (_time, _ring) = (time, ring);
        new Thread(Run) { IsBackground = true, Name = "Sockeye alarm" }.UnsafeStart();
    }

    public override void Set(long moment)
    {
        Volatile.Write(ref _moment, moment);
        _isSet.Set();
    }

    public override void Dispose()
    {
        _isOver = true;
        _isSet.Set();
    }

    private void Run()
    {
        ExactSleep.Prepare();
        while (true)
        {
            _isSet.WaitOne();
            if (_isOver)
                break;
            ExactSleep.For(_time.GetElapsedTime(_time.GetTimestamp(), Volatile.Read(ref _moment)));
            _ring();
        }
        _isSet.Dispose();
    }
}
