using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// Accepts from several listening sockets as if they were one. A connection is taken from the system only while somebody
/// waits for it, and the sockets take turns at being asked first.
/// </summary>
internal abstract class AcceptQueue : IDisposable
{
    /// <exception cref="IOException">The loop can watch no more.</exception>
    public static AcceptQueue Over(IReadOnlyList<Socket> listening, SocketEngine engine) =>
        ReadinessLoops.ForAccepting(engine) is { } loop ? new LoopAcceptQueue(listening, loop) : new StockAcceptQueue(listening);

    /// <exception cref="SocketException">As accept(2) says, of whichever socket met it.</exception>
    public abstract ValueTask<Socket> AcceptAsync(CancellationToken cancel);

    /// <summary>Closes what was accepted and given to nobody. The listening sockets are their owner's to close.</summary>
    public abstract void Dispose();
}
