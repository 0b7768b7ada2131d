using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>The options of a conversation, which <c>connect</c> and <c>listen</c> share, and what they come to.</summary>
internal sealed class SessionArguments
{
    private readonly Option<bool> _udp = CommonOptions.Flag("--udp", "datagrams (UDP, or Unix with `-U`)\n`udp://HOST:PORT` says the same without it.", "-u");
    private readonly Option<bool> _unix = CommonOptions.Flag("--unix", "a Unix socket: ADDRESS is its path\n`unix:/path` and, for datagrams, `unixgram:/path` say the same without it.", "-U");
    private readonly Option<bool> _only4 = CommonOptions.OnlyIPv4();
    private readonly Option<bool> _only6 = CommonOptions.OnlyIPv6();
    private readonly Option<bool> _zero = CommonOptions.Flag("--zero", "say that there is a connection, and end\nNo byte is sent. Not for datagrams: there, only an answer shows that somebody is there.", "-z");
    private readonly Option<TimeSpan> _idle = CommonOptions.Limit("--idle", "longest time without a byte\nIn either direction; when it passes, the exit code is 5.", Timeout.InfiniteTimeSpan, "-i");
    private readonly Option<TimeSpan> _maxTime = CommonOptions.Limit("--max-time", "longest time in all\nWhen it passes, the exit code is 5.", Timeout.InfiniteTimeSpan);
    private readonly Option<TimeSpan?> _wait = CommonOptions.Wait("--wait",
        """
        after input ends, read for TIME at most
        That is a good end: the exit code is 0. Without it a stream is read until the peer ends; datagrams are read for
        2s where input is no terminal, else until Ctrl-C.
        """, "-q");
    private readonly Option<TimeSpan?> _peerEndedWait = CommonOptions.Wait(
        "--peer-ended-wait",
        """
        after the peer ends, allow input to pause for TIME (default 1s)
        On a terminal the default is 0: a conversation ends with its peer.
        """);
    private readonly Option<bool> _noShutdown = CommonOptions.Flag("--no-shutdown", "do not tell the peer that input has ended\nSome servers take a client whose input has ended for one that has gone, and drop it.");
    private readonly Option<bool> _sendOnly = CommonOptions.Flag("--send-only", "send input, drop what comes, end with input");
    private readonly Option<bool> _recvOnly = CommonOptions.Flag("--recv-only", "print what comes, send nothing");
    private readonly Option<bool> _crlf = CommonOptions.Flag("--crlf", "send CR LF for each LF\nA LF with a CR before it stays as it is.", "-C");
    private readonly Option<Cut?> _datagrams = new("--datagrams")
    {
        CompletionSources = { "line", "nul", "read", "whole" },
        Description = """
            what of the input makes a datagram: line, nul, read, whole or a SIZE
            `line` cuts at each line end and leaves it out, `nul` at each zero byte, `read` where the reads of input
            happen to be cut, `whole` nowhere, a SIZE after so many bytes. The default is `line` on a terminal, else `read`.
            """,
        HelpName = "WHAT",
        CustomParser = ParseCut,
    };

    private readonly Option<string?> _exec = CommonOptions.Text("--exec", "PROGRAM",
        """
        let a program talk with the peer
        It stands in the place of standard input and output. Its arguments stand behind it, `-e "grep -n word"`, as words
        between blanks; quotes and backslashes keep blanks in a
        word. A name without a slash is looked for in PATH. What comes is the program's input, and the peer's end is
        its end; what it prints is sent, and its end is the peer's. Its standard error stays here. The environment has
        `SOCK_REMOTE` and `SOCK_LOCAL`, and as with ncat `NCAT_REMOTE_ADDR`, `NCAT_REMOTE_PORT`, `NCAT_LOCAL_ADDR`,
        `NCAT_LOCAL_PORT` and `NCAT_PROTO`. `-v` says its exit code. If the conversation breaks, it is killed.
        """, "-e");
    private readonly Option<string?> _shExec = CommonOptions.Text("--sh-exec", "LINE", "let a line of shell talk with the peer\nAs `--exec` does with a program.", "-c");
    private readonly Option<int> _replies = CommonOptions.Count("--replies", "end when N datagrams have come\nIf fewer come while they are waited for (`--wait`), the exit code is 5.", 0, 1, int.MaxValue);
    private readonly Option<bool> _raw = CommonOptions.Flag("--raw", "let the peer control the terminal\nElse its control characters are shown on a terminal, and not obeyed.");
    private readonly Option<bool> _verbose = CommonOptions.Verbose("say what happens, and how it ended\nAddresses that were tried in vain, both ends, bytes each way, and how long each step took.");
    private readonly Option<bool> _progress = CommonOptions.Flag("--progress",
        """
        show how much went each way, how fast, and how long the rest takes
        On standard error: on a terminal while it goes on, and everywhere in a line at the end. How much is left is known of a
        file as standard input.
        """);
    private readonly Option<bool> _json = CommonOptions.Flag("--json",
        """
        tell it as one JSON object on standard error, at its end
        With the addresses that were tried, both ends, bytes each way, how long each step took, why it ended, the exit code,
        and the fields of an error if there was one. `listen` says where it listens in a line before, and with `-k` has an
        object for each conversation. With `-z` what was found out is one on standard output.
        """);

    private readonly WireArguments _wire;
    private readonly CaptureArguments _capture;

    /// <summary>Declares them on a verb; its own come first in the help.</summary>
    public SessionArguments(Verb verb)
    {
        foreach (var option in (Option[])[_udp, _zero, _idle, _wait, _exec, _verbose])
            verb.Add(option);
        verb.AddSeldomUsed(
            _unix, _crlf, _shExec, _replies,
            _only4, _only6, _maxTime, _peerEndedWait, _noShutdown, _sendOnly, _recvOnly, _datagrams, _raw, _progress, _json);
        _wire = new(verb);
        _capture = new(verb);
    }

