namespace Sockeye.Sessions;

/// <summary>An end that hears what an <see cref="Audience"/> is told; what it does with what the peer says is its kind's matter.</summary>
internal abstract class SeatEnd(Audience audience, Seat seat) : End
{
    private ReadOnlyMemory<byte> _rest;

    protected Audience Audience => audience;

    protected Seat Seat => seat;

    internal override Departure? Departure => seat.Departure;

    internal override void OnDeparted(Action tell) => audience.OnDropped(seat, tell);

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        if (_rest.IsEmpty)
        {
            if (await audience.HearAsync(seat, cancel).ConfigureAwait(false) is not { } message)
                return Chunk.End;
            _rest = message;
        }
        var taken = _rest[..Math.Min(most, _rest.Length)];
        _rest = _rest[taken.Length..];
        return new(taken);
    }

    internal override ValueTask CloseAsync(TimeSpan longestDrain, CancellationToken cancel)
    {
        Leave();
        return default;
    }

    internal override void Abort() => Leave();

    protected virtual void Leave() => audience.Remove(seat);
}

/// <summary>What its peer says goes to an output.</summary>
internal sealed class OutputSeatEnd(Audience audience, Seat seat, Stream? output) : SeatEnd(audience, seat)
{
    private readonly StreamEnd _output = new(null, output);

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => _output.WriteAsync(bytes, cancel);

    internal override bool IsReaderGone(Exception error) => _output.IsReaderGone(error);
}

/// <summary>What its peer says goes to the others, each read as one message.</summary>
internal sealed class PeerSeatEnd(Audience audience, Seat seat) : SeatEnd(audience, seat)
{
    internal override bool KeepsMessages => true;

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => Audience.SayAsync(bytes, Seat, cancel);
}

/// <summary>What its peer says goes to the others line by line, each led by the peer's name.</summary>
internal sealed class ChatSeatEnd : SeatEnd
{
    private readonly ChatRoom _room;
    private readonly ChatVoice _voice;

    public ChatSeatEnd(Audience audience, Seat seat, ChatRoom room)
        : base(audience, seat)
    {
        _room = room;
        _voice = room.Enter(seat);
    }

    internal override bool KeepsMessages => true;

    internal override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        foreach (var line in _voice.Say(bytes))
            await Audience.SayAsync(line, Seat, cancel).ConfigureAwait(false);
        // A datagram is a message, with or without a line end.
        if (Seat.Peer.Transport is Transport.Udp or Transport.UnixDatagram)
            await EndWritingAsync(cancel).ConfigureAwait(false);
    }

    internal override async ValueTask EndWritingAsync(CancellationToken cancel)
    {
        if (_voice.Finish() is { } line)
            await Audience.SayAsync(line, Seat, cancel).ConfigureAwait(false);
    }

    protected override void Leave()
    {
        base.Leave();
        _room.Leave(_voice);
    }
}
