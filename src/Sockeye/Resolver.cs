using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// Looks host names up: addresses of a name, name of an address. Both families are asked for side by side, and callers
/// who ask for the same at the same time share one look-up. Nothing is cached: that is the system's business.
/// </summary>
/// <remarks>
/// Answered without asking anyone: literals, which are themselves; <c>localhost</c> and names under it, which are ::1
/// (where this machine has it) and 127.0.0.1; names under <c>.invalid</c>, which do not exist (RFC 6761).
/// </remarks>
/// <example><code>
/// foreach (var address in await Resolver.System.ResolveAsync("localhost"))
///     Console.WriteLine(address);
/// </code></example>
public sealed class Resolver
{
    private readonly SingleFlight<(string Name, AddressFamily Family), IPAddress[]> _lookUps;
    private readonly SingleFlight<IPAddress, string> _reverseLookUps;

    /// <summary>Asks the system: its hosts file and name servers.</summary>
    public static Resolver System { get; } = new(SystemResolver.LookUpAsync, SystemResolver.NameOfAsync);

    /// <summary>A resolver that asks the given functions; for tests, or for another directory of names.</summary>
    /// <param name="lookUp">The addresses of a name (in its ASCII form) in one family. It throws what <see cref="Dns"/> throws.</param>
    /// <param name="nameOf">The name of an address. Defaults to asking the system.</param>
    public Resolver(
        Func<string, AddressFamily, CancellationToken, Task<IPAddress[]>> lookUp,
        Func<IPAddress, CancellationToken, Task<string>>? nameOf = null)
    {
        ArgumentNullException.ThrowIfNull(lookUp);
        _lookUps = new((question, abandoned) => lookUp(question.Name, question.Family, abandoned));
        _reverseLookUps = new(nameOf ?? SystemResolver.NameOfAsync);
    }

