using System.CommandLine;
using System.Net.Sockets;
using Sockeye.Sessions;
using Sockeye.Tls;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock listen</c>: wait for a caller and talk.</summary>
internal static class ListenCommand
{
    public static Verb Create()
    {
        var verb = new Verb(
            "listen",
            """
            wait for a caller, then talk as connect does
            With PORT alone it listens at all addresses of this machine, IPv4 and IPv6, and says where. No name server is
            asked: HOST is an address, `localhost` or `*`.

            The conversation ends as that of `sock connect` does, but for this: input without a byte (`</dev/null`) says
            only that there is nothing to send, and the caller is heard to its end.

            With `-k` many are talked with at once: input goes to all of them, what they say is printed as it comes, and
            Ctrl-C is the good end, with exit code 0. With `-u` the first sender is the peer, and datagrams of others are
            dropped; with `-k -u` each sender is a conversation of its own until nothing has come or gone for 60s
            (`--idle`).

            Input is read while somebody is there, at the pace of the fastest. 1 MiB waits for each slower one; if that is
            full, all wait for it, 2s at most, and then it is reset, which is said. So a slow reader may not stop the
            others, with `--broker` and `--chat` as well.
            """,
            "sock listen localhost 8080 < page.html",
            "sock listen --chat 7000   callers talk with each other");
        var address = AddressArguments.OfListener(verb);
        var keepOpen = CommonOptions.Flag("--keep-open", "talk with many at once, until Ctrl-C\nWhat goes wrong with one of them is said, and the others go on.", "-k");
        var broker = CommonOptions.Flag("--broker", "carry what one says to all the others\nInput goes to all as well, and nothing is printed. Implies `-k`, as `--chat` does.");
        var chat = CommonOptions.Flag("--chat",
            """
            carry lines of text between all, with names
            As `--broker` does with bytes. Each line is led by who says it, `<user1>` or another number, `<user0>` for input. Who comes and goes is announced, and
            control characters are made visible.
            """);
        var maxCallers = CommonOptions.Count("--max-conns", "with `-k`: refuse callers while N are here (default 1000)\nThey are reset. With `-u`: datagrams of more senders than that.", 1000, 1, int.MaxValue, "-m");
        var acceptTimeout = CommonOptions.Limit("--accept-timeout", "longest time to wait for a caller\nWhen it passes, the exit code is 5. With `-k`: longest time with nobody there.", Timeout.InfiniteTimeSpan, "-w");
        var host = CommonOptions.Text("--source", "HOST", "address to listen at\nAs `nc -l -s HOST -p PORT` has it.", "-s");
        var port = CommonOptions.Text("--source-port", "PORT", "port to listen at", "-p");
        verb.Add(keepOpen);
        var tls = new TlsServerArguments(verb);
        var session = new SessionArguments(verb);
        verb.AddSeldomUsed(broker, chat, maxCallers, acceptTimeout, host, port);
        var access = new AccessArguments(verb);
        verb.Runs(
            command =>
            {
                var asked = address.Listening(
                    command, session.TransportOf(command), command.GetValue(host), command.GetValue(port));
                var local = InFamily(asked, session.FamilyOf(command));
                var company = command.GetValue(chat) ? Company.Chat : command.GetValue(broker) ? Company.Broker : Company.Strangers;
                var keepsOpen = command.GetValue(keepOpen) || company != Company.Strangers;
                ThrowIfContradictory(command, keepsOpen, company, local);
                return new ListenSettings
                {
                    Address = TlsServing.Below(local),
                    Tls = tls.Settle(command, local),
                    KeepOpen = keepsOpen,
                    Company = company,
                    MaxCallers = command.GetValue(maxCallers),
                    AcceptTimeout = command.GetValue(acceptTimeout),
                    Access = access.Settle(command),
                    Session = Listening(session.Settle(command, local), command, keepsOpen),
                    Report = (error, say) => Failure.Report(error, command, say),
                };
            },
            RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ListenSettings settings, CancellationToken cancel)
    {
        if (settings.KeepOpen)
        {
            await using var reception = new Reception(settings, cancel);
            return await reception.RunAsync();
        }
        var access = settings.Access is null ? null : await settings.Access.ResolveAsync(cancel);
        var talk = new SessionTalk(settings.Session);
        await talk.RunAsync(() => settings.Session.IsDatagram
            ? ReceiveAsync(settings, access, talk, cancel)
            : AcceptAsync(settings, access, talk, cancel));
        return ExitCodes.Success;
    }

    private static async Task AcceptAsync(ListenSettings settings, AccessList? access, SessionTalk talk, CancellationToken cancel)
    {
        using var runner = new SessionRunner(settings.Session);
        await using var listener = Listener.Listen(settings.Address, new() { Engine = SocketEngine.ReadinessLoop, Access = access, OnRefused = talk.Refused });
        talk.Listening(listener.LocalAddresses, settings.Tls);
        Func<CancellationToken, ValueTask<Connection>> accept = settings.Tls is { } tls
            ? new FirstCaller(listener, tls.Options, error => settings.Report(error, Terminal.Say)).AcceptAsync
            : listener.AcceptAsync;
        await using var caller = await WithinAsync(settings.AcceptTimeout, accept, cancel);
        await listener.DisposeAsync();
        if (settings.Session.OnlyConnect)
        {
            talk.HasCalled(caller);
            return;
        }
        talk.Accepted(caller.LocalAddress, caller.RemoteAddress);
        talk.Secured(TlsInfo.Of(caller));
        await runner.RunAsync(await settings.Session.EndOfAsync(caller), caller.LocalAddress, caller.RemoteAddress, talk, cancel);
    }

    /// <summary>The first sender is the peer: answers go there, datagrams of others are dropped.</summary>
    private static async Task ReceiveAsync(ListenSettings settings, AccessList? access, SessionTalk talk, CancellationToken cancel)
    {
        using var runner = new SessionRunner(settings.Session);
        await using var socket = DatagramSocket.Bind(settings.Address, new()
        {
            MaxDatagram = SessionSettings.LargestDatagram,
            Access = access,
            OnRefused = talk.Refused,
        });
        talk.Listening(socket.LocalAddresses);
        var first = await WithinAsync(settings.AcceptTimeout, socket.ReceiveAsync, cancel);
        talk.Accepted(socket.LocalAddress, first.From);
        await runner.RunAsync(End.Of(socket, first), socket.LocalAddress, first.From, talk, cancel);
    }

    private static async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, ValueTask<T>> wait, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            return await wait(limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Absence.TooLong(limit);
        }
    }

