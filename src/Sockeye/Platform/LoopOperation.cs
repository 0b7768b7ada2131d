using System.Threading.Tasks.Sources;

namespace Sockeye.Platform;

/// <summary>One operation of one direction, and what awaits it. It is used again once its result was taken.</summary>
internal sealed class LoopOperation(LoopDirection direction) : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _source;
    private CancellationToken _cancel;
    private CancellationTokenRegistration? _heeding;
    private int _moved;

    /// <summary>For the task that stands for this use of it.</summary>
    public short Version => _source.Version;

    /// <summary>Whether it moves nothing, and waits until something could be moved.</summary>
    public bool IsWait { get; private set; }

    /// <summary>What has not been moved yet.</summary>
    public Memory<byte> Rest { get; private set; }

    /// <summary>Whether who began it has given up.</summary>
    public bool IsCancelled => _cancel.IsCancellationRequested;

    public void Begin(Memory<byte> buffer, CancellationToken cancel) =>
        (Rest, IsWait, _cancel, _moved) = (buffer, buffer.IsEmpty, cancel, 0);

    /// <summary>To be called before it is parked: whoever cancels then takes it out.</summary>
    public void HeedCancellation() => _heeding ??= _cancel.UnsafeRegister(
        static operation => ((LoopOperation)operation!).OnCancelled(), this);

    public void Advance(int count)
    {
        Rest = Rest[count..];
        _moved += count;
    }

    /// <summary>It has ended well; what awaited it goes on right here.</summary>
    public void Complete()
    {
        _source.RunContinuationsAsynchronously = false;
        _source.SetResult(_moved);
    }

    /// <summary>It has failed; what awaited it goes on right here.</summary>
    public void Fail(Exception error)
    {
        _source.RunContinuationsAsynchronously = false;
        _source.SetException(error);
    }

    /// <summary>It has failed; who closes goes on, and what awaited it does so elsewhere.</summary>
    public void FailElsewhere(Exception error)
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(error);
    }

    /// <summary>It was given up; who gave it up goes on, and what awaited it does so elsewhere.</summary>
    public void Cancel() => FailElsewhere(new OperationCanceledException(_cancel));

    private void OnCancelled() => direction.Cancel(this);

    public int GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Waits for a cancellation that is at work: it must not meet the next use.</summary>
    private void Recycle()
    {
        _heeding?.Dispose();
        _heeding = null;
        Rest = default;
        _cancel = default;
        _source.Reset();
        direction.Return(this);
    }
}
