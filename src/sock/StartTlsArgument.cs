using System.CommandLine;
using Sockeye.Tls;

namespace Sockeye.Tool;

/// <summary>The option that asks for TLS after a beginning in the clear.</summary>
internal static class StartTlsArgument
{
    public static Option<StartTlsProtocol?> Create()
    {
        var option = new Option<StartTlsProtocol?>("--starttls")
        {
            Description = """
                begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres
                What the protocol wants is said; then it is at its start again, and an SMTP client says EHLO anew. A server that
                does not go over to TLS is an error, exit code 8: nothing is ever sent in the clear instead.
                """,
            HelpName = "PROTOCOL",
            CustomParser = argument =>
            {
                var text = argument.Tokens[^1].Value;
                if (Array.IndexOf(Names, text) is >= 0 and var place)
                    return (StartTlsProtocol)place;
                var meant = Spelling.Nearest(text, Names) is { } near ? $": did you mean {near}?" : "";
                argument.AddError($"--starttls takes {string.Join(", ", Names[..^1])} or {Names[^1]}, not '{text}'{meant}");
                return null;
            },
        };
        option.CompletionSources.Clear();    // the names of the members
        option.CompletionSources.Add(Names);
        return option;
    }

    /// <summary>What the ports of a protocol usually are.</summary>
    public static string PortsOf(StartTlsProtocol protocol) => protocol switch
    {
        StartTlsProtocol.Smtp => "25 or 587",
        StartTlsProtocol.Imap => "143",
        StartTlsProtocol.Pop3 => "110",
        StartTlsProtocol.Ftp => "21",
        _ => "5432",
    };

    /// <summary>A line that was said in the clear: <c>> STARTTLS</c>.</summary>
    public static string InWords(StartTlsLine line) => Terminal.Harmless($"{(line.IsOurs ? '>' : '<')} {line.Text}");

    // In the order of the members, whose own names are looked for by reflection, at each start.
    private static readonly string[] Names = ["smtp", "imap", "pop3", "ftp", "postgres"];
}
