namespace Sockeye.Measuring;

/// <summary>What is still to be tried, in order; what has to be tried again comes first.</summary>
internal sealed class ScanTargetQueue(IEnumerable<ScanTarget> targets) : IDisposable
{
    private readonly IEnumerator<ScanTarget> _targets = targets.GetEnumerator();
    private readonly Queue<ScanTarget> _again = [];
    private ScanTarget? _next;

    /// <summary>The next one; null if there is none for now.</summary>
    public ScanTarget? Peek()
    {
        if (_next is null)
            _next = _again.TryDequeue(out var again) ? again : _targets.MoveNext() ? _targets.Current : null;
        return _next;
    }

    /// <summary>Takes the one that was peeked at.</summary>
    public ScanTarget Take()
    {
        var next = Peek()!.Value;
        _next = null;
        return next;
    }

    public void PutBack(ScanTarget target) => _again.Enqueue(target);

    public void Dispose() => _targets.Dispose();
}
