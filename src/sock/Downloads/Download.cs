using System.Diagnostics;
using System.Globalization;
using Sockeye.Protocols;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Downloads;

/// <summary>Carries a response's content to where it goes, and shows on a terminal how far it has come.</summary>
internal sealed class Download(HttpResponse response, Stream output, bool showProgress)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _nextShow = FirstShow;

    /// <summary>Bytes carried so far.</summary>
    public long Count { get; private set; }

    /// <summary>How far it has come: <c>5 of 12,345 bytes</c>.</summary>
    public string Extent => response.ContentLength is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"{Count:N0} of {length:N0} bytes")
        : OutcomeText.Count(Count, "byte");

    public async Task RunAsync(CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        while (await response.Body.ReadAsync(buffer, cancel) is var count and > 0)
        {
            // Whoever takes our output may have stopped doing so; that must not keep Ctrl-C from ending us.
            await output.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).AsTask().WaitAsync(cancel);
            Count += count;
            ShowProgress();
        }
        if (showProgress)
            Terminal.ClearProgress();
    }

    private void ShowProgress()
    {
        if (!showProgress || _watch.Elapsed < _nextShow)
            return;
        _nextShow = _watch.Elapsed + BetweenShows;
        var whole = response.ContentLength is > 0 and var length ? $" of {ByteSize.Format(length)} ({100 * Count / length} %)" : "";
        Terminal.ShowProgress($"{ByteSize.Format(Count)}{whole}, {ByteSize.Format((long)(Count / _watch.Elapsed.TotalSeconds))}/s");
    }

    private const int BufferSize = 256 * 1024;
    private static readonly TimeSpan FirstShow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenShows = TimeSpan.FromMilliseconds(200);
}
