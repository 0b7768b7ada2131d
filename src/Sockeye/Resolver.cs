using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>SKELETON: host name to ordered addresses.</summary>
public sealed class Resolver
{
    /// <summary>Asks the system.</summary>
    public static Resolver System { get; } = new((_, _, _) => throw new NotImplementedException());

    /// <summary>A resolver that asks the given function.</summary>
    public Resolver(Func<string, AddressFamily, CancellationToken, Task<IPAddress[]>> lookUp) => _ = lookUp;

    /// <summary>All addresses of the host, families interleaved, IPv6 first; literals are returned as they are.</summary>
    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, AddressFamily? family = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>The name of an address; throws NoNameForAddress.</summary>
    public Task<string> NameOfAsync(IPAddress address, CancellationToken cancel = default) => throw new NotImplementedException();
}
