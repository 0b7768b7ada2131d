using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>What a server needs of one of its sockets: requests, one after another, and a way to answer the one taken last.</summary>
internal abstract class DatagramExchange(DatagramLink link, ExchangeReports reports) : IDisposable
{
    /// <summary>Many datagrams in one system call where the kernel has that, else each by itself.</summary>
    /// <remarks>Unix datagrams go each by itself. Nothing but the sender's buffer limits their size, so no memory could be set
    /// aside for many; and whether an answer can be sent depends on its reader alone, so each has to be tried.</remarks>
    public static DatagramExchange Over(DatagramLink link, SocketEngine engine, ExchangeReports reports) =>
        !link.LocalAddress.IsUnix && MessageCalls.AreSupported(link.Handle)
            ? new BatchExchange(link, engine, reports)
            : new SingleExchange(link, reports);

    /// <summary>Where requests are received.</summary>
    public Address LocalAddress => link.LocalAddress;

    /// <summary>The socket.</summary>
    protected DatagramLink Link => link;

    /// <summary>Who is told what became of answers.</summary>
    protected ExchangeReports Reports => reports;

    /// <summary>Waits until there are requests, in place of those before.</summary>
    /// <param name="cancel">Gives up; the same one each time.</param>
    public abstract ValueTask ReceiveAsync(CancellationToken cancel);

    /// <summary>The next request. It is valid until <see cref="ReceiveAsync"/>.</summary>
    public abstract bool TryTake(out Datagram request);

    /// <summary>Answers the request that was taken last, at the latest when <see cref="SendAsync"/> is called.</summary>
    public abstract ValueTask AnswerAsync(ReadOnlyMemory<byte> answer, CancellationToken cancel);

    /// <summary>Sends the answers that were held back.</summary>
    public abstract ValueTask SendAsync(CancellationToken cancel);

    /// <summary>Lets go of what it holds, but for the socket, which is not its own.</summary>
    public abstract void Dispose();
}

/// <summary>Who is told what became of answers, with the address that they were for.</summary>
/// <param name="Dropped">It was not sent, by a rule.</param>
/// <param name="Failed">It could not be sent.</param>
internal sealed record ExchangeReports(Action<Address, string> Dropped, Action<Address, Exception> Failed);
