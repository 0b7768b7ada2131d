using System.Threading.Channels;

namespace Sockeye.Tool;

/// <summary>Lines for standard error from threads that must not wait for it: a terminal that is held up (Ctrl-S) holds up
/// this alone. When too many lines wait, new ones are counted and left out.</summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(MaxWaiting);
    private readonly Task _writing;
    private int _leftOut;

    public Journal() => _writing = Task.Run(WriteAsync);

    /// <summary>A line with words of others in it, whose control characters are made visible.</summary>
    public void Note(string line) => Say(Terminal.Harmless(line));

    /// <summary>A line that can command a terminal as it is meant to.</summary>
    public void Say(string line)
    {
        if (!_entries.Writer.TryWrite(new(line)))
            Interlocked.Increment(ref _leftOut);
    }

    /// <summary>Completes when all that was said so far is written; at once where so much waits that lines are left out.</summary>
    public Task CaughtUpAsync()
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _entries.Writer.TryWrite(new(Mark: mark)) ? mark.Task : Task.CompletedTask;
    }

    /// <summary>Writes what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var (line, mark) in _entries.Reader.ReadAllAsync())
        {
            mark?.SetResult();
            if (line is not null)
                Terminal.Say(line);
            if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var count)
                Terminal.Say($"({count} more lines left out)");
        }
    }

    /// <summary>A line, or the mark of somebody who waits until it is reached.</summary>
    private readonly record struct Entry(string? Line = null, TaskCompletionSource? Mark = null);

    private const int MaxWaiting = 1000;
}
