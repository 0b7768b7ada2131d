using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Sockeye.Sessions;
using Sockeye.Tls;

namespace Sockeye.Tool.Sessions;

/// <summary>All that is known of one conversation at its end, for <c>--json</c>: collected while it goes on, and told once.</summary>
/// <param name="asked">Where we call, as the user gave it; null where we are called.</param>
internal sealed class SessionRecord(Address? asked)
{
    private readonly ConcurrentQueue<ConnectAttempt> _tried = new();
    private readonly ConcurrentQueue<(string Reason, TimeSpan Pause)> _retries = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private Address? _local;
    private Address? _remote;
    private ConnectReport? _report;
    private TlsInfo? _tls;
    private SessionOutcome? _outcome;
    private string? _option;
    private string? _advice;
    private int? _programExit;
    private int _connections;
    private int _truncated;

    /// <summary>An address was tried, on whichever thread.</summary>
    public void NoteTried(ConnectAttempt attempt) => NoteLatest(_tried, attempt);

    /// <summary>It is tried again, after a pause.</summary>
    public void NoteRetry(string reason, TimeSpan pause) => NoteLatest(_retries, (reason, pause));

    /// <summary>A peer was reached.</summary>
    public void NoteConnected(Address local, Address remote)
    {
        (_local, _remote) = (local, remote);
        _connections++;
    }

    /// <summary>TLS is spoken.</summary>
    public void NoteSecured(TlsInfo tls) => _tls = tls;

    /// <summary>A peer reached us: the conversation begins now.</summary>
    public void NoteAccepted(Address local, Address remote)
    {
        (_local, _remote) = (local, remote);
        _watch.Restart();
    }

    /// <summary>A datagram was cut.</summary>
    public void NoteTruncated() => Interlocked.Increment(ref _truncated);

    /// <summary>The program that was given the peer has ended.</summary>
    public void NoteProgramEnded(int exitCode) => _programExit = exitCode;

    /// <summary>It is over.</summary>
    /// <param name="outcome">What it came to.</param>
    /// <param name="report">How the peer was reached, where we called.</param>
    /// <param name="option">The option whose limit or number ended it, if one did.</param>
    public void NoteFinished(SessionOutcome outcome, ConnectReport? report, string? option) =>
        (_outcome, _report, _option) = (_outcome is null ? outcome : Sum(_outcome, outcome), report, option);

    /// <summary>A next step for the user.</summary>
    public void NoteAdvice(string advice) => _advice = advice;

    /// <summary>All of it as one object. Of one that failed it begins with the fields of every other error.</summary>
    /// <param name="exitCode">What follows from it.</param>
    /// <param name="error">What failed; null where it went well or was interrupted.</param>
    /// <param name="advice">What to do about that.</param>
    public string Tell(int exitCode, Exception? error = null, string? advice = null) => JsonOutput.Line(json =>
    {
        if (error is not null)
            JsonOutput.WriteError(json, error);
        WriteEnds(json, error as NetException);
        if (!_tried.IsEmpty)
            WriteTried(json);
        if (_tls is not null)
            JsonOutput.WriteObject(json, "tls", inner => TlsText.Write(inner, _tls));
        if (!_retries.IsEmpty)
            WriteRetries(json);
        WriteOutcome(json, error is null ? _outcome?.Ending ?? SessionEnding.Cancelled : SessionEnding.Failed);
        WriteTimes(json);
        JsonOutput.WriteConsequence(json, exitCode, advice ?? _advice);
    });

    /// <summary>The addresses that the error has not named.</summary>
    private void WriteEnds(Utf8JsonWriter json, NetException? error)
    {
        JsonOutput.WriteAddress(json, "address", error?.Address is null ? asked : null);
        JsonOutput.WriteAddress(json, "localAddress", error?.LocalAddress is null ? _local : null);
        JsonOutput.WriteAddress(json, "remoteAddress", error?.RemoteAddress is null ? _remote : null);
    }

    private void WriteTried(Utf8JsonWriter json)
    {
        json.WriteStartArray("tried");
        foreach (var attempt in _tried)
        {
            json.WriteStartObject();
            JsonOutput.WriteAddress(json, "address", attempt.Address);
            json.WriteNumber("seconds", attempt.Elapsed.TotalSeconds);
            if (attempt.Error is not null)
                json.WriteString("error", attempt.Error.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteRetries(Utf8JsonWriter json)
    {
        json.WriteStartArray("retries");
        foreach (var (reason, pause) in _retries)
        {
            json.WriteStartObject();
            json.WriteString("after", reason);
            json.WriteNumber("pause", pause.TotalSeconds);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteOutcome(Utf8JsonWriter json, SessionEnding ending)
    {
        if (_connections > 1)
            json.WriteNumber("connections", _connections);
        json.WriteString("ending", JsonNamingPolicy.CamelCase.ConvertName(ending.ToString()));
        if (_option is not null)
            json.WriteString("option", _option);
        if (_outcome is not null)
            OutcomeText.WriteAmounts(json, _outcome);
        if (_truncated > 0)
            json.WriteNumber("messagesTruncated", _truncated);
        if (_programExit is { } programExit)
            json.WriteNumber("programExitCode", programExit);
    }

    private void WriteTimes(Utf8JsonWriter json) => JsonOutput.WriteObject(json, "times", times =>
    {
        if (_report is not null)
            OutcomeText.Write(times, _report);
        OutcomeText.WriteSeconds(times, "tls", _tls?.Elapsed);
        OutcomeText.WriteSeconds(times, "firstByte", _outcome?.FirstReceived);
        OutcomeText.WriteSeconds(times, "inputEnded", _outcome?.LocalEnded);
        OutcomeText.WriteSeconds(times, "peerEnded", _outcome?.PeerEnded);
        OutcomeText.WriteSeconds(times, "total", _watch.Elapsed);
    });

    /// <summary>The last one's end, and what all of them have carried.</summary>
    private static SessionOutcome Sum(SessionOutcome before, SessionOutcome last) => last with
    {
        BytesSent = before.BytesSent + last.BytesSent,
        BytesReceived = before.BytesReceived + last.BytesReceived,
        BytesUnsent = before.BytesUnsent + last.BytesUnsent,
        MessagesSent = before.MessagesSent + last.MessagesSent,
        MessagesReceived = before.MessagesReceived + last.MessagesReceived,
    };

    /// <summary>Who tries again for weeks does not fill the memory.</summary>
    private static void NoteLatest<T>(ConcurrentQueue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > MostKept)
            queue.TryDequeue(out _);
    }

    private const int MostKept = 1000;
}
