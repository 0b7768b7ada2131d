using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sockeye.Measuring;

/// <summary>Looks each name up once: a load would else be one on the name servers, too, and measure them.</summary>
internal sealed class KnownNames(Resolver resolver)
{
    private readonly ConcurrentDictionary<(string Name, AddressFamily Family), IPAddress[]> _known = new();

    public static Resolver Over(Resolver resolver) => new(new KnownNames(resolver).LookUpAsync);

    /// <summary>That there is no such address is an answer, too. Name servers that failed are asked again.</summary>
    private async Task<IPAddress[]> LookUpAsync(string name, AddressFamily family, CancellationToken cancel)
    {
        if (_known.TryGetValue((name, family), out var known))
            return known;
        var (addresses, error) = await resolver.AnswerAsync(name, family, cancel).ConfigureAwait(false);
        return error is null or { Kind: NetErrorKind.NameNotFound } ? _known[(name, family)] = addresses : throw error;
    }
}