    /// <summary>What an address without a front means.</summary>
    public Transport TransportOf(ParseResult command) => (command.GetValue(_unix), command.GetValue(_udp)) switch
    {
        (true, true) => Transport.UnixDatagram,
        (true, false) => Transport.Unix,
        (false, true) => Transport.Udp,
        _ => Transport.Tcp,
    };

    /// <summary>The family asked for; null for both.</summary>
    public AddressFamily? FamilyOf(ParseResult command) => CommonOptions.FamilyOf(command, _only4, _only6);

    /// <summary>Settles everything that the address does not say.</summary>
    public SessionSettings Settle(ParseResult command, Address address)
    {
        var isDatagram = address.Transport is Transport.Udp or Transport.UnixDatagram;
        ThrowIfContradictory(command, isDatagram);
        var cut = command.GetValue(_datagrams) ?? (Terminal.InputIsTerminal ? new Cut(Framing.Line) : new Cut(Framing.Read));
        return _wire.Settle(command, new()
        {
            IsDatagram = isDatagram,
            OnlyConnect = command.GetValue(_zero),
            SendOnly = command.GetValue(_sendOnly),
            RecvOnly = command.GetValue(_recvOnly),
            Exec = ExecOf(command),
            Capture = _capture.Settle(command),
            Raw = command.GetValue(_raw),
            Verbose = command.GetValue(_verbose),
            Json = command.GetValue(_json),
            ShowsProgress = command.GetValue(_progress),
            WaitWasGiven = command.GetValue(_wait) is not null,
            Rules = new()
            {
                IdleTimeout = command.GetValue(_idle),
                MaxDuration = command.GetValue(_maxTime),
                HalfClose = !command.GetValue(_noShutdown) && !command.GetValue(_recvOnly),
                LocalEndedWait = command.GetValue(_wait) ?? UsualWait(command, isDatagram),
                PeerEndedWait = command.GetValue(_peerEndedWait) ?? (Terminal.InputIsTerminal ? TimeSpan.Zero : TimeSpan.FromSeconds(1)),
                Crlf = command.GetValue(_crlf),
                Framing = cut.Framing,
                FrameSize = cut.Size,
                Replies = command.GetValue(_replies),
            },
        });
    }

    /// <summary>A stream's end tells when the answer is complete. Datagrams have no end: a person ends them, a script waits.</summary>
    private TimeSpan UsualWait(ParseResult command, bool isDatagram) => this switch
    {
        _ when command.GetValue(_sendOnly) => TimeSpan.Zero,
        _ when command.GetValue(_recvOnly) || Executes(command) => Timeout.InfiniteTimeSpan,
        _ when isDatagram && !Terminal.InputIsTerminal => TimeSpan.FromSeconds(2),
        _ => Timeout.InfiniteTimeSpan,
    };

    private bool Executes(ParseResult command) => (command.GetValue(_exec) ?? command.GetValue(_shExec)) is not null;

    /// <summary>The program asked for; it is there, too.</summary>
    private ExecCommand? ExecOf(ParseResult command)
    {
        try
        {
            var program = command.GetValue(_shExec) is { } line ? ExecCommand.Shell(line)
                : command.GetValue(_exec) is { } words ? ExecCommand.Parse(words)
                : null;
            _ = program?.Locate();
            return program;
        }
        catch (FormatException error)
        {
            throw new UsageException($"--exec cannot run '{command.GetValue(_exec)}': {error.Message}");
        }
    }

    private void ThrowIfContradictory(ParseResult command, bool isDatagram)
    {
        if (command.IsGiven("--exec") && command.IsGiven("--sh-exec"))
            throw new UsageException("--exec and --sh-exec exclude each other");
        foreach (var option in (string[])["--send-only", "--recv-only", "--output", "--zero"])
        {
            if (Executes(command) && command.IsGiven(option))
                throw new UsageException($"{option} is for standard input and output, and a program stands in their place");
        }
        if (command.GetValue(_sendOnly) && command.GetValue(_recvOnly))
            throw new UsageException("--send-only and --recv-only exclude each other", "Leave both out to send and receive.");
        if (command.GetValue(_sendOnly) && command.IsGiven("--replies"))
            throw new UsageException("--send-only and --replies exclude each other");
        if (isDatagram && command.GetValue(_zero))
        {
            throw new UsageException(
                "-z tells nothing over datagrams: only an answer shows that somebody is there",
                "Send something, and ask for an answer with --replies 1.");
        }
        foreach (var option in (string[])["--datagrams", "--replies"])
        {
            if (!isDatagram && command.IsGiven(option))
                throw new UsageException($"{option} is for datagrams, and this is a stream", "-u makes it UDP.");
        }
    }

    private static Cut? ParseCut(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        Framing? framing = text switch
        {
            "line" => Framing.Line,
            "nul" => Framing.Nul,
            "read" => Framing.Read,
            "whole" => Framing.Whole,
            _ => null,
        };
        if (framing is { } named)
            return new(named);
        if (ByteSize.TryParse(text, out var size) && size is > 0 and <= LargestDatagram)
            return new(Framing.Block, (int)size);
        argument.AddError($"--datagrams takes line, nul, read, whole or a size up to {LargestDatagram}, not '{text}'");
        return null;
    }

    /// <summary>How input is cut into datagrams.</summary>
    private sealed record Cut(Framing Framing, int Size = 1024);

    private const int LargestDatagram = 65_507;
}
