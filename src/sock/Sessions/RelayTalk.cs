using Sockeye.Sessions;
using Sockeye.Tls;

namespace Sockeye.Tool.Sessions;

/// <summary>What a relay says on standard error: where it listens, whom it could not connect; with -v every conversation.</summary>
internal sealed class RelayTalk(bool verbose, Action<Exception> report) : IAsyncDisposable
{
    private readonly Journal _journal = new();
    private readonly Refusals _refusals = new();

    /// <summary>Callers may come.</summary>
    public void Listening(IReadOnlyList<Address> addresses, TlsServing? tls, Address to)
    {
        var shown = tls is null ? addresses : [.. addresses.Select(TlsServing.Over)];
        Terminal.Say($"Relaying from {string.Join(" and ", shown)} to {to}");
        foreach (var line in tls?.Remarks() ?? [])
            Terminal.Say(line);
    }

    /// <summary>A caller was sent away.</summary>
    public void Refused(Address caller, string reason)
    {
        if (verbose || _refusals.IsNews(caller))
            _journal.Note($"Refused {caller}: {reason}");
    }

    /// <summary>A caller has somebody to talk with.</summary>
    public void Connected(Connection caller, Connection onward)
    {
        if (!verbose)
            return;
        _journal.Note($"{NameOf(caller)}: connected from {onward.LocalAddress} to {onward.RemoteAddress}");
        foreach (var tls in new[] { TlsInfo.Of(caller), TlsInfo.Of(onward) })
        {
            if (tls is not null)
                _journal.Note($"{NameOf(caller)}: {TlsText.Of(tls)}");
        }
    }

    /// <summary>A conversation is over.</summary>
    public void Finished(Connection caller, Connection onward, SessionOutcome outcome)
    {
        if (verbose)
            _journal.Note($"{NameOf(caller)}: {outcome.Error?.Message ?? $"done: {OutcomeText.Amounts(outcome, isDatagram: false)}"}");
    }

    /// <summary>A caller is gone. That TO could not be reached is news to whoever runs the relay; how a conversation went is not.</summary>
    public void Ended(Connection caller, Exception? error)
    {
        if (error is NetException { Operation: NetOperation.Resolve or NetOperation.Connect or NetOperation.Handshake } or (not null and not NetException and not OperationCanceledException))
            report(error);
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private static string NameOf(Connection caller) => caller.RemoteAddress.Path is "" ? "caller" : $"{caller.RemoteAddress}";
}
