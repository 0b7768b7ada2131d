using System.Threading.Channels;

namespace Sockeye.Sessions;

/// <summary>One reader's place in an <see cref="Audience"/>, which guards everything here but the reading.</summary>
/// <param name="peer">Who sits there.</param>
/// <param name="hearsPeers">Whether it hears what the others say, and not the input alone.</param>
internal sealed class Seat(Address peer, bool hearsPeers)
{
    private readonly Channel<ReadOnlyMemory<byte>> _queue = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true });
    private Action? _departed;

    public Address Peer => peer;

    public bool HearsPeers => hearsPeers;

    /// <summary>Bytes that wait to be read.</summary>
    public int Waiting { get; private set; }

    /// <summary>Since when others who could go on have to wait for this one; null if they need not.</summary>
    public long? HoldsUpSince { get; set; }

    /// <summary>That it was dropped, if it was.</summary>
    public Departure? Departure { get; private set; }

    /// <summary>Puts a message behind those that wait.</summary>
    public void Enqueue(ReadOnlyMemory<byte> message)
    {
        Waiting += message.Length;
        _queue.Writer.TryWrite(message);
    }

    /// <summary>A message was read.</summary>
    public void Dequeued(ReadOnlyMemory<byte> message) => Waiting -= message.Length;

    /// <summary>Nothing more comes; or an error does, behind what waits.</summary>
    public void End(Exception? error = null) => _queue.Writer.TryComplete(error);

    /// <summary>Throws it out.</summary>
    public void Drop(NetException error)
    {
        Departure = new(error);
        End(error);
        _departed?.Invoke();
    }

    /// <summary>Asks to be called when it is thrown out; at once if it was.</summary>
    public void OnDropped(Action tell)
    {
        _departed = tell;
        if (Departure is not null)
            tell();
    }

    /// <summary>The next message; null at the end. Cancelled, it takes nothing.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancel) =>
        await _queue.Reader.WaitToReadAsync(cancel).ConfigureAwait(false) && _queue.Reader.TryRead(out var message) ? message : (ReadOnlyMemory<byte>?)null;
}