    /// <summary>
    /// Input that is empty means that nothing is to be said, not that the caller is to be sent away; a program says so if it
    /// wants to say nothing. A sender of datagrams is told from others by its address until it has been silent for a while.
    /// </summary>
    private static SessionSettings Listening(SessionSettings session, ParseResult command, bool keepsOpen)
    {
        var rules = session.Rules with { KeepOpenOnEmptyInput = session is { WaitWasGiven: false, SendOnly: false, Exec: null } };
        if (!session.IsDatagram || !keepsOpen)
            return session with { Rules = rules };
        return session with
        {
            SenderIdle = command.IsGiven("--idle") ? rules.IdleTimeout : UsualSenderIdle,
            Rules = rules with
            {
                IdleTimeout = Timeout.InfiniteTimeSpan,
                PeerEndedWait = command.IsGiven("--peer-ended-wait") ? rules.PeerEndedWait : TimeSpan.Zero,
            },
        };
    }

    private static void ThrowIfContradictory(ParseResult command, bool keepsOpen, Company company, Address address)
    {
        if (!keepsOpen && command.IsGiven("--max-conns"))
            throw new UsageException("--max-conns is for -k: without it there is one caller");
        if (keepsOpen && command.IsGiven("--progress"))
            throw new UsageException("--progress is for one conversation, and here are many");
        var isUnix = address.Transport is Transport.Unix or Transport.UnixDatagram;
        foreach (var option in (string[])["--allow", "--deny", "--allowfile", "--denyfile"])
        {
            if (isUnix && command.IsGiven(option))
                throw new UsageException($"{option} is for IP addresses, and a Unix peer has none", "The rights of the directory decide who can call.");
        }
        if (company == Company.Strangers)
            return;
        var itself = company == Company.Chat ? "--chat" : "--broker";
        foreach (var option in (string[])["--exec", "--sh-exec", "--output", "--send-only", "--zero"])
        {
            if (command.IsGiven(option))
                throw new UsageException($"{option} and {itself} exclude each other");
        }
    }

    private static Address InFamily(Address address, AddressFamily? family) => (family, address) switch
    {
        (null, _) or (_, { Transport: Transport.Unix or Transport.UnixDatagram }) => address,
        (AddressFamily.InterNetwork, { Host: "*" }) => At(address, "0.0.0.0"),
        (AddressFamily.InterNetworkV6, { Host: "*" }) => At(address, "::"),
        (AddressFamily.InterNetwork, { Host: "localhost" }) => At(address, "127.0.0.1"),
        (AddressFamily.InterNetworkV6, { Host: "localhost" }) => At(address, "::1"),
        _ when address.IP is { } ip && ip.AddressFamily != family => throw new UsageException(
            $"'{address.Host}' is an address of the other family",
            $"Leave out -{(family == AddressFamily.InterNetwork ? 4 : 6)}."),
        _ => address,
    };

    private static Address At(Address address, string host) =>
        address.Transport == Transport.Udp ? Address.Udp(host, address.Port) : Address.Tcp(host, address.Port);

    private static readonly TimeSpan UsualSenderIdle = TimeSpan.FromSeconds(60);
}
