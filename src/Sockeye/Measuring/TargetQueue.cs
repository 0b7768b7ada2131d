namespace Sockeye.Measuring;

/// <summary>What is still to be tried, in order; what has to be tried again comes first.</summary>
internal sealed class TargetQueue(IEnumerable<Target> targets) : IDisposable
{
    private readonly IEnumerator<Target> _targets = targets.GetEnumerator();
    private readonly Queue<Target> _again = [];
    private Target? _next;

    /// <summary>The next one; null if there is none for now.</summary>
    public Target? Peek()
    {
        if (_next is null)
            _next = _again.TryDequeue(out var again) ? again : _targets.MoveNext() ? _targets.Current : null;
        return _next;
    }

    /// <summary>Takes the one that was peeked at.</summary>
    public Target Take()
    {
        var next = Peek()!.Value;
        _next = null;
        return next;
    }

    public void PutBack(Target target) => _again.Enqueue(target);

    public void Dispose() => _targets.Dispose();
}
