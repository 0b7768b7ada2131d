using System.Runtime.CompilerServices;

namespace Sockeye.Sessions;

/// <summary>Carries one direction: reads a chunk, writes it, and only then reads the next; so a slow sink holds up its source.</summary>
internal sealed class Pump : ICopyWatch
{
    private readonly End _source;
    private readonly End _sink;
    private readonly SessionDirection _direction;
    private readonly SessionOptions _options;
    private readonly Action<Flow> _onChange;
    private readonly CrlfFilter? _crlf;
    private readonly Framer? _framer;
    private readonly Pacer? _pacer;
    private readonly bool _sendsLines;
    private readonly int _most = int.MaxValue;
    private readonly bool _mustSeeBytes;
    private ReadOnlyMemory<byte> _linesLeft;
    private BulkGauge _bulk;
    private bool _isRefused;
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
        var delay = direction == SessionDirection.Sent ? options.SendDelay : TimeSpan.Zero;
        if (options.BytesPerSecond > 0 || delay > TimeSpan.Zero)
            _pacer = new(options.BytesPerSecond, delay, options.Time);
        _most = _pacer?.Portion ?? _most;
        _mustSeeBytes = _pacer is not null || options.OnChunk is not null || source.KeepsMessages || sink.KeepsMessages;
        if (direction == SessionDirection.Received)
            return;
        _sendsLines = delay > TimeSpan.Zero && !sink.KeepsMessages && !source.KeepsMessages;
        var cutsMessages = sink.KeepsMessages && !source.KeepsMessages;
        if (cutsMessages && options.Framing != Framing.Read)
            _framer = new(options);
        if (options.Crlf && (_framer is null || options.Framing != Framing.Line))
            _crlf = new();
        if (cutsMessages)
            _most = options.Crlf ? LargestUdpMessage / 2 : LargestUdpMessage;
        _mustSeeBytes |= options.Crlf;
    }

    public Flow Flow { get; }

    /// <summary>Runs until the source ends, an end fails or a token is cancelled; it tells its flow and never throws.</summary>
    /// <param name="reading">Cancelled when no more is to be read; what was read is still written.</param>
    /// <param name="everything">Cancelled when a write is to be given up too.</param>
    public async Task RunAsync(CancellationToken reading, CancellationToken everything)
    {
        try
        {
            while (!HasEnough && await NextAsync(reading).ConfigureAwait(false) is { IsEnd: false } chunk)
            {
                await CarryAsync(chunk, reading, everything).ConfigureAwait(false);
                if (_bulk.Note(chunk.Bytes.Length) && await CopyBulkAsync(reading, everything).ConfigureAwait(false))
                    break;
            }
            if (!HasEnough)
                await FinishAsync(reading, everything).ConfigureAwait(false);
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

    /// <summary>What one read gave; where lines are sent one by one, the next of them.</summary>
    private ValueTask<Chunk> NextAsync(CancellationToken cancel) => _sendsLines ? NextLineAsync(cancel) : ReadAsync(cancel);

    private async ValueTask<Chunk> NextLineAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_linesLeft.IsEmpty)
        {
            var chunk = await ReadAsync(cancel).ConfigureAwait(false);
            if (chunk.IsEnd)
                return chunk;
            _linesLeft = chunk.Bytes;
        }
        var length = _linesLeft.Span.IndexOf((byte)'\n') is >= 0 and var end ? end + 1 : _linesLeft.Length;
        var line = _linesLeft[..length];
        _linesLeft = _linesLeft[length..];
        return new(line);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CarryAsync(Chunk chunk, CancellationToken reading, CancellationToken everything)
    {
        _isWriting = true;
        var bytes = _crlf?.Convert(chunk.Bytes) ?? chunk.Bytes;
        if (_framer is null)
        {
            await WriteAsync(bytes, chunk.Truncated, reading, everything).ConfigureAwait(false);
        }
        else
        {
            _framer.Add(bytes);
            while (_framer.TryTake(out var message))
            {
                await WriteAsync(message, truncated: false, reading, everything).ConfigureAwait(false);
                Flow.NoteSettled(_framer.PendingCount);
            }
        }
        Flow.NoteSettled(_linesLeft.Length + (_framer?.PendingCount ?? 0));
    }

    /// <summary>Leaves the direction to the kernel while much is on its way, or to a thread that waits for much. True when the source has ended.</summary>
    private async ValueTask<bool> CopyBulkAsync(CancellationToken reading, CancellationToken everything)
    {
        if (_isRefused || CopyOfBulk(reading, everything) is not { } copy)
            return false;
        _isWriting = false;
        var end = await copy.RunAsync(this, reading, everything).ConfigureAwait(false);
        _isRefused = end == CopyEnd.Refused;
        if (copy.Left.Length > 0)
            await CarryAsync(new(copy.Left), reading, everything).ConfigureAwait(false);
        return end == CopyEnd.SourceEnded;
    }

    private KernelCopy? CopyOfBulk(CancellationToken reading, CancellationToken everything)
    {
        if (!_mustSeeBytes && KernelCopy.Between(_source.Source, _sink.Sink) is { } byKernel)
            return byKernel;
        // No thread each for what many may have: paced flows, those of relays and of brokers.
        return _sink is StreamEnd && _pacer is null
            ? BufferCopy.Of(_source.Source, bytes => CarryOneAsync(bytes, reading, everything))
            : null;
    }

    private async Task CarryOneAsync(ReadOnlyMemory<byte> bytes, CancellationToken reading, CancellationToken everything)
    {
        await CarryAsync(new(bytes), reading, everything).ConfigureAwait(false);
        _isWriting = false;
    }

    void ICopyWatch.Waiting()
    {
        Flow.NoteWaiting();
        _onChange(Flow);
    }

    void ICopyWatch.Taken(int count) => Flow.NoteRead(count);

    void ICopyWatch.Giving() => _isWriting = true;

    void ICopyWatch.Given(int count, int left)
    {
        NoteWritten(count);
        Flow.NoteSettled(left);
        _isWriting = left > 0;
    }

    private async ValueTask FinishAsync(CancellationToken reading, CancellationToken everything)
    {
        _isWriting = true;
        if (_framer is not null && _framer.TryTakeLast(out var last))
            await WriteAsync(last, truncated: false, reading, everything).ConfigureAwait(false);
        Flow.NoteSettled(0);
        if (IsKeptOpen)
            return;
        Flow.NoteEnded();
        _options.OnEnded?.Invoke(_direction);
        _onChange(Flow);
        if (_direction == SessionDirection.Received || _options.HalfClose)
            await _sink.EndWritingAsync(everything).ConfigureAwait(false);
    }

    private bool IsKeptOpen => _direction == SessionDirection.Sent && _options.KeepOpenOnEmptyInput && !Flow.HasBegun;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool truncated, CancellationToken reading, CancellationToken everything)
    {
        if (_pacer is not null)
            await PauseAsync(_pacer.Left, reading).ConfigureAwait(false);
        _options.OnChunk?.Invoke(new(_direction, bytes, Flow.Bytes, truncated));
        await _sink.WriteAsync(bytes, everything).ConfigureAwait(false);
        NoteWritten(bytes.Length);
        _pacer?.NoteWritten(bytes.Length, completes: !_sendsLines || bytes.Span.EndsWith("\n"u8));
    }

    private void NoteWritten(int count)
    {
        Flow.NoteWritten(count);
        _options.OnCarried?.Invoke(_direction, count);
    }

    /// <summary>Input that has to wait when the session ends stays unsent; what came in time is not lost.</summary>
    private async ValueTask PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        if (pause == TimeSpan.Zero)
            return;
        Flow.NotePausing();
        try
        {
            await Task.Delay(pause, _options.Time, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_direction == SessionDirection.Received)
        {
            // It is written at once.
        }
        finally
        {
            Flow.NoteResumed();
        }
        _onChange(Flow);
    }

    /// <summary>65,535 less the headers of IPv4 and UDP: what can be one datagram is not cut in two.</summary>
    private const int LargestUdpMessage = 65_507;
}
