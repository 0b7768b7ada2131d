using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sockeye.Measuring;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Scanning;

/// <summary>How many ports a scan has found to be what, so far and in all.</summary>
/// <param name="expected">How many there are to scan.</param>
internal sealed class Tally(long expected)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _open;
    private long _closed;
    private long _silent;
    private long _unreachable;

    public void Add(PortReport port)
    {
        switch (port)
        {
            case { State: PortState.Open }:
                _open++;
                break;
            case { State: PortState.Closed }:
                _closed++;
                break;
            case { Error.Kind: NetErrorKind.TimedOut }:
                _silent++;
                break;
            default:
                _unreachable++;
                break;
        }
    }

    /// <summary>Whether anything was found out.</summary>
    public bool HasAny => Known > 0;

    /// <summary>While it goes on: <c>3 open, 12,345 of 65,535 ports (18 %)</c>.</summary>
    public string SoFar => string.Create(CultureInfo.InvariantCulture,
        $"{_open:N0} open, {Known:N0} of {OutcomeText.Count(expected, "port")} ({100 * Known / expected} %)");

    /// <summary>At the end: <c>3 open, 65,530 closed, 2 filtered in 2.31 s</c>.</summary>
    public string InAll => string.Create(CultureInfo.InvariantCulture,
        $"{_open:N0} open, {_closed:N0} closed, {_silent + _unreachable:N0} filtered in {OutcomeText.Of(_watch.Elapsed)}");

    /// <summary>The same as properties of an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("open", _open);
        json.WriteNumber("closed", _closed);
        json.WriteNumber("filtered", _silent + _unreachable);
        OutcomeText.WriteSeconds(json, "seconds", _watch.Elapsed);
    }

    private long Known => _open + _closed + _silent + _unreachable;

    /// <summary>What the error of a connection would be that was tried to all of them.</summary>
    public int ExitCode => this switch
    {
        { _open: > 0 } => ExitCodes.Success,
        { _closed: 0, _silent: > 0 } => ExitCodes.Time,
        _ => ExitCodes.Reach,
    };
}
