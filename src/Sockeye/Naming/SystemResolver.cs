using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>The system's own look-ups. They block, up to many seconds where name servers are silent, and cannot be
/// cancelled: so each has a thread of its own, and a small machine's pool, timers included, runs on.</summary>
internal static class SystemResolver
{
    public static Task<IPAddress[]> LookUpAsync(string name, AddressFamily family, CancellationToken abandoned) =>
        OnOwnThreadAsync(() => Dns.GetHostAddresses(name, family));

    public static Task<string> NameOfAsync(IPAddress address, CancellationToken abandoned) =>
        OnOwnThreadAsync(() => Dns.GetHostEntry(address).HostName);

    private static Task<T> OnOwnThreadAsync<T>(Func<T> lookUp) => Task.Factory.StartNew(
        lookUp,
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);
}
