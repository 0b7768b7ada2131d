using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;
using Sockeye.Tool.Knocking;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock wait ADDRESS...</c>: waits until somebody listens, or nobody does any more.</summary>
internal static class WaitCommand
{
    public static Verb Create()
    {
        var verb = new Verb("wait",
            """
            wait until addresses are open, or closed
            Each address is tried again and again until somebody takes a connection there; with TLS, until the
            handshake succeeds, too. No byte is sent on it. A host that has no address yet is not open yet, and so is a
            path at which there is no socket yet.

            What waiting cannot mend ends it at once: an unknown service, a port that is none, a certificate that is not
            trusted. When the time has passed, an error names every address that is missing, and why; the exit code is 5.
            """,
            "sock wait localhost:5432 && ./migrate",
            "sock wait -v --timeout 5m db:5432 cache:6379   shows each try",
            "sock wait --closed localhost:8080              until it has gone");
        var addresses = AddressArguments.OfStreams(verb);
        var timeout = CommonOptions.Timeout("longest time to wait", TimeSpan.FromMinutes(1));
        var interval = CommonOptions.Pause("--interval", "pause between two tries", TimeSpan.FromMilliseconds(250));
        var closed = CommonOptions.Flag("--closed", "wait until none is open\nAn address is closed when nobody answers there: refused, unreachable, silent, or no such name or path.");
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var json = CommonOptions.Json();
        var verbose = CommonOptions.Verbose("show each try\nWith the time since the start.");
        verb.Add(timeout);
        verb.Add(interval);
        verb.Add(closed);
        var tls = new TlsClientArguments(verb);
        foreach (var option in (Option[])[only4, only6, json, verbose])
            verb.Add(option);
        verb.Runs(command => new Settings
        {
            Targets = tls.SettleAll(command, addresses.Streams(command)),
            Timeout = command.GetValue(timeout),
            Interval = command.GetValue(interval),
            Closed = command.GetValue(closed),
            Family = CommonOptions.FamilyOf(command, only4, only6),
            Json = command.GetValue(json),
            Verbose = command.GetValue(verbose),
        }, RunAsync);
        return verb;
    }

    private sealed record Settings
    {
        public required IReadOnlyList<Target> Targets { get; init; }
        public required TimeSpan Timeout { get; init; }
        public required TimeSpan Interval { get; init; }
        public required bool Closed { get; init; }
        public required AddressFamily? Family { get; init; }
        public required bool Json { get; init; }
        public required bool Verbose { get; init; }
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(settings.Timeout);
        Watch[] watches = [.. settings.Targets.Select(target => new Watch(target, settings))];
        Task[] waiting = [.. watches.Select(watch => watch.RunAsync(limit.Token))];
        try
        {
            await foreach (var done in Task.WhenEach(waiting))
                await done;
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw TooLate(settings, [.. watches.Where(watch => !watch.IsDone)]);
        }
        finally
        {
            await limit.CancelAsync();
            await Task.WhenAll(waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static AdvisedException TooLate(Settings settings, Watch[] missing)
    {
        if (settings.Json)
            Array.ForEach(missing, watch => watch.Print());
        var wanted = settings.Closed ? "closed" : "open";
        return new(
            new TimeoutException($"not {wanted} within {Duration.InWords(settings.Timeout)}: {string.Join(", ", missing.Select(watch => watch.ToString()))}"),
            settings.Closed ? "--timeout TIME waits longer; 'ss -lp' shows which program listens." : "--timeout TIME waits longer; -v shows each try.");
    }

    /// <summary>Knocks at one address until it is as it should be, and keeps what came of the last try.</summary>
    private sealed class Watch(Target target, Settings settings)
    {
        private readonly Stopwatch _waited = Stopwatch.StartNew();
        private int _tries;
        private string? _whyClosed = "no answer yet";

        public bool IsDone { get; private set; }

        public async Task RunAsync(CancellationToken cancel)
        {
            while (!await TryAsync(cancel))
                await Task.Delay(settings.Interval, cancel);
            IsDone = true;
            if (settings.Json)
                Print();
        }

        public void Print() => JsonOutput.Print(json =>
        {
            JsonOutput.WriteAddress(json, "address", target.Address);
            json.WriteBoolean("open", _whyClosed is null);
            if (_whyClosed is not null)
                json.WriteString("reason", _whyClosed);
            json.WriteNumber("tries", _tries);
            json.WriteNumber("seconds", Math.Round(_waited.Elapsed.TotalSeconds, 3));
        });

        public override string ToString() => $"{target.Address} ({_whyClosed ?? "open"})";

        private async Task<bool> TryAsync(CancellationToken cancel)
        {
            _tries++;
            var isAsWanted = await IsAsWantedAsync(cancel);
            if (settings.Verbose)
                Terminal.Say(Terminal.Harmless($"{target.Address}: {_whyClosed ?? "open"} ({OutcomeText.Of(_waited.Elapsed)})"));
            return isAsWanted;
        }

        private async Task<bool> IsAsWantedAsync(CancellationToken cancel)
        {
            try
            {
                var answer = await Knock.AtAsync(target, settings.Family, TryLimit, cancel);
                if (answer.Tls is { } tls && TlsText.Overlooked(tls) is { } overlooked && !settings.Closed)
                    Terminal.Say(overlooked);
                _whyClosed = null;
                return !settings.Closed;
            }
            catch (NetException error) when (MayChange(error))
            {
                _whyClosed = error.Reason;
                return settings.Closed && IsNobodyThere(error);
            }
        }

        /// <summary>Whether waiting may mend it. Who refuses our TLS will go on doing so, but is there, and may leave.</summary>
        private bool MayChange(NetException error) => error switch
        {
            { Blame: NetBlame.Caller } or { Kind: NetErrorKind.Unsupported } => false,
            { Kind: NetErrorKind.NameNotFound, Address.IP: not null } => false,    // of the other family
            { Blame: NetBlame.Peer } => settings.Closed,
            _ => true,
        };
    }

    /// <summary>A name server that fails, or a lack of our own, says nothing of who is there; a handshake says that somebody is.</summary>
    private static bool IsNobodyThere(NetException error) => (error.Operation, error.Kind) switch
    {
        (NetOperation.Handshake, _) => false,
        (NetOperation.Resolve, NetErrorKind.NameNotFound) => true,
        (NetOperation.Connect, NetErrorKind.Refused or NetErrorKind.Unreachable or NetErrorKind.TimedOut or NetErrorKind.NotFound) => true,
        _ => false,
    };

    // A packet that was lost is sent again after 1 s and after 3 s.
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(5);
}
