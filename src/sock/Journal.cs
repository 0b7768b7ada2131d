using System.Threading.Channels;

namespace Sockeye.Tool;

/// <summary>Lines for standard error from threads that must not wait for it: a terminal that is held up (Ctrl-S) holds up
/// this alone. When too many lines wait, new ones are counted and left out.</summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(MaxWaiting);
    private readonly Task _writing;
    private int _leftOut;

    public Journal() => _writing = Task.Run(WriteAsync);

    public void Note(string line)
    {
        if (!_lines.Writer.TryWrite(line))
            Interlocked.Increment(ref _leftOut);
    }

    /// <summary>Writes what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            Terminal.Say(Terminal.Harmless(line));
            if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var count)
                Terminal.Say($"({count} more lines left out)");
        }
    }

    private const int MaxWaiting = 1000;
}
