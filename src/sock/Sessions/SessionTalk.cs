using System.Text.Json;
using Sockeye.Sessions;
using Sockeye.Tls;

namespace Sockeye.Tool.Sessions;

/// <summary>What is said about a conversation on standard error: little to a person, more with -v; with --json all of it, in one
/// object at its end.</summary>
/// <param name="settings">How much is to be said.</param>
/// <param name="asked">Where we call, as the user gave it; null where we are called.</param>
/// <param name="say">Says a line; null for standard error itself.</param>
/// <param name="peer">With whom, where there are many; null where that is plain.</param>
internal sealed class SessionTalk(SessionSettings settings, Address? asked = null, Action<string>? say = null, Address? peer = null)
{
    private readonly SessionRecord _record = new(asked);
    private readonly Action<string> _say = say ?? Terminal.Say;
    private int _ended;
    private TimeSpan? _handshake;
    private readonly bool _isForPerson = Terminal.ErrorIsTerminal && Terminal.OutputIsTerminal;

    /// <summary>With whom, where there are many; null where that is plain.</summary>
    public Address? Peer => peer;

    /// <summary>The same for one of many conversations: every line begins with the peer's address.</summary>
    public SessionTalk With(Address one) => new(settings, say: say, peer: one);

    /// <summary>Holds the conversation; with --json its object is said at the end, or goes with what is thrown.</summary>
    public async Task RunAsync(Func<Task> conversation)
    {
        try
        {
            await conversation();
        }
        catch (OperationCanceledException) when (settings.Json && peer is not null)
        {
            // One of many: to be stopped is their good end.
        }
        catch (Exception error) when (settings.Json)
        {
            throw new RecordedException(error, _record);
        }
        if (settings is { Json: true, OnlyConnect: false })
            _say(_record.Tell(ExitCodes.Success));
    }

    /// <summary>An address was tried.</summary>
    public void Tried(ConnectAttempt attempt)
    {
        _record.NoteTried(attempt);
        if (attempt.Error is not null && settings.Verbose)
            Tell($"Tried {attempt.Address}: {attempt.Error.Reason} ({OutcomeText.Of(attempt.Elapsed)})");
    }

    /// <summary>Nobody was reached, or a connection was lost, and that is not the end of it.</summary>
    /// <param name="why">What an error would have said.</param>
    /// <param name="pause">How long until the next try.</param>
    /// <param name="number">The how manieth that is.</param>
    /// <param name="most">How many there are at most.</param>
    /// <param name="uncertain">Bytes of input that were on their way.</param>
    public void TriesAgain(string why, TimeSpan pause, int number, int most, long uncertain = 0)
    {
        _record.NoteRetry(why, pause);
        var count = most == int.MaxValue ? $"{number}" : $"{number} of {most}";
        Tell($"{Terminal.Paint("sock:", Colour.Error)} {Terminal.Harmless(why)}; trying again in {OutcomeText.Of(pause)} ({count})");
        if (uncertain > 0)
            Tell($"{OutcomeText.Count(uncertain, "byte")} of input may not have arrived, and will not be sent again.");
    }