    /// <summary>All addresses of a host, each once, the families taking turns, IPv6 first (RFC 8305, section 4).</summary>
    /// <param name="host">A host name or a literal.</param>
    /// <param name="options">Family and limit. Defaults to the options' own defaults.</param>
    /// <param name="cancel">Gives up waiting; others who wait for the same answer still get it.</param>
    /// <returns>At least one address.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.InvalidAddress"/>: no host name;
    /// <see cref="NetErrorKind.NameNotFound"/>: no such name, or it has no address of that family;
    /// <see cref="NetErrorKind.NameServerFailed"/>: the name servers failed, or the system waited for them in vain;
    /// <see cref="NetErrorKind.TimedOut"/>: <see cref="ResolveOptions.Timeout"/> passed.</exception>
    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, ResolveOptions? options = null, CancellationToken cancel = default) =>
        ResolveAsync(host, options ?? ResolveOptions.Default, address: null, cancel);

    /// <summary>The same, for a host that is part of an address.</summary>
    /// <param name="host">A host name or a literal.</param>
    /// <param name="options">Family and limit.</param>
    /// <param name="address">That address, for errors; null where there is none.</param>
    /// <param name="cancel">Gives up waiting.</param>
    internal async Task<IReadOnlyList<IPAddress>> ResolveAsync(
        string host, ResolveOptions options, Address? address, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(host);
        var (name, literal) = HostText.Parse(host);
        if (name == HostText.Any)
            throw Error(NetErrorKind.InvalidAddress, "* is every address of this machine: give a host name or an address");
        using var limit = new TimeLimit(options.Timeout, options.Time, cancel);
        var families = FamiliesOf(options.Family ?? literal?.AddressFamily);
        var answers = await Task.WhenAll(families.Select(family => AnswerWithinAsync(options.Timeout, limit, name, family))).ConfigureAwait(false);
        var addresses = new AddressQueue();
        foreach (var answer in answers)
            addresses.Add(answer.Addresses);
        return addresses.IsEmpty
            ? throw NotResolved(name, options.Family, answers.Select(answer => answer.Error!), address)
            : addresses.TakeAll();
    }

    /// <summary>The host name of an address.</summary>
    /// <param name="address">An IPv4 or IPv6 address.</param>
    /// <param name="options">The limit. Defaults to the options' own defaults.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The name.</returns>
    /// <exception cref="NetException"><see cref="NetErrorKind.NoNameForAddress"/>: it has none;
    /// <see cref="NetErrorKind.NameServerFailed"/>: the name servers failed, or the system waited for them in vain;
    /// <see cref="NetErrorKind.TimedOut"/>: <see cref="ResolveOptions.Timeout"/> passed.</exception>
    public async Task<string> NameOfAsync(IPAddress address, ResolveOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= ResolveOptions.Default;
        using var limit = new TimeLimit(options.Timeout, options.Time, cancel);
        try
        {
            return await _reverseLookUps.JoinAsync(HostText.Unmapped(address), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            throw TimedOut(options.Timeout);
        }
        catch (Exception e) when (ErrorMap.Covers(e))
        {
            var error = ErrorMap.From(e, NetOperation.Resolve);
            throw error.Kind == NetErrorKind.NameNotFound
                ? Error(NetErrorKind.NoNameForAddress, $"{address} has no host name", e)
                : Error(error.Kind, ReasonOf(error, address.ToString()), e);
        }
    }

    /// <summary>The families that are worth looking up, IPv6 first.</summary>
    internal static AddressFamily[] FamiliesOf(AddressFamily? family) => family switch
    {
        AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 => [family.Value],
        null when Socket.OSSupportsIPv6 => [AddressFamily.InterNetworkV6, AddressFamily.InterNetwork],
        null => [AddressFamily.InterNetwork],
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "IPv4 (InterNetwork) or IPv6 (InterNetworkV6)"),
    };

    private async Task<FamilyAnswer> AnswerWithinAsync(TimeSpan timeout, TimeLimit limit, string host, AddressFamily family)
    {
        try
        {
            return await AnswerAsync(host, family, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            return new([], TimedOut(timeout));
        }
    }

    /// <summary>The addresses of a host in one family; none, with the error, where there is no answer.</summary>
    internal async Task<FamilyAnswer> AnswerAsync(string host, AddressFamily family, CancellationToken cancel)
    {
        try
        {
            var addresses = await LookUpAsync(host, family, cancel).ConfigureAwait(false);
            IPAddress[] inFamily = [.. addresses.Select(HostText.Unmapped).Where(address => address.AddressFamily == family)];
            return new(inFamily, inFamily.Length > 0 ? null : ErrorMap.From(SocketError.NoData, NetOperation.Resolve));
        }
        catch (Exception e) when (ErrorMap.Covers(e))
        {
            return new([], ErrorMap.From(e, NetOperation.Resolve));
        }
    }

    private Task<IPAddress[]> LookUpAsync(string host, AddressFamily family, CancellationToken cancel)
    {
        if (HostText.Parse(host).IP is { } literal)
            return Task.FromResult<IPAddress[]>([literal]);
        var name = HostText.ToAscii(host).ToLowerInvariant();
        if (IsUnder("localhost", name))
            return Task.FromResult(LocalhostIn(family));
        return IsUnder("invalid", name)
            ? Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound))
            : _lookUps.JoinAsync((name, family), cancel);
    }

    private static bool IsUnder(string top, string name)
    {
        var relative = name.AsSpan().TrimEnd('.');
        return relative.SequenceEqual(top) || (relative.EndsWith(top) && relative[..^top.Length].EndsWith('.'));
    }

    private static IPAddress[] LocalhostIn(AddressFamily family)
    {
        if (family == AddressFamily.InterNetwork)
            return [IPAddress.Loopback];
        return IPv6Loopback.Exists ? [IPAddress.IPv6Loopback] : [];
    }

    /// <summary>The one error of several look-ups. What may have hidden an address is said before a name's absence.</summary>
    internal static NetException NotResolved(string host, AddressFamily? family, IEnumerable<NetException> errors, Address? address)
    {
        var error = errors.MinBy(error => error.Kind switch
        {
            NetErrorKind.NameServerFailed or NetErrorKind.TimedOut => 0,
            NetErrorKind.InvalidAddress => 1,
            NetErrorKind.NameNotFound => 2,
            _ => 3,
        })!;
        var reason = error.Kind == NetErrorKind.NameNotFound && family is not null
            ? NoAddressIn(family.Value, host)
            : ReasonOf(error, Quoted.Of(host));
        return new NetException(error.Kind, error.Operation, reason, address, error.InnerException);
    }

    internal static NetException TimedOut(TimeSpan timeout, Address? address = null) =>
        new(NetErrorKind.TimedOut, NetOperation.Resolve, $"the name servers did not answer within {Texts.Of(timeout)}", address);

    private static string NoAddressIn(AddressFamily family, string host) => HostText.IsLiteral(host)
        ? $"{host} is no {NameOf(family)} address"
        : $"there is no host {Quoted.Of(host)} with an {NameOf(family)} address";

    private static string ReasonOf(NetException error, string asked) => error.Kind switch
    {
        NetErrorKind.NameNotFound => $"there is no host {asked}",
        NetErrorKind.NameServerFailed => $"the name servers could not tell about {asked}: try again later",
        _ => error.Reason,
    };

    internal static string NameOf(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";

    private static NetException Error(NetErrorKind kind, string reason, Exception? inner = null) =>
        new(kind, NetOperation.Resolve, reason, inner: inner);
}

/// <summary>What the look-up of one family brought: addresses, or else an error.</summary>
internal readonly record struct FamilyAnswer(IPAddress[] Addresses, NetException? Error);
