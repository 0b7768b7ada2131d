using System.Globalization;
using Sockeye.Protocols;
using Sockeye.Tool.Progress;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Downloads;

/// <summary>Carries a response's content to where it goes, and shows on a terminal how far it has come.</summary>
internal sealed class Download(HttpResponse response, Stream output, bool showProgress)
{
    private readonly Meter _meter = new(response.ContentLength, TimeProvider.System);

    /// <summary>Bytes carried so far.</summary>
    public long Count => _meter.Count;

    /// <summary>How far it has come: <c>5 of 12,345 bytes</c>.</summary>
    public string Extent => response.ContentLength is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"{Count:N0} of {length:N0} bytes")
        : OutcomeText.Count(Count, "byte");

    public async Task RunAsync(CancellationToken cancel)
    {
        using var line = showProgress ? new ProgressLine(() => _meter.SoFar, TimeProvider.System, Terminal.ShowProgress) : null;
        var buffer = new byte[BufferSize];
        while (await response.Body.ReadAsync(buffer, cancel) is var count and > 0)
        {
            // Whoever takes our output may have stopped doing so; that must not keep Ctrl-C from ending us.
            await output.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).AsTask().WaitAsync(cancel);
            _meter.Add(count);
        }
    }

    private const int BufferSize = 256 * 1024;
}
