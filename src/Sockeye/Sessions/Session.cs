namespace Sockeye.Sessions;

/// <summary>Carries bytes between two ends, both ways, until both are done: what every netcat is made of.</summary>
/// <remarks>
/// <para>How a session ends:</para>
/// <list type="number">
/// <item>Local input ends: the peer's sending direction is shut (<see cref="SessionOptions.HalfClose"/>) and the peer's bytes
/// are still read, for at most <see cref="SessionOptions.LocalEndedWait"/>.</item>
/// <item>The peer's stream ends: that may be a half-close, so local input is still carried until it ends, a write
/// fails, or it has been silent for <see cref="SessionOptions.PeerEndedWait"/>.</item>
/// <item>A limit passes (<see cref="SessionOptions.IdleTimeout"/>, <see cref="SessionOptions.MaxDuration"/>), something fails,
/// or the caller cancels.</item>
/// </list>
/// <para>A slow receiver holds its sender up; nothing piles up in memory. What was read is written or reported.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var connection = await Connection.ConnectAsync("localhost", "echo");
/// var input = new MemoryStream("hello\n"u8.ToArray());
/// var outcome = await Session.RunAsync(End.Of(input, Console.OpenStandardOutput()), End.Of(connection));
/// Console.Error.WriteLine($"{outcome.Ending}: {outcome.BytesSent} bytes sent, {outcome.BytesReceived} received");
/// </code>
/// </example>
public static class Session
{
    /// <summary>Runs until both directions are done or a rule ends it. Connections given to it are then closed, politely
    /// where the session ended well; streams and datagram sockets stay open.</summary>
    /// <param name="local">Our side: standard streams, a file, another connection.</param>
    /// <param name="peer">The other side.</param>
    /// <param name="options">Rules of ending, limits, observers.</param>
    /// <param name="cancel">Ends it; the outcome is then <see cref="SessionEnding.Cancelled"/>.</param>
    /// <returns>What it came to. Errors of the ends are in it, not thrown.</returns>
    /// <exception cref="ArgumentException">The options contradict each other or the peer.</exception>
    public static Task<SessionOutcome> RunAsync(End local, End peer, SessionOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(peer);
        options ??= SessionOptions.Default;
        if (options.Replies > 0 && !peer.KeepsMessages)
            throw new ArgumentException("replies can be counted only where a message has an end of its own: from a datagram socket", nameof(options));
        return new SessionRun(local, peer, options).RunAsync(cancel);
    }
}
