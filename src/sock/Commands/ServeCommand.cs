using System.CommandLine;
using System.Globalization;
using System.Net;
using Sockeye.Protocols;
using Sockeye.Tls;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock serve [SERVICE[=PORT]]...</c>: the built-in services, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Verb Create()
    {
        var verb = new Verb("serve",
            """
            serve greeting, echo, time, http and other small services
            Without a SERVICE, all of them; `SERVICE=PORT` serves one at another port. Everything is bound first and
            announced then: if one port cannot be had, nothing is served (exit code 6).

            They are for this machine only, unless `--host` says otherwise. Ctrl-C ends them: who is still connected has
            5s to come to an end, and the exit code is 0, or 5 if somebody had to be cut off. A second Ctrl-C ends at once.
            """,
            "sock serve                       all of them, for this machine only",
            "sock serve echo time=3700        these two, time at port 3700",
            "sock serve http --root .         the files here",
            "sock serve --host '*' greeting   for the network too");
        var services = new Argument<string[]>("SERVICE[=PORT]")
        {
            Description = "`greeting`, `echo`, `discard`, `daytime`, `qotd`, `chargen`, `time` or `http` (default all)",
        };
        services.CompletionSources.Add([.. ServiceCatalog.All.Select(service => service.Name)]);
        var host = CommonOptions.Text("--host", "HOST", "own address to serve at, `*` for all (default localhost)");
        var standardPorts = CommonOptions.Flag("--standard-ports", "use the assigned ports, which may need rights");
        var root = CommonOptions.Text("--root", "DIR",
            """
            `http` serves the files under DIR, and nothing outside it
            A link that leads out of DIR is not followed. Without it `http` answers with a page that says what was asked.
            """);
        var maxConnections = CommonOptions.Count(
            "--max-conns", "connections a service at once (default 1000)\nOthers wait in the system's queue.", 1000, 1, int.MaxValue, "-m");
        var idle = CommonOptions.Limit("--idle", "longest time without a byte", TimeSpan.FromSeconds(60), "-i");
        var rate = CommonOptions.Count(
            "--rate", "datagrams answered a second and source (default 100)\nAs many may come at once; `0` lifts the limit.", 100, 0, int.MaxValue);
        var amplify = CommonOptions.Flag("--allow-amplification",
            """
            answer qotd and chargen datagrams of other machines
            Their answers are longer than the questions: a question with a forged sender floods somebody else.
            """);
        var verbose = CommonOptions.Verbose("say what is served where, and each connection\nAlso each datagram that was left unanswered, and why.");
        verb.Add(services);
        foreach (var option in (Option[])[host, standardPorts, root, maxConnections, idle, rate, amplify, verbose])
            verb.Add(option);
        var tls = new TlsServerArguments(verb);
        var access = new AccessArguments(verb);
        verb.Runs(
            command =>
            {
                var at = command.GetValue(host) ?? "localhost";
                var serving = tls.Settle(command, Address.Tcp(at, 0));
                var asked = ServicesOf(command.GetValue(services) ?? [], command.GetValue(root), command.GetValue(standardPorts), isTls: serving is not null);
                return new Settings(
                    asked
                        .Select(one => ServicePlan.For(one.Service, at, one.Port))
                        .Select(plan => serving is null ? plan : plan with { Datagram = null })
                        .Select(plan => command.GetValue(amplify) ? plan : WithoutAmplification(plan))
                        .ToList(),
                    serving,
                    command.GetValue(maxConnections),
                    command.GetValue(idle),
                    command.GetValue(rate),
                    access.Settle(command),
                    command.GetValue(verbose));
            },
            RunAsync);
        return verb;
    }

    private sealed record Settings(
        IReadOnlyList<ServicePlan> Plans, TlsServing? Tls, int MaxConnections, TimeSpan Idle, int Rate, AccessRules? Access, bool Verbose);

    /// <summary>The services that the words ask for, all of them for no word, each with its port.</summary>
    private static List<(Service Service, string Port)> ServicesOf(string[] words, string? root, bool standardPorts, bool isTls)
    {
        if (words.Length == 0)
            words = [.. ServiceCatalog.All.Select(service => service.Name)];
        var asked = words.Select(word => ServiceOf(word, standardPorts, isTls)).ToList();
        if (root is null)
            return asked;
        if (asked.TrueForAll(one => one.Service.Name != "http"))
            throw new UsageException("--root is for http, which is not served", "Name http too, or leave out --root.");
        var files = Http.Serve(Http.Files(root));
        return asked.ConvertAll(one => one.Service.Name == "http" ? one with { Service = one.Service with { Stream = files } } : one);
    }

    private static (Service Service, string Port) ServiceOf(string word, bool standardPorts, bool isTls)
    {
        var parts = word.Split('=', 2);
        var service = ServiceCatalog.Find(parts[0]);
        var standard = (isTls ? service.StandardTlsPort : null) ?? service.StandardPort;
        var port = (standardPorts ? standard : null) ?? service.DefaultPort;
        return (service, parts is [_, var given] ? given : port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A short datagram with a forged sender would send a long one to whoever that is.</summary>
    private static ServicePlan WithoutAmplification(ServicePlan plan) =>
        plan.Service.Amplifies && plan.Datagram is not null && !IsLoopback(plan.Datagram) ? plan with { Datagram = null } : plan;

    private static bool IsLoopback(Address address) =>
        address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (address.IP is { } ip && IPAddress.IsLoopback(ip));

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        // Everything stands on the readiness loop, where nothing may block: what there is to say goes through the journal.
        await using var journal = new Journal();
        var services = new List<BoundService>();
        try
        {
            var access = settings.Access is null ? null : await settings.Access.ResolveAsync(cancel);
            foreach (var plan in settings.Plans)
                services.Add(await BoundService.BindAsync(plan, new()
                {
                    Access = access,
                    OnRefused = Refused(plan.Service, settings, journal),
                    Layers = settings.Tls?.Layers ?? [],
                }));
            foreach (var service in services)
                service.Start(StreamOptions(service, settings, journal), DatagramOptions(service, settings, journal));
            foreach (var service in services)
                Announce(service, settings);
            foreach (var remark in settings.Tls is { } tls ? Remarks(tls, services) : [])
                Terminal.Say(remark);
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await StopAsync(services);
        }
        finally
        {
            foreach (var service in services)
                await service.DisposeAsync();
        }
    }

    private static void Announce(BoundService bound, Settings settings)
    {
        var isTls = settings.Tls is not null;
        Terminal.Say($"{(isTls ? "TLS server" : "Server")} is running on port {bound.Port}; press Ctrl-C to terminate.");
        if (bound.Service.Datagram is not null && !bound.HasDatagrams && !isTls)
            Terminal.Say($"{bound.Service.Name} answers no datagrams of other machines: its answers are longer than the questions, "
                + "and a question with a forged sender would flood somebody else. --allow-amplification lifts this.");
        if (settings.Verbose)
            Terminal.Say($"  {bound.Service.Name}: {string.Join(", ", isTls ? bound.Addresses.Select(TlsServing.Over) : bound.Addresses)}");
    }

    private static IEnumerable<string> Remarks(TlsServing tls, List<BoundService> services) =>
        services.Exists(bound => bound.Service.Datagram is not null)
            ? tls.Remarks().Prepend("Datagrams are not answered: TLS is for connections.")
            : tls.Remarks();

    private static Action<Address, string> Refused(Service service, Settings settings, Journal journal)
    {
        var refusals = new Refusals();
        return (caller, reason) =>
        {
            if (settings.Verbose || refusals.IsNews(caller))
                journal.Note($"{service.Name}: refused {caller}: {reason}");
        };
    }

    private static ServerOptions StreamOptions(BoundService bound, Settings settings, Journal journal)
    {
        var name = bound.Service.Name;
        return new()
        {
            MaxConnections = settings.MaxConnections,
            IdleTimeout = settings.Idle,
            DrainTimeout = Drain.Limit,
            OnConnected = !settings.Verbose ? null : peer => journal.Note($"{name}: {peer.RemoteAddress} connected{(TlsInfo.Of(peer) is { } tls ? $": {TlsText.Of(tls)}" : "")}"),
            OnDisconnected = !settings.Verbose ? null : (peer, error) => journal.Note(
                $"{name}: {peer.RemoteAddress} {error?.Message ?? "done"} (received {peer.BytesReceived}, sent {peer.BytesSent} bytes)"),
            OnAcceptError = error => journal.Note($"{name}: {error.Message}"),
        };
    }

    private static DatagramServerOptions DatagramOptions(BoundService bound, Settings settings, Journal journal)
    {
        var name = bound.Service.Name;
        return new()
        {
            Engine = SocketEngine.ReadinessLoop,
            RatePerSource = settings.Rate,
            Burst = Math.Max(1, settings.Rate),
            OnError = !settings.Verbose ? null : (peer, error) => journal.Note($"{name}: {peer}: {error.Message}"),
            OnDropped = !settings.Verbose ? null : (peer, rule) => journal.Note($"{name}: {peer} not answered: {rule}"),
        };
    }

    private static Task<int> StopAsync(List<BoundService> services) => Drain.StopAsync(
        services.Sum(service => service.ConnectionCount),
        async () => (await Task.WhenAll(services.Select(service => service.StopAsync()))).Sum());
}
