using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>What a conversation came to, in words and as JSON.</summary>
internal static class OutcomeText
{
    /// <summary>The rule that ended it, with the option that sets it.</summary>
    public static string Reason(SessionOutcome outcome, SessionSettings settings) => Reason(outcome, settings, settings.Rules);

    private static string Reason(SessionOutcome outcome, SessionSettings settings, SessionOptions rules) => outcome.Ending switch
    {
        SessionEnding.BothEnded => "Both sides ended",
        SessionEnding.PeerEnded when settings.SenderIdle is { } idle => $"Nothing came or went for {Duration.Format(idle)} (--idle)",
        SessionEnding.LocalEnded when settings.Exec is not null => "The program ended",
        SessionEnding.PeerEnded when rules.PeerEndedWait == TimeSpan.Zero => "The peer ended",
        SessionEnding.PeerEnded => $"The peer ended, and input paused for {Duration.InWords(rules.PeerEndedWait)} (--peer-ended-wait)",
        SessionEnding.LocalEnded when rules.LocalEndedWait == TimeSpan.Zero => "Input ended",
        SessionEnding.LocalEnded => $"Input ended, and {Duration.InWords(rules.LocalEndedWait)} passed (-q)",
        SessionEnding.RepliesCame => $"{Count(rules.Replies, "reply", "replies")} came",
        SessionEnding.OutputClosed => "Nobody reads our output any more",
        SessionEnding.Cancelled => "Interrupted",
        _ => "Failed",
    };

    /// <summary>The option whose limit or number ended it; null if none did.</summary>
    public static string? Option(SessionOutcome outcome, SessionSettings settings) => (outcome.Ending, settings.Rules) switch
    {
        (SessionEnding.PeerEnded, _) when settings.SenderIdle is not null => "--idle",
        (SessionEnding.PeerEnded, { PeerEndedWait.Ticks: > 0 }) => "--peer-ended-wait",
        (SessionEnding.LocalEnded, { LocalEndedWait.Ticks: > 0 }) when settings.Exec is null => "-q",
        (SessionEnding.RepliesCame, _) => "--replies",
        _ when outcome.Error is not NetException { Kind: NetErrorKind.TimedOut } late || late.GetBaseException() is SocketException => null,
        (_, { MaxDuration.Ticks: > 0 and var most }) when outcome.Duration.Ticks >= most - TimerGrain => "--max-time",
        (_, { IdleTimeout.Ticks: > 0 }) => "--idle",
        _ => "-q",
    };

    // Timers count by a clock of coarse ticks, and can fire so much before the time has passed by a finer one.
    private const long TimerGrain = 20 * TimeSpan.TicksPerMillisecond;

    /// <summary>How much went each way.</summary>
    public static string Amounts(SessionOutcome outcome, bool isDatagram)
    {
        var unsent = outcome.BytesUnsent == 0 ? "" : $", {Count(outcome.BytesUnsent, "byte")} of input not sent";
        return isDatagram
            ? $"{Count(outcome.MessagesSent, "datagram")} ({Count(outcome.BytesSent, "byte")}) sent, "
                + $"{outcome.MessagesReceived:N0} ({Count(outcome.BytesReceived, "byte")}) received{unsent}"
            : $"{Count(outcome.BytesSent, "byte")} sent, {outcome.BytesReceived:N0} received{unsent}";
    }

    /// <summary>How long each step took.</summary>
    public static string Times(SessionOutcome outcome, ConnectReport? report, TimeSpan? handshake) =>
        Times(report, handshake, outcome.FirstReceived, outcome.Duration + Before(report, handshake));

    /// <summary>How long each step took.</summary>
    /// <param name="report">How the peer was reached, where we called.</param>
    /// <param name="handshake">That of TLS.</param>
    /// <param name="firstByte">From the connection until an answer.</param>
    /// <param name="total">From the start to the end.</param>
    public static string Times(ConnectReport? report, TimeSpan? handshake, TimeSpan? firstByte, TimeSpan total)
    {
        var steps = new List<string>();
        if (report is { Resolve.Ticks: > 0 })
            steps.Add($"resolve {Of(report.Resolve)}");
        if (report is not null)
            steps.Add($"connect {Of(report.Connect)}");
        if (handshake is { } secured)
            steps.Add($"TLS {Of(secured)}");
        if (firstByte is { } first)
            steps.Add($"first byte {Of(first)}");
        return $"Times: {string.Join(", ", [.. steps, $"total {Of(total)}"])}";
    }

    /// <summary>How much went each way, as properties of an object.</summary>
    public static void WriteAmounts(Utf8JsonWriter json, SessionOutcome outcome)
    {
        json.WriteNumber("bytesSent", outcome.BytesSent);
        json.WriteNumber("bytesReceived", outcome.BytesReceived);
        json.WriteNumber("bytesUnsent", outcome.BytesUnsent);
        json.WriteNumber("messagesSent", outcome.MessagesSent);
        json.WriteNumber("messagesReceived", outcome.MessagesReceived);
    }

    /// <summary>The times of <see cref="Times(ConnectReport?, TimeSpan?, TimeSpan?, TimeSpan)"/>, as properties in seconds.</summary>
    public static void WriteTimes(Utf8JsonWriter json, ConnectReport? report, TimeSpan? handshake, TimeSpan? firstByte, TimeSpan total)
    {
        if (report is not null)
            Write(json, report);
        WriteSeconds(json, "handshake", handshake);
        WriteSeconds(json, "firstByte", firstByte);
        WriteSeconds(json, "total", total);
    }

    /// <summary>How long it took to connect, as properties of an object.</summary>
    public static void Write(Utf8JsonWriter json, ConnectReport report)
    {
        WriteSeconds(json, "resolve", report.Resolve);
        WriteSeconds(json, "connect", report.Connect);
    }

    /// <summary>A measured time: <c>0.31 ms</c>, <c>12.3 ms</c>, <c>1.24 s</c>.</summary>
    public static string Of(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 and var ms => string.Create(CultureInfo.InvariantCulture, $"{ms:0.00} ms"),
        < 1000 and var ms => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
    };

    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>What went by until there was a connection.</summary>
    public static TimeSpan Before(ConnectReport? report, TimeSpan? handshake) =>
        (report is null ? TimeSpan.Zero : report.Resolve + report.Connect) + (handshake ?? TimeSpan.Zero);

    /// <summary>A time as a property, in seconds, if there is one.</summary>
    public static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } known)
            json.WriteNumber(name, known.TotalSeconds);
    }
}
