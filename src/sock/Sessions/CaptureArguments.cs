using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace Sockeye.Tool.Sessions;

/// <summary>The options that keep what was said.</summary>
internal sealed class CaptureArguments
{
    private readonly Option<string?> _output = CommonOptions.Text("--output", "FILE", "write what comes into FILE as well\nA file that is there is overwritten, unless `--append` is given.", "-o");
    private readonly Option<string?> _hexDump = new("--hex-dump", "-x")
    {
        Description =
            """
            show every byte in FILE, or with `-` on standard error
            A line has the direction (`>` sent, `<` come), the time since the start, the offset in that direction, sixteen
            bytes in hexadecimal, and what of them can be printed. With `-k` it begins with the peer's address. What is
            shown is what is carried: without TLS and telnet commands.
            """,
        HelpName = "FILE",
        CustomParser = ParseFile,
    };

    private readonly Option<bool> _append = CommonOptions.Flag("--append", "add to the FILE of `-o` and `-x`\nElse it is overwritten.");

    /// <summary>Declares them on a verb.</summary>
    public CaptureArguments(Verb verb) => verb.AddSeldomUsed(_output, _hexDump, _append);

    /// <summary>What is to be kept where.</summary>
    public CaptureSettings Settle(ParseResult command)
    {
        var settings = new CaptureSettings(command.GetValue(_output), command.GetValue(_hexDump), command.GetValue(_append));
        return settings is not { Append: true, Output: null, HexDump: null or DumpFile.StandardError }
            ? settings
            : throw new UsageException("--append is for the FILE of -o or -x, and there is none");
    }

    /// <summary><c>-x</c> once took no FILE: the address behind it would be taken for one, and what follows for the address.</summary>
    private static string? ParseFile(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (text == "localhost" || text.All(char.IsAsciiDigit) || IPAddress.TryParse(text, out _) || Address.TryParse(text, out _))
            argument.AddError($"-x takes a FILE, or '-' for standard error; './{text}' is a file of that name");
        return text;
    }
}

/// <summary>What is kept of conversations.</summary>
/// <param name="Output">Where what comes is written as well; null for nowhere.</param>
/// <param name="HexDump">Where every byte is shown; null for nowhere.</param>
/// <param name="Append">Whether files grow, and are not written anew.</param>
internal sealed record CaptureSettings(string? Output, string? HexDump, bool Append);
