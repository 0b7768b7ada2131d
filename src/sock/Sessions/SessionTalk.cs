using System.Text.Json;
using Sockeye.Sessions;
using Sockeye.Tls;

namespace Sockeye.Tool.Sessions;

/// <summary>What is said about a conversation on standard error: little to a person, more with -v, all of it with --json.</summary>
/// <param name="settings">How much is to be said.</param>
/// <param name="say">Says a line; null for standard error itself.</param>
/// <param name="peer">With whom, where there are many; null where that is plain.</param>
internal sealed class SessionTalk(SessionSettings settings, Action<string>? say = null, Address? peer = null)
{
    private readonly Action<string> _say = say ?? Terminal.Say;
    private int _ended;
    private readonly bool _isForPerson = Terminal.ErrorIsTerminal && Terminal.OutputIsTerminal;

    /// <summary>The same for one of many conversations: every line begins with the peer's address.</summary>
    public SessionTalk With(Address one) => new(settings, say, one);

    /// <summary>An address was tried.</summary>
    public void Tried(ConnectAttempt attempt) => Tell(
        settings.Verbose && attempt.Error is not null,
        () => $"Tried {attempt.Address}: {attempt.Error?.Reason} ({OutcomeText.Of(attempt.Elapsed)})",
        "tried",
        json =>
        {
            JsonOutput.WriteAddress(json, "address", attempt.Address);
            json.WriteNumber("seconds", attempt.Elapsed.TotalSeconds);
            if (attempt.Error is not null)
                json.WriteString("error", attempt.Error.Reason);
        });

    /// <summary>What -z was to find out, on standard output.</summary>
    public void IsThere(Address asked, Connection connection)
    {
        var took = connection.Report!;
        if (settings.Json)
        {
            JsonOutput.Print(json =>
            {
                WriteEnds(json, connection.LocalAddress, connection.RemoteAddress);
                OutcomeText.Write(json, took);
            });
        }
        else
        {
            Terminal.Print($"Connected to {InBothForms(asked, connection.RemoteAddress)} in {OutcomeText.Of(took.Resolve + took.Connect)}");
        }
    }

    /// <summary>What -z was to find out on the listening side, on standard output.</summary>
    public void HasCalled(Connection caller)
    {
        if (settings.Json)
            JsonOutput.Print(json => WriteEnds(json, caller.LocalAddress, caller.RemoteAddress));
        else
            Terminal.Print($"Connection from {Named(caller.RemoteAddress)} to {caller.LocalAddress}");
    }

    /// <summary>We reached a peer.</summary>
    public void Connected(Address asked, Address local, Address remote) => Tell(
        settings.Verbose || _isForPerson,
        () => settings.Verbose && local.Path is not ""
            ? $"Connected from {local} to {remote}"
            : $"Connected to {InBothForms(asked, remote)}{Hint}",
        "connected",
        json => WriteEnds(json, local, remote));

    /// <summary>TLS is spoken with a peer.</summary>
    public void Secured(TlsInfo tls)
    {
        Tell(settings.Verbose, () => TlsText.Of(tls), "tls", json => TlsText.Write(json, tls));
        if (TlsText.Overlooked(tls) is { } warning && !settings.Json)
            Tell(true, () => warning, "warning", _ => { });
    }

    /// <summary>We wait for peers.</summary>
    public void Listening(IReadOnlyList<Address> addresses) => Tell(
        true,
        () => $"Listening at {string.Join(" and ", addresses)}",
        "listening",
        json =>
        {
            json.WriteStartArray("addresses");
            foreach (var address in addresses)
                json.WriteStringValue(address.ToString());
            json.WriteEndArray();
        });

    /// <summary>A peer reached us.</summary>
    public void Accepted(Address local, Address remote) => Tell(
        settings.Verbose || _isForPerson,
        () => settings.IsDatagram
            ? $"First datagram from {Named(remote)}{Hint}"
            : $"Connection from {Named(remote)} to {local}{Hint}",
        "accepted",
        json => WriteEnds(json, local, remote));

    /// <summary>A caller or datagram was sent away.</summary>
    public void Refused(Address remote, string reason) => Tell(
        true,
        () => $"Refused {Named(remote)}: {reason}",
        "refused",
        json =>
        {
            JsonOutput.WriteAddress(json, "remoteAddress", remote);
            json.WriteString("reason", reason);
        });

