namespace Sockeye.Sessions;

/// <summary>Carries one direction: reads a chunk, writes it, and only then reads the next; so a slow sink holds up its source.</summary>
internal sealed class Pump
{
    private readonly End _source;
    private readonly End _sink;
    private readonly SessionDirection _direction;
    private readonly SessionOptions _options;
    private readonly Action<Flow> _onChange;
    private readonly CrlfFilter? _crlf;
    private readonly Framer? _framer;
    private readonly int _most = int.MaxValue;
    private bool _isWriting;

    /// <param name="source">Where the bytes come from.</param>
    /// <param name="sink">Where they go.</param>
    /// <param name="direction">What this means to the session's user.</param>
    /// <param name="options">The session's rules.</param>
    /// <param name="onChange">Called when something has happened that may end the session.</param>
    public Pump(End source, End sink, SessionDirection direction, SessionOptions options, Action<Flow> onChange)
    {
        (_source, _sink, _direction, _options, _onChange) = (source, sink, direction, options, onChange);
        Flow = new(options.Time);
        if (direction == SessionDirection.Received)
            return;
        var cutsMessages = sink.KeepsMessages && !source.KeepsMessages;
        if (cutsMessages && options.Framing != Framing.Read)
            _framer = new(options);
        if (options.Crlf && (_framer is null || options.Framing != Framing.Line))
            _crlf = new();
        if (cutsMessages)
            _most = options.Crlf ? LargestUdpMessage / 2 : LargestUdpMessage;
    }

    public Flow Flow { get; }

    /// <summary>Runs until the source ends, an end fails or a token is cancelled; it tells its flow and never throws.</summary>
    /// <param name="reading">Cancelled when no more is to be read; what was read is still written.</param>
    /// <param name="everything">Cancelled when a write is to be given up too.</param>
    public async Task RunAsync(CancellationToken reading, CancellationToken everything)
    {
        try
        {
            while (!HasEnough && await ReadAsync(reading).ConfigureAwait(false) is { IsEnd: false } chunk)
                await CarryAsync(chunk, everything).ConfigureAwait(false);
            if (!HasEnough)
                await FinishAsync(everything).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (reading.IsCancellationRequested || everything.IsCancellationRequested)
        {
            // The session is over; what could not be written is in the flow's counts.
        }
        catch (Exception error)
        {
            Flow.NoteFailed(error, _isWriting);
        }
        Flow.NoteDone();
        _onChange(Flow);
    }

    private bool HasEnough => _direction == SessionDirection.Received && _options.Replies > 0 && Flow.Messages >= _options.Replies;

    private async ValueTask<Chunk> ReadAsync(CancellationToken cancel)
    {
        _isWriting = false;
        var reading = _source.ReadAsync(_most, cancel);
        if (!reading.IsCompleted)
        {
            Flow.NoteWaiting();
            _onChange(Flow);
        }
        var chunk = await reading.ConfigureAwait(false);
        if (!chunk.IsEnd)
            Flow.NoteRead(chunk.Bytes.Length);
        return chunk;
    }

    private async ValueTask CarryAsync(Chunk chunk, CancellationToken cancel)
    {
        _isWriting = true;
        var bytes = _crlf?.Convert(chunk.Bytes) ?? chunk.Bytes;
        if (_framer is null)
        {
            await WriteAsync(bytes, chunk.Truncated, cancel).ConfigureAwait(false);
        }
        else
        {
            _framer.Add(bytes);
            while (_framer.TryTake(out var message))
                await WriteAsync(message, truncated: false, cancel).ConfigureAwait(false);
        }
        Flow.NoteSettled(_framer?.PendingCount ?? 0);
    }

    private async ValueTask FinishAsync(CancellationToken cancel)
    {
        _isWriting = true;
        if (_framer is not null && _framer.TryTakeLast(out var last))
            await WriteAsync(last, truncated: false, cancel).ConfigureAwait(false);
        Flow.NoteSettled(0);
        if (IsKeptOpen)
            return;
        Flow.NoteEnded();
        _options.OnEnded?.Invoke(_direction);
        _onChange(Flow);
        if (_direction == SessionDirection.Received || _options.HalfClose)
            await _sink.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    private bool IsKeptOpen => _direction == SessionDirection.Sent && _options.KeepOpenOnEmptyInput && !Flow.HasBegun;

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool truncated, CancellationToken cancel)
    {
        _options.OnChunk?.Invoke(new(_direction, bytes, Flow.Bytes, truncated));
        await _sink.WriteAsync(bytes, cancel).ConfigureAwait(false);
        Flow.NoteWritten(bytes.Length);
    }

    /// <summary>65,535 less the headers of IPv4 and UDP: what can be one datagram is not cut in two.</summary>
    private const int LargestUdpMessage = 65_507;
}
