namespace Sockeye.Platform;

/// <summary>
/// A thread for calls that may block for as long as they like: on a machine with one processor the pool has one thread,
/// and a wait for the keyboard there would hold up everything else. It does not keep the program alive.
/// </summary>
internal sealed class OwnThread(string name)
{
    private readonly Queue<Action> _calls = new();
    private int _unfinished;
    private bool _isRunning;

    /// <summary>Whether every call has been made that was asked for.</summary>
    public bool IsIdle => Volatile.Read(ref _unfinished) == 0;

    /// <summary>Makes the call after those given before it.</summary>
    public Task<T> CallAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _unfinished);
        Enqueue(() =>
        {
            try
            {
                done.SetResult(Make(call));
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    private T Make<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        finally
        {
            Interlocked.Decrement(ref _unfinished);
        }
    }

    private void Enqueue(Action call)
    {
        lock (_calls)
        {
            _calls.Enqueue(call);
            Monitor.Pulse(_calls);
            if (_isRunning)
                return;
            _isRunning = true;
        }
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = name }.Start();
    }

    private void Run()
    {
        while (true)
            Take()();
    }

    private Action Take()
    {
        lock (_calls)
        {
            while (_calls.Count == 0)
                Monitor.Wait(_calls);
            return _calls.Dequeue();
        }
    }
}
