namespace Sockeye.Protocols;

/// <summary>Takes telnet's commands out of what comes, wherever its reads happen to have been cut. It keeps nothing but where
/// it is, however long a command goes on.</summary>
internal sealed class TelnetDecoder
{
    private State _state;
    private byte _verb;

    /// <summary>Moves the data to the front, and returns how much of it there is.</summary>
    /// <param name="bytes">What was read.</param>
    /// <param name="answers">Is given what is to be answered.</param>
    public int Decode(Span<byte> bytes, TelnetAnswers answers)
    {
        var (next, kept) = (0, 0);
        while (next < bytes.Length)
        {
            if (_state == State.Data)
            {
                var rest = bytes[next..];
                var run = rest.IndexOf(Iac) is >= 0 and var command ? command : rest.Length;
                rest[..run].CopyTo(bytes[kept..]);
                (next, kept) = (next + run + 1, kept + run);
                _state = run < rest.Length ? State.Command : State.Data;
            }
            else if (Step(bytes[next++], answers))
            {
                bytes[kept++] = Iac;
            }
        }
        return kept;
    }

    /// <summary>True if the command is a byte 255 of data.</summary>
    private bool Step(byte value, TelnetAnswers answers)
    {
        var before = _state;
        if (before == State.Option)
            Refuse(_verb, value, answers);
        _verb = value;
        _state = (before, value) switch
        {
            (State.Command, Will or Wont or Do or Dont) => State.Option,
            (State.Command, Subnegotiation) => State.Subnegotiation,
            (State.Subnegotiation, Iac) => State.CommandInSubnegotiation,
            (State.Subnegotiation, _) => State.Subnegotiation,
            (State.CommandInSubnegotiation, not SubnegotiationEnd) => State.Subnegotiation,
            _ => State.Data,
        };
        return before == State.Command && value == Iac;
    }

    private static void Refuse(byte verb, byte option, TelnetAnswers answers)
    {
        if (verb == Do)
            answers.Add(Wont, option);
        else if (verb == Will)
            answers.Add(Dont, option);
    }

    private enum State
    {
        Data,
        Command,
        Option,
        Subnegotiation,
        CommandInSubnegotiation,
    }

    // RFC 854, "TELNET command structure".
    public const byte Iac = 255;
    private const byte Dont = 254;
    private const byte Do = 253;
    private const byte Wont = 252;
    private const byte Will = 251;
    private const byte Subnegotiation = 250;
    private const byte SubnegotiationEnd = 240;
}