    /// <summary>What -z was to find out, on standard output.</summary>
    public void IsThere(Connection connection)
    {
        var took = connection.Report!;
        if (settings.Json)
        {
            JsonOutput.Print(json =>
            {
                WriteEnds(json, connection.LocalAddress, connection.RemoteAddress);
                OutcomeText.Write(json, took);
                if (TlsInfo.Of(connection) is { } tls)
                    JsonOutput.WriteObject(json, "tls", inner => TlsText.Write(inner, tls));
            });
        }
        else
        {
            Terminal.Print($"Connected to {InBothForms(connection.RemoteAddress)} in {OutcomeText.Of(took.Resolve + took.Connect)}");
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
    public void Connected(Address local, Address remote)
    {
        _record.NoteConnected(local, remote);
        if (settings.Verbose && local.Path is not "")
            Tell($"Connected from {local} to {remote}");
        else if (settings.Verbose || _isForPerson)
            Tell($"Connected to {InBothForms(remote)}{Hint}");
    }

    /// <summary>Something was said in the clear, to come to TLS.</summary>
    public void SaidInTheClear(StartTlsLine line)
    {
        if (settings.Verbose)
            Tell(StartTlsArgument.InWords(line));
    }

    /// <summary>What was agreed on with a peer; null where no TLS is spoken.</summary>
    public void Secured(TlsInfo? tls)
    {
        if (tls is null)
            return;
        _handshake = tls.Elapsed;
        _record.NoteSecured(tls);
        if (settings.Verbose)
            Tell(TlsText.Of(tls));
        if (TlsText.Overlooked(tls) is { } warning)
            Tell(warning);
    }

    /// <summary>We wait for peers. A script that let the system choose the port learns it here.</summary>
    public void Listening(IReadOnlyList<Address> addresses, TlsServing? tls = null)
    {
        if (tls is not null)
            addresses = [.. addresses.Select(TlsServing.Over)];
        if (settings.Json)
        {
            _say(JsonOutput.Line(json =>
            {
                JsonOutput.WriteAddresses(json, "listening", addresses);
                if (tls?.Unknown is { } certificate)
                    TlsText.WriteCertificate(json, "certificate", certificate);
            }));
            return;
        }
        Tell($"Listening at {string.Join(" and ", addresses)}{(tls is not null && addresses[0].Path is not null ? ", with TLS" : "")}");
        foreach (var line in tls?.Remarks() ?? [])
            Tell(line);
    }

    /// <summary>A peer reached us.</summary>
    public void Accepted(Address local, Address remote)
    {
        _record.NoteAccepted(local, remote);
        if (!settings.Json && (settings.Verbose || _isForPerson))
        {
            _say(settings.IsDatagram
                ? $"First datagram from {Named(remote)}{Hint}"
                : $"Connection from {Named(remote)} to {local}{Hint}");
        }
    }

    /// <summary>A caller or datagram was sent away, which is part of no conversation.</summary>
    public void Refused(Address remote, string reason)
    {
        if (settings.Json)
        {
            _say(JsonOutput.Line(json =>
            {
                JsonOutput.WriteAddress(json, "refused", remote);
                json.WriteString("reason", reason);
            }));
        }
        else
        {
            Tell($"Refused {Named(remote)}: {reason}");
        }
    }

    /// <summary>A direction has ended: what is the session waiting for now?</summary>
    public void Ended(SessionDirection direction)
    {
        var isInput = direction == SessionDirection.Sent;
        if (isInput && settings.RecvOnly)
            return;
        var isOver = Interlocked.Increment(ref _ended) == 2
            || (isInput ? settings.Rules.LocalEndedWait : settings.Rules.PeerEndedWait) == TimeSpan.Zero;
        if (settings.Verbose && !isOver)
            Tell(isInput ? $"{Input} ended; {WhatFollowsInput}" : $"The peer ended; {WhatFollowsPeer}");
    }

    /// <summary>A datagram was longer than what a receive takes.</summary>
    public void Truncated(int size)
    {
        _record.NoteTruncated();
        Tell($"warning: a datagram was longer than {size} bytes and was cut");
    }

    /// <summary>An empty datagram came where it would leave no trace.</summary>
    public void EmptyDatagram()
    {
        if (settings.Verbose)
            Tell("An empty datagram came");
    }

    /// <summary>The program that was given the peer has ended.</summary>
    public void ProgramEnded(int exitCode)
    {
        _record.NoteProgramEnded(exitCode);
        if (settings.Verbose)
            Tell($"The program ended with exit code {exitCode}");
    }

    /// <summary>It is over.</summary>
    public void Finished(SessionOutcome outcome, ConnectReport? report)
    {
        _ended = 0;
        _record.NoteFinished(outcome, report, OutcomeText.Option(outcome, settings));
        if (!settings.Verbose)
            return;
        Tell($"{OutcomeText.Reason(outcome, settings)}: {OutcomeText.Amounts(outcome, settings.IsDatagram)}");
        Tell(OutcomeText.Times(outcome, report, _handshake));
    }

    /// <summary>A next step for the user.</summary>
    public void Advise(string advice)
    {
        _record.NoteAdvice(advice);
        Tell(advice);
    }

    private void Tell(string words)
    {
        if (settings.ShowsProgress)
            Terminal.ClearProgress();
        if (!settings.Json)
            _say(peer is null ? words : $"{Named(peer)}: {words}");
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

    private string InBothForms(Address remote) => remote.Equals(asked) ? $"{asked}" : $"{asked} ({remote})";

    /// <summary>A Unix peer chose its name itself, or has none.</summary>
    private static string Named(Address remote) => remote.Path is "" ? "an unnamed peer" : Terminal.Harmless(remote.ToString());

    private static void WriteEnds(Utf8JsonWriter json, Address local, Address remote)
    {
        JsonOutput.WriteAddress(json, "localAddress", local);
        JsonOutput.WriteAddress(json, "remoteAddress", remote);
    }
}