    /// <summary>A direction has ended: what is the session waiting for now?</summary>
    public void Ended(SessionDirection direction)
    {
        var isInput = direction == SessionDirection.Sent;
        if (isInput && settings.RecvOnly)
            return;
        var isOver = Interlocked.Increment(ref _ended) == 2
            || (isInput ? settings.Rules.LocalEndedWait : settings.Rules.PeerEndedWait) == TimeSpan.Zero;
        Tell(
            settings.Verbose && !isOver,
            () => isInput ? $"{Input} ended; {WhatFollowsInput}" : $"The peer ended; {WhatFollowsPeer}",
            isInput ? "inputEnded" : "peerEnded",
            _ => { });
    }

    /// <summary>A datagram was longer than what a receive takes.</summary>
    public void Truncated(int size) => Tell(
        true, () => $"warning: a datagram was longer than {size} bytes and was cut", "truncated", json => json.WriteNumber("bytes", size));

    /// <summary>An empty datagram came where it would leave no trace.</summary>
    public void EmptyDatagram() => Tell(settings.Verbose, () => "An empty datagram came", "emptyDatagram", _ => { });

    /// <summary>The program that was given the peer has ended.</summary>
    public void ProgramEnded(int exitCode) => Tell(
        settings.Verbose, () => $"The program ended with exit code {exitCode}", "programEnded", json => json.WriteNumber("exitCode", exitCode));

    /// <summary>It is over.</summary>
    public void Finished(SessionOutcome outcome, ConnectReport? report)
    {
        _ended = 0;
        Tell(
            settings.Verbose,
            () => $"{OutcomeText.Reason(outcome, settings)}: {OutcomeText.Amounts(outcome, settings.IsDatagram)}\n"
                + OutcomeText.Times(outcome, report),
            "finished",
            json => OutcomeText.Write(json, outcome, report));
    }

    /// <summary>A next step for the user.</summary>
    public void Advise(string advice) => Tell(true, () => advice, "advice", json => json.WriteString("text", advice));

    private void Tell(bool inWords, Func<string> words, string what, Action<Utf8JsonWriter> facts)
    {
        if (settings.Json)
        {
            _say(JsonOutput.Line(json =>
            {
                json.WriteString("event", what);
                JsonOutput.WriteAddress(json, "peer", peer);
                facts(json);
            }));
        }
        else if (inWords)
        {
            foreach (var line in words().Split('\n'))
                _say(peer is null ? line : $"{Named(peer)}: {line}");
        }
    }

    /// <summary>A person at the keyboard is told how to stop; others know.</summary>
    private string Hint => (Terminal.InputIsTerminal && _isForPerson && settings is { RecvOnly: false, Exec: null }, settings.IsDatagram) switch
    {
        (false, _) => "",
        (_, true) when settings.Rules.Framing == Framing.Line => "\nEach line is a datagram, an empty one too; Ctrl-C ends.",
        (_, true) => "; Ctrl-C ends",
        _ => "; Ctrl-D ends input, Ctrl-C all",
    };

    private string Input => settings.Exec is null ? "Input" : "The program's output";

    private string WhatFollowsInput => settings switch
    {
        { Rules.LocalEndedWait: var wait } when wait != Timeout.InfiniteTimeSpan => $"reading for {Duration.InWords(wait)} at most",
        { IsDatagram: true } => "waiting for datagrams (-q TIME, --replies N or Ctrl-C ends that)",
        _ => "reading until the peer ends (-q TIME or --idle TIME limits that)",
    };

    private string WhatFollowsPeer => settings.Rules.PeerEndedWait switch
    {
        _ when settings.Exec is not null => "the program may still answer",
        var wait when wait == Timeout.InfiniteTimeSpan => "sending input until it ends",
        var wait => $"sending input until it ends or pauses for {Duration.InWords(wait)}",
    };

    private static string InBothForms(Address asked, Address remote) => asked.Equals(remote) ? $"{asked}" : $"{asked} ({remote})";

    /// <summary>A Unix peer chose its name itself, or has none.</summary>
    private static string Named(Address remote) => remote.Path is "" ? "an unnamed peer" : Terminal.Harmless(remote.ToString());

    private static void WriteEnds(Utf8JsonWriter json, Address local, Address remote)
    {
        JsonOutput.WriteAddress(json, "localAddress", local);
        JsonOutput.WriteAddress(json, "remoteAddress", remote);
    }
}
