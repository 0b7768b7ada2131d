namespace Sockeye.Tool.Progress;

/// <summary>A line that shows again and again how far something has come: not for what is over at once.</summary>
internal sealed class ProgressLine : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Action<string> _show;
    private readonly ITimer _timer;
    private bool _isOver;

    /// <param name="text">How far it has come.</param>
    /// <param name="time">The clock.</param>
    /// <param name="show">Puts the text in place of the one before, and an empty one to take it away.</param>
    public ProgressLine(Func<string> text, TimeProvider time, Action<string> show)
    {
        _show = show;
        _timer = time.CreateTimer(_ => Show(text()), null, FirstShow, BetweenShows);
    }

    /// <summary>Prints something where the line is shown, which is out of the way meanwhile.</summary>
    public void GiveWay(Action print)
    {
        lock (_lock)
        {
            if (!_isOver)
                _show("");
            print();
        }
    }

    /// <summary>Takes the line away for good.</summary>
    public void Dispose()
    {
        Show("");
        lock (_lock)
            _isOver = true;
        _timer.Dispose();
    }

    private void Show(string text)
    {
        lock (_lock)
        {
            if (!_isOver)
                _show(text);
        }
    }

    private static readonly TimeSpan FirstShow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenShows = TimeSpan.FromMilliseconds(200);
}
