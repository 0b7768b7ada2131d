namespace Sockeye.Sessions;

/// <summary>One session from start to outcome: two pumps, and a referee who is asked whenever something has happened.</summary>
internal sealed class SessionRun
{
    private readonly End _local;
    private readonly End _peer;
    private readonly SessionOptions _options;
    private readonly Pump _sending;
    private readonly Pump _receiving;
    private readonly Referee _referee;
    private readonly Bell _changed = new();

    public SessionRun(End local, End peer, SessionOptions options)
    {
        (_local, _peer, _options) = (local, peer, options);
        _sending = new(local, peer, SessionDirection.Sent, options, OnChange);
        _receiving = new(peer, local, SessionDirection.Received, options, OnChange);
        _referee = new(local, peer, _sending.Flow, _receiving.Flow, options);
    }

    public async Task<SessionOutcome> RunAsync(CancellationToken cancel)
    {
        var start = _options.Time.GetTimestamp();
        using var limit = new TimeLimit(_options.MaxDuration, _options.Time, cancel);
        using var everything = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(everything.Token);
        // Waited for before there is anything to rule on, so that it is told in place, without another thread.
        var awaiting = AwaitRulingAsync(everything.Token);
        var pumps = StartPumps(reading.Token, everything.Token);
        _local.OnDeparted(_changed.RingElsewhere);

        var ruling = await awaiting.ConfigureAwait(false);
        if (!pumps.IsCompleted)
            await (ruling is { IsGood: true } ? reading : everything).CancelAsync().ConfigureAwait(false);
        await pumps.ConfigureAwait(false);

        ruling = OfFinish(ruling, limit.HasPassed, cancel.IsCancellationRequested);
        ruling = ruling.IsGood
            ? await CloseAsync(ruling, LongestDrainAfter(ruling), cancel).ConfigureAwait(false)
            : await BreakOffAsync(ruling).ConfigureAwait(false);
        return Outcome(ruling, _options.Time.GetElapsedTime(start));
    }

    /// <summary>What waits for nobody goes on where its connection's code does, without a thread of the pool; a stream may block
    /// where it should wait.</summary>
    private Task StartPumps(CancellationToken reading, CancellationToken everything)
    {
        return (_local, _peer) switch
        {
            (ConnectionEnd, ConnectionEnd) => RunBothAsync(),
            ({ MayBlock: false }, ConnectionEnd peer) => peer.RunThereAsync(RunBothAsync),
            _ => Task.WhenAll(
                Task.Run(() => _sending.RunAsync(reading, everything), CancellationToken.None),
                Task.Run(() => _receiving.RunAsync(reading, everything), CancellationToken.None)),
        };

        Task RunBothAsync() => Task.WhenAll(_sending.RunAsync(reading, everything), _receiving.RunAsync(reading, everything));
    }

