using System.Net.Sockets;
using Sockeye.Sessions;
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

            With `-u` the first sender is the peer, and datagrams of others are dropped. With `-k` everyone is heard, and
            answers go to whoever sent last; callers of a stream are served one after another. Ctrl-C is the good end of
            `-k`: the exit code is 0.
            """,
            "sock listen 51444",
            "sock listen localhost 8080 < page.html",
            "sock listen -k -u 514 > log  (datagrams of everyone, until Ctrl-C)");
        var address = AddressArguments.OfListener(verb);
        var keepOpen = CommonOptions.Flag("--keep-open", "then wait for the next caller, until Ctrl-C\nWhat goes wrong with one caller is said, and the next one is waited for.", "-k");
        var maxCallers = CommonOptions.Count("--max-conns", "with `-k`: turn callers away while N are here\nWithout it they wait in the system's queue.", 0, 1, int.MaxValue, "-m");
        var acceptTimeout = CommonOptions.Limit("--accept-timeout", "longest time to wait for a caller\nWhen it passes, the exit code is 5.", Timeout.InfiniteTimeSpan, "-w");
        var host = CommonOptions.Text("--source", "HOST", "address to listen at\nAs `nc -l -s HOST -p PORT` has it.", "-s");
        var port = CommonOptions.Text("--source-port", "PORT", "port to listen at", "-p");
        verb.Add(keepOpen);
        verb.Add(acceptTimeout);
        var session = new SessionArguments(verb);
        verb.AddSeldomUsed(maxCallers, host, port);
        verb.Runs(
            command =>
            {
                var asked = address.Listening(
                    command, session.TransportOf(command), command.GetValue(host), command.GetValue(port));
                var local = InFamily(asked, session.FamilyOf(command));
                return new Settings
                {
                    Address = local,
                    KeepOpen = command.GetValue(keepOpen),
                    MaxCallers = MaxCallersOf(command.GetValue(maxCallers), command.GetValue(keepOpen), local),
                    AcceptTimeout = command.GetValue(acceptTimeout),
                    Session = KeepingOpen(session.Settle(command, local)),
                    Report = error => Failure.Report(error, command),
                };
            },
            RunAsync);
        return verb;
    }

    private sealed record Settings
    {
        public required Address Address { get; init; }
        public required bool KeepOpen { get; init; }

        /// <summary>How many callers may be here at once; null for as many as the system queues.</summary>
        public required int? MaxCallers { get; init; }
        public required TimeSpan AcceptTimeout { get; init; }
        public required SessionSettings Session { get; init; }

        /// <summary>Says what went wrong with one caller, where others follow.</summary>
        public required Action<Exception> Report { get; init; }
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        try
        {
            if (settings.Session.IsDatagram)
                await ReceiveAsync(settings, cancel);
            else
                await AcceptAsync(settings, cancel);
        }
        catch (OperationCanceledException) when (settings.KeepOpen && cancel.IsCancellationRequested)
        {
            // Being stopped is how a server ends.
        }
        return ExitCodes.Success;
    }

    private static async Task AcceptAsync(Settings settings, CancellationToken cancel)
    {
        var talk = new SessionTalk(settings.Session);
        await using var listener = Listener.Listen(settings.Address);
        talk.Listening(listener.LocalAddresses);
        using var runner = new SessionRunner(settings.Session, talk);
        if (settings.KeepOpen)
        {
            await AcceptOneAfterAnotherAsync(settings, listener, talk, runner, cancel);
            return;
        }
        await using var caller = await WithinAsync(settings.AcceptTimeout, limited => listener.AcceptAsync(limited), cancel);
        await listener.DisposeAsync();
        await TalkAsync(settings, caller, talk, runner, cancel);
    }

    private static async Task AcceptOneAfterAnotherAsync(
        Settings settings, Listener listener, SessionTalk talk, SessionRunner runner, CancellationToken cancel)
    {
        await using var callers = new CallerQueue(listener, settings.MaxCallers, talk);
        while (true)
        {
            await using var caller = await WithinAsync(settings.AcceptTimeout, callers.NextAsync, cancel);
            try
            {
                if (await TalkAsync(settings, caller, talk, runner, cancel) == SessionEnding.OutputClosed)
                    return;
            }
            catch (Exception error) when (error is NetException or AdvisedException)
            {
                settings.Report(error);
            }
            callers.HasLeft();
        }
    }

    private static async Task<SessionEnding> TalkAsync(
        Settings settings, Connection caller, SessionTalk talk, SessionRunner runner, CancellationToken cancel)
    {
        if (settings.Session.OnlyConnect)
        {
            talk.HasCalled(caller);
            return SessionEnding.BothEnded;
        }
        talk.Accepted(caller.LocalAddress, caller.RemoteAddress);
        return await runner.RunAsync(End.Of(caller), cancel);
    }

    /// <summary>The first sender is the peer: answers go there, datagrams of others are dropped. With -k everyone is heard,
    /// and answers go to whoever sent last.</summary>
    private static async Task ReceiveAsync(Settings settings, CancellationToken cancel)
    {
        var talk = new SessionTalk(settings.Session);
        await using var socket = DatagramSocket.Bind(settings.Address, new() { MaxDatagram = LargestDatagram });
        talk.Listening(socket.LocalAddresses);
        var first = await WithinAsync(settings.AcceptTimeout, socket.ReceiveAsync, cancel);
        talk.Accepted(socket.LocalAddress, first.From);
        using var runner = new SessionRunner(settings.Session, talk);
        await runner.RunAsync(End.Of(socket, first, fromAnyone: settings.KeepOpen), cancel);
    }

    private static async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, ValueTask<T>> wait, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            return await wait(limited.Token);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new AdvisedException(
                new TimeoutException($"nobody called within {Duration.InWords(limit)}", late), "--accept-timeout TIME waits longer, 'none' for ever.");
        }
    }

    /// <summary>Input that is empty means that nothing is to be said, not that the caller is to be sent away.</summary>
    private static SessionSettings KeepingOpen(SessionSettings session) =>
        session with { Rules = session.Rules with { KeepOpenOnEmptyInput = !session.WaitWasGiven && !session.SendOnly } };

    private static int? MaxCallersOf(int count, bool keepOpen, Address address) => count switch
    {
        0 => null,
        _ when !keepOpen => throw new UsageException("--max-conns is for -k: without it there is one caller"),
        _ when address.Transport is Transport.Udp or Transport.UnixDatagram =>
            throw new UsageException("--max-conns counts connections, and datagrams have none"),
        _ => count,
    };

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
        address.Transport switch
        {
            Transport.Udp => Address.Udp(host, address.Port),
            Transport.Tls => Address.Tls(host, address.Port),
            _ => Address.Tcp(host, address.Port),
        };

    /// <summary>More than Linux lets a Unix socket send by default; none is cut.</summary>
    private const int LargestDatagram = 256 * 1024;
}
