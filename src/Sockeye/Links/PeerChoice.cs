namespace Sockeye.Links;

/// <summary>
/// Which of a peer's addresses is spoken to. UDP connects without asking anybody, so only a refusal tells that nobody
/// is there: until the peer has been heard, a refused address gives way to the next, and the datagram that was sent
/// last goes there too. (<c>localhost</c> is [::1] first, but many servers are at 127.0.0.1 alone.)
/// </summary>
internal sealed class PeerChoice(IReadOnlyList<DatagramLink> links)
{
    private readonly Lock _lock = new();
    private readonly List<NetException> _refusals = [];
    private byte[]? _unanswered;
    private volatile bool _isMade = links.Count == 1;
    private volatile int _current;

    /// <summary>The link to the address chosen so far.</summary>
    public DatagramLink Current => links[_current];

    /// <summary>The peer has answered: the choice is made.</summary>
    public void Heard()
    {
        if (_isMade)
            return;
        lock (_lock)
        {
            _isMade = true;
            _unanswered = null;
        }
    }

    /// <summary>Sends, to the next address if this one refuses.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (true)
        {
            var link = Current;
            try
            {
                await link.SendAsync(bytes, cancel).ConfigureAwait(false);
                if (_isMade || TryKeep(bytes, link))
                    return;
            }
            catch (NetException error) when (error.Kind == NetErrorKind.Refused)
            {
                if (!await TryMoveOnAsync(error, cancel).ConfigureAwait(false))
                    throw;
            }
        }
    }

    /// <summary>Turns to the next address; false if the refusal has to be told to the caller.</summary>
    /// <exception cref="NetException">Every address has refused.</exception>
    public async ValueTask<bool> TryMoveOnAsync(NetException refusal, CancellationToken cancel)
    {
        byte[]? again;
        lock (_lock)
        {
            if (!refusal.RemoteAddress!.Equals(Current.RemoteAddress))
                return true;    // late word from an address that was given up before
            if (_isMade)
                return false;
            _refusals.Add(refusal);
            if (_current + 1 == links.Count)
            {
                _isMade = true;
                throw AllRefused(refusal);
            }
            _current++;
            again = _unanswered;
        }
        if (again is not null)
            await Current.SendAsync(again, cancel).ConfigureAwait(false);
        return true;
    }

    /// <summary>Keeps what was sent for the next address. False if that one's turn has come already: a pending receive can
    /// hear of the refusal before the send has returned, and then knows nothing of this datagram.</summary>
    private bool TryKeep(ReadOnlyMemory<byte> bytes, DatagramLink link)
    {
        lock (_lock)
        {
            if (link != Current)
                return false;
            _unanswered = _isMade ? null : bytes.ToArray();
            return true;
        }
    }

    private NetException AllRefused(NetException last) =>
        new(last.Kind, last.Operation, last.Reason, last.Address, last, [.. _refusals]) { LocalAddress = last.LocalAddress };
}
