using System.Runtime.ExceptionServices;
using Sockeye.Sessions;
using Sockeye.Tls;
using Sockeye.Tool.Platform;

namespace Sockeye.Tool.Sessions;

/// <summary>Talks with many peers at once, each in a session of its own, until it is stopped.</summary>
internal sealed class Reception : IAsyncDisposable
{
    private readonly ListenSettings _settings;
    private readonly Journal _journal = new();
    private readonly SessionTalk _talk;
    private readonly Refusals _refusals = new();
    private readonly Broker? _broker;
    private readonly SessionRunner _runner;
    private readonly Absence _absence;
    private readonly CancellationTokenSource _over;
    private readonly TaskCompletionSource _allLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _present = 1; // we ourselves
    private Exception? _failure;

    /// <param name="settings">How to talk with them.</param>
    /// <param name="cancel">Stops it.</param>
    public Reception(ListenSettings settings, CancellationToken cancel)
    {
        _settings = settings;
        _talk = new(settings.Session, say: _journal.Say);
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _broker = settings.Session.Exec is null ? BrokerFor(settings) : null;
        _runner = new(settings.Session, LocalEnd);
        _absence = new(settings.AcceptTimeout, () => Fail(Absence.TooLong(settings.AcceptTimeout)));
    }

    /// <summary>Receives peers until stopped; returns the exit code.</summary>
    public async Task<int> RunAsync()
    {
        var access = _settings.Access is null ? null : await _settings.Access.ResolveAsync(_over.Token);
        var code = _settings.Session.IsDatagram ? await ReceiveAsync(access) : await AcceptAsync(access);
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        Leave();
        // A server does not wait long for who was cut off, and programs that are still to be killed would outlive us.
        if (_settings.Session.Exec is not null)
            await _allLeft.Task;
        _absence.Dispose();
        _runner.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
        await _journal.DisposeAsync();
        _over.Dispose();
    }

    private static Broker BrokerFor(ListenSettings settings)
    {
        var options = new BrokerOptions { Chat = settings.Company == Company.Chat };
        return settings.Session.RecvOnly ? new(options) : new(StandardStreams.Input, options);
    }

    private async Task<int> AcceptAsync(AccessList? access)
    {
        await using var listener = Listener.Listen(_settings.Address, new()
        {
            Engine = SocketEngine.ReadinessLoop,
            Access = access,
            OnRefused = Refused,
            Layers = _settings.Tls?.Layers ?? [],
        });
        _talk.Listening(listener.LocalAddresses, _settings.Tls);
        await using var server = Server.Start(listener, TalkAsync, new()
        {
            MaxConnections = _settings.MaxCallers,
            RefuseExcess = true,
            IdleTimeout = Timeout.InfiniteTimeSpan,
            DrainTimeout = Drain.Limit,
            OnDisconnected = (_, error) => Ended(error),
            OnAcceptError = Report,
        });
        await Task.Delay(Timeout.Infinite, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Programs finish what they are at; a conversation with a person has no end to wait for.
        return await Drain.StopAsync(_settings.Session.Exec is null ? 0 : server.ConnectionCount, server.StopAsync);
    }

    private async Task TalkAsync(Connection caller, CancellationToken drained)
    {
        if (_settings.Session.OnlyConnect)
        {
            _talk.HasCalled(caller);
            return;
        }
        var peer = await _settings.Session.EndOfAsync(caller);
        var cancel = _settings.Session.Exec is null ? _over.Token : drained;
        await TalkAsync(peer, caller.LocalAddress, caller.RemoteAddress, cancel, TlsInfo.Of(caller));
    }

    private async Task<int> ReceiveAsync(AccessList? access)
    {
        await using var socket = DatagramSocket.Bind(_settings.Address, new()
        {
            MaxDatagram = SessionSettings.LargestDatagram,
            Access = access,
            OnRefused = Refused,
        });
        _talk.Listening(socket.LocalAddresses);
        await DatagramSessions.ServeAsync(socket, TalkAsync, new()
        {
            MaxSessions = _settings.MaxCallers,
            IdleTimeout = _settings.Session.SenderIdle!.Value,
            OnDropped = Refused,
        }, _over.Token);
        return ExitCodes.Success;
    }

    private async Task TalkAsync(DatagramPeer sender, CancellationToken cancel)
    {
        try
        {
            await TalkAsync(sender, sender.LocalAddress, sender.RemoteAddress, cancel);
        }
        catch (Exception error)
        {
            Ended(error);
        }
    }

    private async Task TalkAsync(End peer, Address from, Address to, CancellationToken cancel, TlsInfo? tls = null)
    {
        _absence.Came();
        Interlocked.Increment(ref _present);
        try
        {
            var talk = _talk.With(to);
            await talk.RunAsync(async () =>
            {
                talk.Accepted(from, to);
                talk.Secured(tls);
                if (_settings.Session.Capture.HexDump is DumpFile.StandardError)
                    await _journal.CaughtUpAsync();
                await TalkAsync(peer, from, to, talk, cancel);
            });
        }
        finally
        {
            _absence.Left();
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _present) == 0)
            _allLeft.SetResult();
    }

    private async Task TalkAsync(End peer, Address from, Address to, SessionTalk talk, CancellationToken cancel)
    {
        if (await _runner.RunAsync(peer, from, to, talk, cancel) == SessionEnding.OutputClosed)
            await _over.CancelAsync();
    }

    private End LocalEnd(Address from, Address to, Stream? output)
    {
        if (_broker is not null)
            return _settings.Company == Company.Strangers ? _broker.Join(to, Announced(output)) : _broker.Join(to);
        try
        {
            return ProcessEnd.Start(_settings.Session.Exec!, from, to);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AdvisedException(error, "It is tried again for the next one.");
        }
    }

    /// <summary>Who speaks is named before what it says is printed.</summary>
    private AfterTalk? Announced(Stream? output) => output is null ? null : new(output, _journal.CaughtUpAsync());

    /// <summary>Says what went wrong with a peer. What went wrong here (a full disk, ...) ends everything.</summary>
    private void Ended(Exception? error)
    {
        var ofPeer = error is NetException or AdvisedException or RecordedException { Error: NetException or AdvisedException };
        if (error is null || (_over.IsCancellationRequested && !(ofPeer && _settings.Session.Json)))
            return;
        if (ofPeer)
            Report(error);
        else
            Fail(error);
    }

    private void Report(Exception error) => _settings.Report(error, _journal.Say);

    private void Fail(Exception error)
    {
        Interlocked.CompareExchange(ref _failure, error, null);
        _ = _over.CancelAsync();
    }

    private void Refused(Address caller, string reason)
    {
        if (_settings.Session.Verbose || _refusals.IsNews(caller))
            _talk.Refused(caller, reason);
    }
}
