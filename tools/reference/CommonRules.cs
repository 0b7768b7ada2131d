using System.CommandLine;
using System.Globalization;
using Sockeye.Tool;

namespace Sockeye.ReferencePages;

/// <summary>What holds for every verb.</summary>
internal static class CommonRules
{
    public static IReadOnlyList<Section> All(Command program) =>
    [
        OptionsOfEveryVerb(program), Addresses, ValuesOfOptions, Output, ExitStatus, Environment, Files,
    ];

    private static Section OptionsOfEveryVerb(Command program) => new("Options of every verb",
    [
        new Entries(
        [
            .. program.Options.Select(option => (Manual.NamesOf(option), option.WithDetails())),
            ("`--`", "what follows is no option, even if it begins with `-`"),
        ]),
        new Paragraph("""
            A value follows its option as the next word or behind `=`: `--idle 5s`, `--idle=5s`. Options of one letter can
            share a `-`, and the last of them may have a value: `-vw 5s`. Verbs and options are written out in full.
            """),
    ]);

    private static Section Addresses { get; } = new("Addresses",
    [
        new Entries(
        [
            ("`HOST PORT`, `HOST:PORT`", "a host name or IPv4 address, and a port"),
            ("`[v6]:PORT`", "an IPv6 address, in brackets before its port: `[::1]:80`"),
            ("`tcp://HOST:PORT`, `tls://HOST:PORT`, `udp://HOST:PORT`", "the same, with its transport; without a front, the options of the verb say it"),
            ("`unix:/path`, `unixgram:/path`", "a Unix socket, for a stream or for datagrams; `unix:@name` is an abstract one (Linux)"),
            ("`PORT`, `:PORT`, `*:PORT`", "where to listen: every address of this machine"),
        ]),
        new Paragraph("""
            PORT is a number or the name of a service, which is looked up for the transport in use: `http`, `domain`. `sock
            port` shows them. Addresses are read strictly: `010.0.0.1`, `1.2.3` and `::1:80` are errors that say what to write.
            """),
    ]);

    /// <summary>What stands for a value in a synopsis or behind an option, and the ways to write it.</summary>
    public static IReadOnlyList<(string Name, string Forms)> Values { get; } =
    [
        ("TIME", $"{Duration.Forms}; `none` lifts a limit"),
        ("SIZE", $"{ByteSize.Forms}, in steps of 1024"),
        ("N", "a whole number"),
        ("HOST", "a name or an address"),
        ("PORT", "a number or the name of a service"),
        ("ADDRESS", "see above"),
        ("FILE", "a path"),
        ("DIR", "a path of a directory"),
        ("WHO", "addresses, networks, ranges and names, with commas in between: `192.0.2.7,192.0.2.32/27,gate.example.com`"),
        ("PROGRAM", "a path or a name to be looked for in PATH, and arguments"),
        ("LINE", "what one would type at a shell"),
        ("LIST", "words with commas in between"),
        ("VERSION", "1.2 or 1.3, of TLS"),
        ("PROTOCOL", "`smtp`, `imap`, `pop3`, `ftp` or `postgres`"),
        ("PIN", "`sha256//` and the Base64 of a public key's SHA-256, as curl writes it"),
        ("MODE", "`echo`, `send`, `connect` or `get`"),
        ("WHAT", "one of the words that the option names, or a SIZE"),
    ];

    private static Section ValuesOfOptions { get; } = new("Values of options",
        [new Entries([.. Values.Select(value => ($"`{value.Name}`", value.Forms))])]);

    private static Section Output { get; } = new("Output",
    [
        new Paragraph("""
            Standard output carries the peer's bytes or the data asked for, and nothing else; everything said about it goes
            to standard error. On a terminal, control characters of a peer are shown and not obeyed; bytes pass into a pipe
            or file unchanged. Nothing is said of a reader of the output that has gone: the exit code is 0.
            """),
        new Paragraph("""
            An error is one line that begins with `sock:` and says what was being done, to whom and why it failed. Where
            something helps, a second line says what. With `--json` it is one object with the same facts.
            """),
    ]);

    private static Section ExitStatus { get; } = new("Exit status",
    [
        new Paragraph("It says who has to act, so that a script can tell a typing error from a server that is down."),
        new Entries([.. ExitCodeMeanings.Select(each => ($"`{each.Code.ToString(CultureInfo.InvariantCulture)}`", each.Meaning + KindsOf(each.Code)))]),
    ]);

    private static IEnumerable<(int Code, string Meaning)> ExitCodeMeanings =>
    [
        (ExitCodes.Success, "it went well"),
        (ExitCodes.Unexpected, "unexpected: please report it"),
        (ExitCodes.Usage, "what you typed cannot be meant"),
        (ExitCodes.Name, "a name could not be looked up"),
        (ExitCodes.Reach, "the peer cannot be reached"),
        (ExitCodes.Time, "a limit in time has passed"),
        (ExitCodes.Local, "this machine does not allow it, or has run out of something"),
        (ExitCodes.Broken, "the connection broke"),
        (ExitCodes.Peer, "the peer did what cannot be accepted"),
        (ExitCodes.HungUp, "the terminal has gone (SIGHUP); `serve` and `listen -k` are ended by it, and end with 0"),
        (ExitCodes.Interrupted, "Ctrl-C; `serve` and `listen -k` are ended by it, and end with 0"),
        (ExitCodes.Terminated, "SIGTERM; `serve` and `listen -k` are ended by it, and end with 0"),
    ];

    private static string KindsOf(int code)
    {
        var kinds = Enum.GetValues<NetErrorKind>().Where(kind => (int)NetErrors.BlameOf(kind) == code).Select(kind => $"`{kind}`");
        return code >= ExitCodes.Unexpected && kinds.Any() ? $" ({string.Join(", ", kinds)})" : "";
    }

    private static Section Environment { get; } = new("Environment",
    [
        new Entries(
        [
            ("`NO_COLOR`", "if set and not empty, nothing is coloured; without it, colours are for terminals only"),
            ("`TERM`", "`dumb` means a terminal without colours"),
            ("`TZ`", "the time zone in which `sock time` prints"),
        ]),
    ]);

    private static Section Files { get; } = new("Files",
    [
        new Entries(
        [
            ("`/etc/services`", "names of services; a built-in table has those that it lacks"),
            ("`/etc/hosts`", "names of hosts that the system knows without a name server"),
        ]),
    ]);
}
