using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>
/// Tries to connect to many places at once, from one thread, with neither an exception nor a task for each. What
/// connects is closed at once, in order: a reset would be an error to a server that is just about to accept, and some
/// stop accepting then. Each try has a place of its own, which its owner gives out and takes back.
/// </summary>
internal abstract class Prober : IDisposable
{
    /// <summary>Of so many places that are wanted as many as leave the rest of the program enough descriptors.</summary>
    public static int PlacesOf(int wanted) => DescriptorLimit.Free is { } free ? Math.Clamp(free / 4 * 3, 1, wanted) : wanted;

    /// <summary>The fastest one that this system has.</summary>
    /// <param name="places">How many tries there may be at once.</param>
    public static Prober Create(int places) => OperatingSystem.IsLinux() ? new EpollProber(places) : new SocketProber(places);

    /// <summary>Begins a try.</summary>
    /// <returns>How it has ended, or <see cref="SocketError.InProgress"/> if that is to come.</returns>
    public abstract SocketError Begin(int place, IPAddress ip, int port);

    /// <summary>Takes one of the tries that were under way and have ended by the last <see cref="Look"/> or <see cref="Wait"/>.</summary>
    public abstract bool TryTake(out int place, out SocketError outcome);

    /// <summary>Looks what has ended. To be called when there is nothing left to take.</summary>
    public abstract void Look();

    /// <summary>The same, but waits until something has ended or <see cref="Ring"/> is called.</summary>
    public abstract void Wait();

    /// <summary>Ends a wait, or else the next one at once. For any thread.</summary>
    public abstract void Ring();

    /// <summary>Gives up a try that is under way.</summary>
    public abstract void GiveUp(int place);

    /// <summary>Gives up all that is under way.</summary>
    public abstract void Dispose();

    /// <summary>What a socket's error says of the port: a peer that resets, or ends and then resets, a connection that it has
    /// just taken was there all the same.</summary>
    protected static SocketError Meaning(SocketError outcome) =>
        outcome is SocketError.ConnectionReset or SocketError.Shutdown ? SocketError.Success : outcome;
}
