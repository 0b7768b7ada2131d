using System.Threading.Tasks.Sources;

namespace Sockeye.Platform;

/// <summary>One operation of one direction, and what awaits it. It is used again once its result was taken.</summary>
internal sealed class LoopOperation(LoopDirection direction) : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _source;
    private Wait? _wait;
    private bool _isHeeding;
    private int _moved;

    /// <summary>For the task that stands for this use of it.</summary>
    public short Version => _source.Version;

    /// <summary>Whether it moves nothing, and waits until something could be moved.</summary>
    public bool IsWait { get; private set; }

    /// <summary>What has not been moved yet.</summary>
    public Memory<byte> Rest { get; private set; }

    /// <summary>Whether the wait for it was cut off. Who has parked it may ask when it has ended already.</summary>
    public bool IsCutOff => _wait is { IsCutOff: true };

    public void Begin(Memory<byte> buffer, Wait wait) =>
        (Rest, IsWait, _wait, _moved) = (buffer, buffer.IsEmpty, wait, 0);

    /// <summary>To be called before it is parked: whoever cuts it off then takes it out.</summary>
    public void Heed()
    {
        if (_isHeeding)
            return;
        _isHeeding = true;
        _wait!.Tell(this);
    }

    /// <summary>Ends it if it is parked; if it is in somebody's hand, that one sees that it is cut off.</summary>
    public void CutOff() => direction.TakeOut(this);

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

    /// <summary>It was cut off; who did that goes on, and what awaited it does so elsewhere.</summary>
    public void Cancel() => FailElsewhere(new OperationCanceledException());

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

    private void Recycle()
    {
        if (_isHeeding)
            _wait!.Forget();
        (_isHeeding, _wait, Rest) = (false, null, default);
        _source.Reset();
        direction.Return(this);
    }
}
