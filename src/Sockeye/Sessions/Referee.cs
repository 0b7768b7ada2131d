namespace Sockeye.Sessions;

/// <summary>The rules of ending, in one place: looks at both directions and says whether the session is over.</summary>
internal sealed class Referee(End local, End peer, Flow sent, Flow received, SessionOptions options)
{
    private readonly TimeProvider _time = options.Time;

    /// <summary>The ruling if the session is over, else how long until that may change without anything happening.</summary>
    public (Ruling? Over, TimeSpan Recheck) Rule()
    {
        if (OfFacts() is { } over)
            return (over, default);
        var nearest = Timeout.InfiniteTimeSpan;
        foreach (var (left, ruling) in Limits())
        {
            if (left <= TimeSpan.Zero)
                return (ruling(), default);
            nearest = nearest == Timeout.InfiniteTimeSpan || left < nearest ? left : nearest;
        }
        return (null, nearest == Timeout.InfiniteTimeSpan ? nearest : RoundUp(nearest));
    }

    /// <summary>The ruling on an error, wherever it came up.</summary>
    public Ruling OfError(Flow flow)
    {
        var error = flow.Error!;
        return flow == received && flow.FailedWriting && local.IsReaderGone(error) ? new(SessionEnding.OutputClosed) : Ruling.Failed(error);
    }

    /// <summary>The ruling when <see cref="SessionOptions.MaxDuration"/> has passed.</summary>
    public Ruling TooLong() => TimedOut(NetOperation.Read, $"the session did not end within {Texts.Of(options.MaxDuration)}");

    /// <summary>The same ruling, unless the wait has passed and fewer replies came than were asked for. Asked once what had
    /// come in time is written.</summary>
    public Ruling OfReplies(Ruling ruling) => ruling switch
    {
        { Ending: not SessionEnding.LocalEnded } => ruling,
        _ when received.Messages >= options.Replies => options.Replies == 0 ? ruling : new(SessionEnding.RepliesCame),
        _ => TimedOut(
            NetOperation.Read,
            $"{received.Messages} of {options.Replies} replies came within {Texts.Of(options.LocalEndedWait)}"),
    };

    private Ruling? OfFacts() => this switch
    {
        _ when local.Departure is { Error: { } thrownOut } => Ruling.Failed(thrownOut),
        _ when received.Error is not null => OfError(received),
        _ when sent.Error is not null && (!sent.FailedWriting || received.IsDone) => OfError(sent),
        _ when options.Replies > 0 && received.Messages >= options.Replies => new(SessionEnding.RepliesCame),
        _ when sent.IsDone && received.IsDone => new(SessionEnding.BothEnded),
        _ when sent.IsDone && local.Departure is not null => new(SessionEnding.LocalEnded),
        _ => null,
    };

    /// <summary>The limits that hold in the present state, each with the time left and what follows when it passes.</summary>
    private IEnumerable<(TimeSpan Left, Func<Ruling> Ruling)> Limits()
    {
        if (options.IdleTimeout != Timeout.InfiniteTimeSpan && !IsPausing)
            yield return (Left(Math.Max(sent.LastMoved, received.LastMoved), options.IdleTimeout), Idle);
        if (sent.Error is { } unsent && !IsPausing)
            yield return (Left(Math.Max(received.LastMoved, sent.LastMoved), GraceAfterFailedWrite), () => Ruling.Failed(unsent));
        if (sent.EndedAt != 0 && options.LocalEndedWait != Timeout.InfiniteTimeSpan)
            yield return (Left(sent.EndedAt, options.LocalEndedWait), () => new(SessionEnding.LocalEnded));
        if (received.EndedAt != 0 && sent.WaitingSince is not 0 and var silentSince && LimitsSilence)
            yield return (Left(Math.Max(received.EndedAt, silentSince), options.PeerEndedWait), () => new(SessionEnding.PeerEnded));
    }

    private bool IsPausing => sent.IsPausing || received.IsPausing;

    private bool LimitsSilence => options.PeerEndedWait != Timeout.InfiniteTimeSpan && !local.EndsWhenTold;

    /// <summary>To the milliseconds that timers count in, so that none fires just before its time.</summary>
    private static TimeSpan RoundUp(TimeSpan left) => TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));

    private TimeSpan Left(long since, TimeSpan limit) => limit - _time.GetElapsedTime(since);

    private Ruling Idle() => sent.WaitingSince == 0 && !sent.IsDone
        ? TimedOut(NetOperation.Write, $"the peer took nothing for {Texts.Of(options.IdleTimeout)}")
        : TimedOut(NetOperation.Read, $"no byte came or went for {Texts.Of(options.IdleTimeout)}");

    private Ruling TimedOut(NetOperation operation, string reason) =>
        Ruling.Failed(peer.Error(NetErrorKind.TimedOut, operation, reason));

    /// <summary>After a failed write, what the peer had sent before (often its reason) is still taken in; a dead
    /// connection gives it at once and then its end.</summary>
    private static readonly TimeSpan GraceAfterFailedWrite = TimeSpan.FromSeconds(1);
}
