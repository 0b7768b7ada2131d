namespace Sockeye.Links;

/// <summary>Each datagram by itself: where the kernel has no calls for many, and for Unix datagrams.</summary>
internal sealed class SingleExchange(DatagramLink link, ExchangeReports reports) : DatagramExchange(link, reports)
{
    private Datagram _request;
    private bool _isTaken = true;

    public override async ValueTask ReceiveAsync(CancellationToken cancel)
    {
        _request = await Link.ReceiveAsync(cancel).ConfigureAwait(false);
        _isTaken = false;
    }

    public override bool TryTake(out Datagram request)
    {
        request = _request;
        return !_isTaken && (_isTaken = true);
    }

    public override async ValueTask AnswerAsync(ReadOnlyMemory<byte> answer, CancellationToken cancel)
    {
        try
        {
            if (!await Link.TryAnswerAsync(answer, cancel).ConfigureAwait(false))
                Reports.Dropped(_request.From, "the sender's queue is full: it does not read its answers");
        }
        catch (Exception error) when (error is NetException or OperationCanceledException or ObjectDisposedException)
        {
            Reports.Failed(_request.From, error);
        }
    }

    public override ValueTask SendAsync(CancellationToken cancel) => default;

    public override void Dispose()
    {
    }
}
