using System.CommandLine;

namespace Sockeye.Tool.Sessions;

/// <summary>The options of <c>connect</c> that try again, and what they come to.</summary>
internal sealed class RetryArguments
{
    private readonly Option<int> _retry = CommonOptions.Count("--retry",
        """
        try again, N times at most
        When nobody could be reached, and that may pass: refused, timed out, unreachable, no socket at a path yet, a name
        server that failed. Each try has its own `--timeout`; `--max-time` is for all of it. With `--reconnect`: N times
        in a row, where it would else never give up.
        """, 0, 0, int.MaxValue);
    private readonly Option<TimeSpan> _delay = CommonOptions.Pause("--retry-delay",
        """
        pause before trying again
        Each further one is twice as long, up to 60s, and chance makes it up to a quarter shorter or longer.
        """, TimeSpan.FromSeconds(1));
    private readonly Option<bool> _reconnect = CommonOptions.Flag("--reconnect",
        """
        connect again when the connection is lost
        Or ended by the peer before input ends. Input that has not been sent goes to the new connection. No byte is sent
        twice: what the lost connection was given and may not have delivered is counted and said. It ends with input, with
        `--recv-only` at Ctrl-C.
        """);

    public RetryArguments(Verb verb) => verb.AddSeldomUsed(_retry, _delay, _reconnect);

    /// <summary>How to try again.</summary>
    public RetrySettings Settle(ParseResult command, SessionSettings session)
    {
        var reconnects = command.GetValue(_reconnect);
        var isGiven = command.IsGiven("--retry");
        ThrowIfContradictory(command, session, reconnects || isGiven);
        var first = command.GetValue(_delay);
        return new()
        {
            Retries = command.GetValue(_retry),
            RetriesOnceConnected = isGiven || !reconnects ? command.GetValue(_retry) : int.MaxValue,
            Backoff = new() { First = first, Longest = first > UsualLongest ? first : UsualLongest },
            MaxTime = reconnects || isGiven ? session.Rules.MaxDuration : Timeout.InfiniteTimeSpan,
            Sentence = error => Failure.Sentence(error, command),
        };
    }

    /// <summary>The conversation, as one of several: the whole of them has the time, and none waits for more input at its end.</summary>
    public SessionSettings Among(ParseResult command, SessionSettings session)
    {
        var reconnects = command.GetValue(_reconnect);
        if (!reconnects && !command.IsGiven("--retry"))
            return session;
        return session with
        {
            Reconnects = reconnects,
            Rules = session.Rules with
            {
                MaxDuration = Timeout.InfiniteTimeSpan,
                PeerEndedWait = !reconnects || command.IsGiven("--peer-ended-wait") ? session.Rules.PeerEndedWait : TimeSpan.Zero,
            },
        };
    }

    private static void ThrowIfContradictory(ParseResult command, SessionSettings session, bool triesAgain)
    {
        if (!triesAgain && command.IsGiven("--retry-delay"))
            throw new UsageException("--retry-delay is for --retry and --reconnect");
        if (!command.IsGiven("--reconnect"))
            return;
        if (session.IsDatagram)
            throw new UsageException("--reconnect is for streams: datagrams have no connection that could be lost");
        if (session.OnlyConnect)
            throw new UsageException("--reconnect and --zero exclude each other", "--retry N tries again until somebody is there.");
    }

    private static readonly TimeSpan UsualLongest = new Backoff().Longest;
}

/// <summary>How to try again.</summary>
internal sealed record RetrySettings
{
    /// <summary>How often, before there has been a connection.</summary>
    public required int Retries { get; init; }

    /// <summary>How often in a row, after there has been one.</summary>
    public required int RetriesOnceConnected { get; init; }

    public required Backoff Backoff { get; init; }

    /// <summary>The longest time for all of it.</summary>
    public required TimeSpan MaxTime { get; init; }

    /// <summary>What is said of an error.</summary>
    public required Func<Exception, string> Sentence { get; init; }
}
