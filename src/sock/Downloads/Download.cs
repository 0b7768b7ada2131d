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
    public long Count => response.Body.Position;

    /// <summary>How far it has come: <c>5 of 12,345 bytes</c>.</summary>
    public string Extent => response.ContentLength is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"{Count:N0} of {length:N0} bytes")
        : OutcomeText.Count(Count, "byte");

    public async Task RunAsync(CancellationToken cancel)
    {
        using var line = showProgress ? new ProgressLine(SoFar, TimeProvider.System, Terminal.ShowProgress) : null;
        await response.Body.CopyToAsync(output, BufferSize, cancel);
    }

    private string SoFar()
    {
        _meter.Add(Count - _meter.Count);
        return _meter.SoFar;
    }

    private const int BufferSize = 256 * 1024;
}
