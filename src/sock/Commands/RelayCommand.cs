using System.CommandLine;
using Sockeye.Sessions;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock relay FROM TO</c>: carry what callers say to another address, until Ctrl-C.</summary>
internal static class RelayCommand
{
    public static Verb Create()
    {
        var verb = new Verb(
            "relay",
            """
            carry what callers say to another address, and back
            Each caller at FROM gets a connection of its own to TO. What one side ends, the other sees ended; what one side
            breaks off is broken off on the other. A caller for whom TO cannot be reached is reset, and that is said.

            FROM is an own address: a PORT alone is for this machine only, `*:PORT` for the network too. Either side may be
            `tls://`, and then TLS is spoken on that side alone.

            Ctrl-C ends it: conversations have 5s to come to an end, and the exit code is 0, or 5 if one had to be cut off.
            """,
            "sock relay 8080 www.example.com:http",
            "sock relay tls://localhost:8443 localhost:80",
            "sock relay unix:/tmp/db.sock db.example.com:5432");
        var from = new Argument<string>("FROM") { Description = "where to listen: `PORT`, `HOST:PORT`, `*:PORT`, `tls://HOST:PORT` or `unix:/path`" };
        var to = new Argument<string>("TO") { Description = "where to connect to: `HOST:PORT`, `tls://HOST:PORT` or `unix:/path`" };
        var maxConnections = CommonOptions.Count(
            "--max-conns", "callers at once (default 1000)\nOthers wait in the system's queue.", 1000, 1, int.MaxValue, "-m");
        var timeout = CommonOptions.Timeout("longest time to connect to TO\nThe look-up of the name counts, too.", TimeSpan.FromSeconds(10));
        var idle = CommonOptions.Limit("--idle", "longest time without a byte", Timeout.InfiniteTimeSpan, "-i");
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var verbose = CommonOptions.Verbose("say who is connected to where, and how each conversation ended");
        verb.Add(from);
        verb.Add(to);
        foreach (var option in (Option[])[maxConnections, timeout, idle, only4, only6, verbose])
            verb.Add(option);
        var tls = new RelayTlsArguments(verb);
        var access = new AccessArguments(verb);
        verb.Runs(
            command =>
            {
                var (listening, target) = (ListeningAt(command.GetValue(from)!), TargetOf(command.GetValue(to)!));
                return new Settings
                {
                    From = TlsServing.Below(listening),
                    To = target,
                    FromTls = tls.Accepting(command, listening),
                    MaxConnections = command.GetValue(maxConnections),
                    Access = access.Settle(command),
                    Options = new()
                    {
                        Connect = new()
                        {
                            Engine = SocketEngine.ReadinessLoop,
                            Timeout = command.GetValue(timeout),
                            Family = CommonOptions.FamilyOf(command, only4, only6),
                            Layers = tls.Connecting(command, target),
                        },
                        Session = new() { PeerEndedWait = Timeout.InfiniteTimeSpan, IdleTimeout = command.GetValue(idle) },
                    },
                    Verbose = command.GetValue(verbose),
                    Report = error => Failure.Report(error, command),
                };
            },
            RunAsync);
        return verb;
    }

    private sealed record Settings
    {
        public required Address From { get; init; }
        public required Address To { get; init; }
        public required TlsServing? FromTls { get; init; }
        public required int MaxConnections { get; init; }
        public required AccessRules? Access { get; init; }
        public required RelayOptions Options { get; init; }
        public required bool Verbose { get; init; }
        public required Action<Exception> Report { get; init; }
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        await using var talk = new RelayTalk(settings.Verbose, settings.Report);
        var access = settings.Access is null ? null : await settings.Access.ResolveAsync(cancel);
        await using var listener = Listener.Listen(settings.From, new()
        {
            Engine = SocketEngine.ReadinessLoop,
            Access = access,
            OnRefused = talk.Refused,
            Layers = settings.FromTls?.Layers ?? [],
        });
        talk.Listening(listener.LocalAddresses, settings.FromTls, settings.To);
        var options = settings.Options with { OnConnected = talk.Connected, OnFinished = talk.Finished };
        await using var server = Server.Start(listener, Relay.To(settings.To, options), new()
        {
            MaxConnections = settings.MaxConnections,
            IdleTimeout = Timeout.InfiniteTimeSpan,
            DrainTimeout = Drain.Limit,
            OnDisconnected = talk.Ended,
            OnAcceptError = settings.Report,
        });
        await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Drain.StopAsync(server.ConnectionCount, server.StopAsync);
    }

    /// <summary>A relay is a way into what is behind it: a port alone opens it to this machine only.</summary>
    private static Address ListeningAt(string text)
    {
        var address = Stream(Address.ParseListening(text));
        var saysHost = text.StartsWith('*') || text.Contains("://*", StringComparison.Ordinal);
        return address.Host != "*" || saysHost ? address
            : address.Transport == Transport.Tls ? Address.Tls("localhost", address.Port)
            : Address.Tcp("localhost", address.Port);
    }

    private static Address TargetOf(string text) => Stream(Address.Parse(text));

    private static Address Stream(Address address) => address.Transport is not (Transport.Udp or Transport.UnixDatagram)
        ? address
        : throw new UsageException($"'{address}' takes datagrams, and a relay carries connections");
}
