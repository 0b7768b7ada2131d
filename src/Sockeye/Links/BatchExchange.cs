using System.Runtime.CompilerServices;
using Sockeye.Platform;

namespace Sockeye.Links;

/// <summary>
/// Many datagrams in one system call each way, and those of one sender and size joined by the kernel.
/// <code>
/// wait ─► recvmmsg ─► handler, handler, handler ... ─► sendmmsg ─► wait
/// </code>
/// </summary>
internal sealed class BatchExchange : DatagramExchange
{
    private readonly LoopSocket? _onLoop;
    private readonly Wait _wait = new(connection: null, NetOperation.Read);
    private readonly HeldAnswers _answers;
    private bool _isWaitBegun;
    private DatagramBatch? _batch;
    private int _message;
    private int _segment;
    private ArraySegment<byte> _rest;
    private bool _hasRest;
    private DatagramPeer? _sender;

    public BatchExchange(DatagramLink link, SocketEngine engine, ExchangeReports reports)
        : base(link, reports)
    {
        link.JoinSegments();
        _onLoop = link.Attach(engine);
        _answers = new HeldAnswers(link);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask ReceiveAsync(CancellationToken cancel)
    {
        try
        {
            do
            {
                var waiting = WaitAsync(cancel);
                if (!waiting.IsCompleted)
                    GiveBack();
                _ = await waiting.ConfigureAwait(false);
                _batch ??= DatagramBatch.Rent();
                Receive(_batch.Received);
            }
            while (_batch.Received.Count == 0);
            _message = -1;
        }
        catch (Exception error) when (ErrorMap.Covers(error) || error is ObjectDisposedException)
        {
            throw Link.Failure(error, NetOperation.Read);
        }
    }

    public override bool TryTake(out Datagram request)
    {
        while (TryTakeBytes(out var bytes))
        {
            if (Link.IsRefused(_sender!.Address))
                continue;
            request = Link.Taken(bytes, _sender.Address);
            _answers.BeforeOthers();
            return true;
        }
        request = default;
        return false;
    }

    public override ValueTask AnswerAsync(ReadOnlyMemory<byte> answer, CancellationToken cancel) =>
        TryHold(answer) ? default : AnswerAfterOthersAsync(answer, cancel);

    public override ValueTask SendAsync(CancellationToken cancel) =>
        _answers.TrySend() ? default : _answers.SendAsync(Reports.Failed, cancel);

    public override void Dispose()
    {
        _wait.End();
        _answers.Dispose();
        GiveBack();
    }

    /// <summary>Until something has come. It need not be there any more then.</summary>
    private ValueTask<int> WaitAsync(CancellationToken cancel)
    {
        if (_onLoop is null)
            return Link.WaitAsync(cancel);
        if (!_isWaitBegun)
            _wait.Begin(cancel);    // once: it is the same token each time
        _isWaitBegun = true;
        return _onLoop.Receiving.MoveAsync(Memory<byte>.Empty, _wait);
    }

    private void Receive(ReceivedMessages received)
    {
        _onLoop?.Receiving.Forget();
        received.Receive(Link.Handle);
        if (received.Count == ReceivedMessages.Capacity)
            _onLoop?.Receiving.NoteMaybeReady();
    }

    private bool TryTakeBytes(out ArraySegment<byte> bytes)
    {
        if (!_hasRest && !TryTakeMessage())
        {
            bytes = default;
            return false;
        }
        var length = Math.Min(_segment, _rest.Count);
        bytes = _rest[..length];
        _rest = _rest[length..];
        _hasRest = _rest.Count > 0;
        return true;
    }

    /// <summary>The next message, which has one datagram at least; it may be empty.</summary>
    private bool TryTakeMessage()
    {
        var received = _batch!.Received;
        if (_message + 1 >= received.Count)
            return false;
        _message++;
        _rest = received.BytesOf(_message);
        _segment = received.SegmentOf(_message);
        _sender = _batch.Senders.Find(received.NameOf(_message), Link);
        return true;
    }

    private bool TryHold(ReadOnlyMemory<byte> answer) =>
        _answers.TryHold(answer, _sender!, _batch!.Received.NameOf(_message), _batch);

    private async ValueTask AnswerAfterOthersAsync(ReadOnlyMemory<byte> answer, CancellationToken cancel)
    {
        await SendAsync(cancel).ConfigureAwait(false);
        if (TryHold(answer))
            return;
        try
        {
            await Link.SendToAsync(answer, _sender!, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NetException or OperationCanceledException or ObjectDisposedException)
        {
            Reports.Failed(_sender!.Address, error);
        }
    }

    private void GiveBack()
    {
        _batch?.Return();
        _batch = null;
    }
}
