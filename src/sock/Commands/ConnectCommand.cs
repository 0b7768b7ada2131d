using System.Net.Sockets;
using Sockeye.Sessions;
using Sockeye.Tls;
using Sockeye.Tool.Knocking;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock connect</c>: talk to a service.</summary>
internal static class ConnectCommand
{
    public static Verb Create()
    {
        var verb = new Verb(
            "connect",
            """
            talk to a service: input is sent, what comes is printed
            A host with several addresses is tried as RFC 8305 says (Happy Eyeballs): the first that answers is taken, and
            an error names every one that was tried.

            When input ends, the peer is told, and what it still sends is printed until it ends as well. When the peer
            ends first, input is still sent until it ends or pauses. `-v` says which it was.

            With `-u` each line typed is a datagram, and so is each read of a pipe or file. No byte is ever sent that
            was not in the input.
            """,
            "sock connect localhost 51444",
            "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | sock connect example.com http",
            "echo hello | sock connect -u --replies 1 localhost 51423");
        var address = AddressArguments.OfPeer(verb);
        var timeout = CommonOptions.Timeout("longest time to connect\nThe look-up of the name counts, too.", TimeSpan.FromSeconds(10));
        var source = CommonOptions.Text("--source", "ADDRESS",
            """
            address (or Unix path) to send from
            An address must be one of this machine's. A path is where the answers to a Unix datagram come to.
            """, "-s");
        var sourcePort = CommonOptions.Text("--source-port", "PORT", "port to send from", "-p");
        var numeric = CommonOptions.Flag("--numeric", "look no names up\nHOST must be an address then; PORT may be a service name all the same.", "-n");
        verb.Add(timeout);
        var tls = new TlsClientArguments(verb);
        var session = new SessionArguments(verb);
        verb.AddSeldomUsed(source, sourcePort, numeric);
        var retry = new RetryArguments(verb);
        verb.Runs(
            command =>
            {
                var target = tls.Settle(command, address.Peer(command, session.TransportOf(command)));
                var conversation = session.Settle(command, target.Address);
                return new Settings
                {
                    Target = target,
                    Timeout = command.GetValue(timeout),
                    Family = session.FamilyOf(command),
                    NumericOnly = command.GetValue(numeric),
                    Source = SourceOf(target.Address.Transport, command.GetValue(source), command.GetValue(sourcePort)),
                    Retry = retry.Settle(command, conversation),
                    Session = retry.Among(command, conversation),
                };
            },
            RunAsync);
        return verb;
    }

    private sealed record Settings
    {
        public required Target Target { get; init; }
        public required TimeSpan Timeout { get; init; }
        public required AddressFamily? Family { get; init; }
        public required bool NumericOnly { get; init; }
        public required Address? Source { get; init; }
        public required RetrySettings Retry { get; init; }
        public required SessionSettings Session { get; init; }
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        var talk = new SessionTalk(settings.Session, settings.Target.Address);
        var redial = new Redial(settings.Retry, talk, TimeProvider.System);
        // Made when there is somebody to talk with: files that it writes stay as they are until then.
        SessionRunner? runner = null;
        try
        {
            await talk.RunAsync(() => settings.Session.IsDatagram
                ? redial.RunAsync(
                    stop => DatagramSocket.ConnectAsync(settings.Target.Address, DatagramOptionsOf(settings), stop),
                    (socket, stop) => TalkAsync(socket, () => runner ??= new(settings.Session), talk, stop),
                    cancel)
                : redial.RunAsync(
                    stop => Connection.ConnectAsync(settings.Target.Address, OptionsOf(settings, talk), stop),
                    (connection, stop) => TalkAsync(connection, settings.Session, () => runner ??= new(settings.Session), talk, stop),
                    cancel));
        }
        finally
        {
            runner?.Dispose();
        }
        return ExitCodes.Success;
    }

    private static async Task TalkAsync(
        Connection connection, SessionSettings settings, Func<SessionRunner> runner, SessionTalk talk, CancellationToken cancel)
    {
        if (settings.OnlyConnect)
            talk.IsThere(connection);
        else
            talk.Connected(connection.LocalAddress, connection.RemoteAddress);
        talk.Secured(TlsInfo.Of(connection));
        if (settings.OnlyConnect)
            return;
        await runner().RunAsync(await settings.EndOfAsync(connection), connection.LocalAddress, connection.RemoteAddress, talk, cancel, connection.Report);
    }

    private static async Task TalkAsync(DatagramSocket socket, Func<SessionRunner> runner, SessionTalk talk, CancellationToken cancel)
    {
        talk.Connected(socket.LocalAddress, socket.RemoteAddress!);
        await runner().RunAsync(End.Of(socket), socket.LocalAddress, socket.RemoteAddress!, talk, cancel);
    }

    private static ConnectOptions OptionsOf(Settings settings, SessionTalk talk) => new()
    {
        Engine = SocketEngine.ReadinessLoop,
        Timeout = settings.Timeout,
        Family = settings.Family,
        NumericOnly = settings.NumericOnly,
        Source = settings.Source,
        Layers = settings.Target.Layers(talk.SaidInTheClear),
        OnAttempt = talk.Tried,
        Connection = settings.Session.OnlyConnect ? Knock.Manners : new(),
    };

    private static DatagramOptions DatagramOptionsOf(Settings settings) => new()
    {
        Timeout = settings.Timeout,
        Family = settings.Family,
        NumericOnly = settings.NumericOnly,
        Source = settings.Source,
        Broadcast = true,
    };

    /// <summary>Where to connect from: an address, a port, or both; a path, so that a Unix datagram can be answered.</summary>
    private static Address? SourceOf(Transport transport, string? host, string? port) => (transport, host, port) switch
    {
        (_, null, null) => null,
        (Transport.Tcp or Transport.Tls, _, _) => Address.Tcp(host ?? "*", port ?? "0"),
        (Transport.Udp, _, _) => Address.Udp(host ?? "*", port ?? "0"),
        (Transport.UnixDatagram, { } path, null) => Address.UnixDatagram(path),
        (Transport.UnixDatagram, _, _) => throw new UsageException("a Unix socket has no port", "-s PATH is where answers to a Unix datagram go."),
        _ => throw new UsageException("a Unix stream has no address of its own to connect from", "Leave out -s and -p."),
    };
}
