using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>One call of <see cref="Connector"/>: what is looked up, tried and reported, and which error comes of it.</summary>
/// <param name="target">Where to.</param>
/// <param name="options">Limits and choices.</param>
/// <param name="limit">The limit of all of it, joined with the caller's token.</param>
/// <param name="open">Makes one attempt; throws what the platform throws. It asks for its token where it has to wait.</param>
internal sealed class Dial(
    Address target, ConnectOptions options, TimeLimit limit, Func<EndPoint, Func<CancellationToken>, Task<Socket>> open)
{
    private readonly ConnectLog _log = new(options.Time, options.OnAttempt);

    /// <summary>What was tried, and when.</summary>
    public ConnectReport Report => _log.ToReport();

    /// <summary>The connected socket.</summary>
    /// <param name="cancel">The caller's own token.</param>
    public async Task<Socket> RunAsync(CancellationToken cancel)
    {
        CheckTarget();
        CheckSource();
        try
        {
            return TheOnlyEndPoint() is { } endPoint
                ? await TryTheOnlyAsync(endPoint).ConfigureAwait(false)
                : await RaceAsync().ConfigureAwait(false);
        }
        catch (NetException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    private void CheckTarget()
    {
        if (target.Transport is Transport.Udp or Transport.UnixDatagram)
            throw Invalid("datagrams know no connection: use tcp:// or unix:, or a datagram socket");
        target.RequireTarget(NetOperation.Connect);
        if (options.NumericOnly && !target.IsUnix && target.IP is null)
            throw Invalid("a host name, where only IP addresses are allowed");
    }

    private void CheckSource()
    {
        if (options.Source is not { } source)
            return;
        if (target.IsUnix)
            throw Invalid("a Unix socket has no source address to choose");
        if (source.IP is null)
            throw Invalid($"the source {source} is no IP address");
    }

    /// <summary>Where there is one, nothing has to be looked up, and nothing to race.</summary>
    private EndPoint? TheOnlyEndPoint()
    {
        if (!target.IsUnix)
            return target.IP is { } ip && IsAllowed(ip.AddressFamily) ? new IPEndPoint(ip, target.Port) : null;
        return !target.Path!.StartsWith('@') || OperatingSystem.IsLinux() ? target.ToUnixEndPoint()
            : throw new NetException(NetErrorKind.Unsupported, NetOperation.Connect, "only Linux has abstract names: give a path", target);
    }

    private bool IsAllowed(AddressFamily family) => (options.Family ?? family) == family && !IsOfOtherFamily(options.Source, family);

    private static bool IsOfOtherFamily(Address? source, AddressFamily family) =>
        source is { IsAny: false, IP: { } ip } && ip.AddressFamily != family;

    private async Task<Socket> TryTheOnlyAsync(EndPoint endPoint)
    {
        try
        {
            return await TryAsync(endPoint, () => limit.Token).ConfigureAwait(false);
        }
        catch (NetException cause)
        {
            throw NetException.NotConnected(target, [cause]);
        }
    }

    private async Task<Socket> RaceAsync()
    {
        var race = new HappyEyeballs<Socket>
        {
            Families = Resolver.FamiliesOf(options.Family ?? target.IP?.AddressFamily),
            LookUp = LookUpAsync,
            Attempt = (ip, stop) => TryAsync(new IPEndPoint(ip, target.Port), () => stop),
            AttemptDelay = options.AttemptDelay,
            ResolutionDelay = options.ResolutionDelay,
            Time = options.Time,
        };
        if (await race.RunAsync(() => limit.Token).ConfigureAwait(false) is { } socket)
            return socket;
        if (race.AttemptErrors is { Count: > 0 } causes)
            throw NetException.NotConnected(target, causes);
        throw limit.Token.IsCancellationRequested
            ? Resolver.TimedOut(options.Timeout, target)
            : Resolver.NotResolved(target.Host, options.Family, race.LookUpErrors, target);
    }

    private async Task<FamilyAnswer> LookUpAsync(AddressFamily family, CancellationToken stop)
    {
        var answer = await options.Resolver.AnswerAsync(target.Host, family, stop).ConfigureAwait(false);
        if (answer.Addresses.Length == 0)
            return answer;
        if (IsOfOtherFamily(options.Source, family))
            return new([], Invalid($"the source {options.Source!.IP} cannot reach an {Resolver.NameOf(family)} address"));
        if (target.IP is null)
            _log.AddressKnown();
        return answer;
    }

    /// <summary>One attempt, timed and written down.</summary>
    private async Task<Socket> TryAsync(EndPoint endPoint, Func<CancellationToken> stop)
    {
        var remote = Address.From(endPoint, target.Transport);
        var began = _log.AttemptBegins();
        Socket socket;
        try
        {
            socket = await open(endPoint, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || ErrorMap.Covers(e))
        {
            var error = e is OperationCanceledException ? Stopped(remote) : ErrorMap.From(e, NetOperation.Connect, target, remote: remote);
            _log.AttemptEnded(remote, began, error);
            throw error;
        }
        _log.AttemptEnded(remote, began, error: null);
        return socket;
    }

    private NetException Stopped(Address remote)
    {
        var reason = limit.HasPassed ? $"no answer within {Texts.Of(options.Timeout)}" : "given up before it answered";
        return new(NetErrorKind.TimedOut, NetOperation.Connect, reason, target) { RemoteAddress = remote };
    }

    private NetException Invalid(string reason) => new(NetErrorKind.InvalidAddress, NetOperation.Connect, reason, target);
}
