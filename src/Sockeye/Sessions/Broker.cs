namespace Sockeye.Sessions;

/// <summary>
/// Carries what one says to all the others, in the same order to everyone: each peer's session has an end that the broker
/// gives it. With an output for what peers say, it is one speaker before many: they hear the input and not each other.
/// </summary>
/// <remarks>
/// The pace is that of the fastest reader. Up to <see cref="BrokerOptions.QueueLimit"/> bytes wait for a slower one; if it
/// then holds up the others for <see cref="BrokerOptions.Patience"/>, it is dropped: its session fails with
/// <see cref="NetErrorKind.LimitExceeded"/>, its connection is reset, and the others go on. While nobody reads, whoever
/// speaks is held up.
/// </remarks>
/// <example><code>
/// await using var broker = new Broker();
/// await using var server = Server.Start("localhost:0", (peer, cancel) =>
///     Session.RunAsync(broker.Join(peer.RemoteAddress), End.Of(peer), cancel: cancel));
/// </code></example>
public sealed class Broker : IAsyncDisposable
{
    private readonly Stream? _input;
    private readonly Audience _audience;
    private readonly ChatRoom? _chat;
    private readonly ChatVoice? _inputVoice;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task? _reading;

    /// <summary>A broker that nobody has joined yet.</summary>
    /// <param name="options">Form and limits. Defaults to <see cref="BrokerOptions"/>'s defaults.</param>
    public Broker(BrokerOptions? options = null)
    {
        options ??= BrokerOptions.Default;
        _audience = new(options);
        if (options.Chat)
            (_chat, _inputVoice) = (new(_audience), new(id: 0));
    }

    /// <summary>A broker that nobody has joined yet, with something that everyone hears besides the others.</summary>
    /// <param name="input">It is read only while somebody is there to hear it, and stays open. Where everyone hears nothing
    /// else, its end is theirs.</param>
    /// <param name="options">Form and limits. Defaults to <see cref="BrokerOptions"/>'s defaults.</param>
    public Broker(Stream input, BrokerOptions? options = null)
        : this(options)
    {
        ArgumentNullException.ThrowIfNull(input);
        _input = input;
    }

    /// <summary>How many are there.</summary>
    public int Count => _audience.Count;

    /// <summary>The end for the session of one more peer. From now on it hears the input and what the others say, and they
    /// hear what it says.</summary>
    /// <param name="peer">Who it is, for errors and for the chat.</param>
    /// <returns>The session's local end. The peer leaves with the end of the session.</returns>
    public End Join(Address peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var seat = Admit(new(peer, hearsPeers: true));
        return _chat is null ? new PeerSeatEnd(_audience, seat) : new ChatSeatEnd(_audience, seat, _chat);
    }

    /// <summary>The end for the session of one more peer. From now on it hears the input, but not the others; what it says
    /// goes to an output.</summary>
    /// <param name="peer">Who it is, for errors.</param>
    /// <param name="output">Where to put what the peer says, which stays open; null to drop it. Where many share one, each
    /// write must be whole by itself.</param>
    /// <returns>The session's local end. The peer leaves with the end of the session.</returns>
    public End Join(Address peer, Stream? output)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return new OutputSeatEnd(_audience, Admit(new(peer, hearsPeers: false)), output);
    }

    /// <summary>Reads no more of the input. Sessions go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_reading is not null)
            await _reading.ConfigureAwait(false);
    }

    private Seat Admit(Seat seat)
    {
        _audience.Add(seat);
        if (_input is not null)
        {
            lock (_lock)
                _reading ??= Task.Run(ReadInputAsync);
        }
        return seat;
    }

    private async Task ReadInputAsync()
    {
        try
        {
            var input = new StreamEnd(_input, null);
            while (await NextOfInputAsync(input).ConfigureAwait(false) is { IsEnd: false } chunk)
                await SayAsync(chunk.Bytes).ConfigureAwait(false);
            if (_inputVoice?.Finish() is { } line)
                await _audience.SayAsync(line, speaker: null, _stop.Token).ConfigureAwait(false);
            _audience.EndInput(error: null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody wants to hear more of it.
        }
        catch (Exception error)
        {
            _audience.EndInput(error);
        }
    }

    /// <summary>What nobody would hear stays unread.</summary>
    private async ValueTask<Chunk> NextOfInputAsync(StreamEnd input)
    {
        await _audience.SomebodyAsync(_stop.Token).ConfigureAwait(false);
        return await input.ReadAsync(LargestRead, _stop.Token).ConfigureAwait(false);
    }

    private async ValueTask SayAsync(ReadOnlyMemory<byte> bytes)
    {
        foreach (var message in _inputVoice?.Say(bytes) ?? [bytes])
            await _audience.SayAsync(message, speaker: null, _stop.Token).ConfigureAwait(false);
    }

    // Small enough to be one datagram.
    private const int LargestRead = 32 * 1024;
}
