using System.CommandLine;

namespace Sockeye.Tool.Sessions;

/// <summary>The options of how the bytes of a conversation go over the wire.</summary>
internal sealed class WireArguments
{
    private readonly Option<bool> _telnet = CommonOptions.Flag("--telnet",
        """
        refuse telnet options, for servers that offer some
        What the peer asks for or offers (RFC 854) is answered with no and left out of what is printed, and a byte 255 of
        input is sent twice, as telnet wants data to be. Line ends are `-C`'s matter. Not for datagrams.
        """, "-t");

    private readonly Option<TimeSpan?> _delay = CommonOptions.Wait("--delay",
        """
        wait so long after each line that is sent
        Or after each datagram. For peers that take what comes too fast for lost. The wait does not count for `--idle`.
        """, "-d");
    private readonly Option<long?> _rate = CommonOptions.Size("--rate",
        """
        carry at most SIZE bytes a second each way
        Evenly, in small pieces. What comes is read no faster either, so that its sender is held up. The wait does not count
        for `--idle`.
        """);

    /// <summary>Declares them on a verb.</summary>
    public WireArguments(Verb verb) => verb.AddSeldomUsed(_telnet, _delay, _rate);

    /// <summary>Adds to the settings what was asked for.</summary>
    public SessionSettings Settle(ParseResult command, SessionSettings session)
    {
        if (session.IsDatagram && command.GetValue(_telnet))
            throw new UsageException("--telnet is for streams, and this is for datagrams");
        return session with
        {
            RefusesTelnetOptions = command.GetValue(_telnet),
            Rules = session.Rules with { SendDelay = command.GetValue(_delay) ?? TimeSpan.Zero, BytesPerSecond = command.GetValue(_rate) ?? 0 },
        };
    }
}