    /// <summary>Null: the token ended it.</summary>
    private async Task<Ruling?> AwaitRulingAsync(CancellationToken everything)
    {
        using var cancelled = everything.UnsafeRegister(static run => ((SessionRun)run!)._changed.RingElsewhere(), this);
        ITimer? timer = null;
        try
        {
            while (!everything.IsCancellationRequested)
            {
                var (over, recheck) = _referee.Rule();
                if (over is not null)
                    return over;
                if (recheck != Timeout.InfiniteTimeSpan)
                    timer ??= _options.Time.CreateTimer(static run => ((SessionRun)run!)._changed.RingElsewhere(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                timer?.Change(recheck, Timeout.InfiniteTimeSpan);
                await _changed.WaitAsync().ConfigureAwait(false);
            }
            return null;
        }
        finally
        {
            timer?.Dispose();
        }
    }

    /// <summary>A pump's wait for bytes matters only once the peer has ended: that is what begins to count then.</summary>
    private void OnChange(Flow flow)
    {
        if (flow.WaitingSince == 0 || _receiving.Flow.EndedAt != 0)
            _changed.Ring();
    }

    /// <summary>What was read before a good end is written after it, and that can still fail, last too long or be cancelled.</summary>
    private Ruling OfFinish(Ruling? ruling, bool limitPassed, bool cancelled)
    {
        var (sent, received) = (_sending.Flow, _receiving.Flow);
        if (ruling is { IsGood: false })
            return ruling;
        if (Array.Find([received, sent], flow => flow.Error is not null) is { } failed)
            return _referee.OfError(failed);
        var wasCut = (limitPassed || cancelled) && !(sent.IsComplete && received.IsComplete);
        if (ruling is not null && !wasCut)
            return _referee.OfReplies(ruling);
        return cancelled ? new(SessionEnding.Cancelled) : _referee.TooLong();
    }

    /// <summary>Closes what belongs to the session; a close that fails means that the last bytes may not have arrived.</summary>
    private async Task<Ruling> CloseAsync(Ruling ruling, TimeSpan longestDrain, CancellationToken cancel)
    {
        // Side by side: neither is to wait for how long the other takes to end.
        foreach (var closing in (Task<Ruling?>[])[CloseAsync(_peer, longestDrain, cancel), CloseAsync(_local, longestDrain, cancel)])
            ruling = await closing.ConfigureAwait(false) is { } worse && ruling.IsGood ? worse : ruling;
        return ruling;
    }

    private static async Task<Ruling?> CloseAsync(End end, TimeSpan longestDrain, CancellationToken cancel)
    {
        try
        {
            await end.CloseAsync(longestDrain, cancel).ConfigureAwait(false);
            return null;
        }
        catch (NetException error)
        {
            return Ruling.Failed(error);
        }
        catch (OperationCanceledException)
        {
            return new(SessionEnding.Cancelled);
        }
    }

    /// <summary>Lets go of what belongs to the session: politely, but not for long, where its direction carried all it had.</summary>
    private async Task<Ruling> BreakOffAsync(Ruling ruling)
    {
        if (!_sending.Flow.IsComplete || _local.Departure?.Error is not null)
            _peer.Abort();
        if (!_receiving.Flow.IsComplete)
            _local.Abort();
        using var brief = new CancellationTokenSource(LongestGoodbye, _options.Time);
        return await CloseAsync(ruling, TimeSpan.Zero, brief.Token).ConfigureAwait(false);
    }

    /// <summary>Once the peer has been given its time, the rest is a matter of moments; elsewhere the connection's own limit holds.</summary>
    private static TimeSpan LongestDrainAfter(Ruling ruling) =>
        ruling.Ending == SessionEnding.LocalEnded ? ShortDrain : Timeout.InfiniteTimeSpan;

    private SessionOutcome Outcome(Ruling ruling, TimeSpan duration)
    {
        var (sent, received) = (_sending.Flow, _receiving.Flow);
        return new()
        {
            Ending = ruling.Ending,
            Error = ruling.Error is NetException error ? WithAmounts(error) : ruling.Error,
            BytesSent = sent.Bytes,
            BytesReceived = received.Bytes,
            BytesUnsent = sent.Unsettled,
            MessagesSent = sent.Messages,
            MessagesReceived = received.Messages,
            FirstReceived = received.First,
            LocalEnded = sent.Ended,
            PeerEnded = received.Ended,
            Duration = duration,
        };
    }

    /// <summary>How far it had come is what anyone asks first.</summary>
    private NetException WithAmounts(NetException error)
    {
        var (sent, received) = (_sending.Flow, _receiving.Flow);
        var amounts = _peer.KeepsMessages
            ? $"{Texts.Count(sent.Messages, "datagram")} sent, {Texts.Number(received.Messages)} received"
            : $"{Texts.Bytes(sent.Bytes)} sent, {Texts.Number(received.Bytes)} received";
        var unsent = sent.Unsettled == 0 ? "" : $", {Texts.Bytes(sent.Unsettled)} of the input not sent";
        return new(error.Kind, error.Operation, $"{error.Reason} ({amounts}{unsent})", error.Address, error, error.Causes)
        {
            LocalAddress = error.LocalAddress,
            RemoteAddress = error.RemoteAddress,
        };
    }

    private static readonly TimeSpan ShortDrain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(1);
}
