using System.CommandLine;
using System.Text;
using Sockeye.Tool;

namespace Sockeye.ReferencePages;

/// <summary>The reference as <c>docs/cli.md</c>.</summary>
internal static class MarkdownPage
{
    public static string Render(Command program, IEnumerable<Section> sections)
    {
        var page = new StringBuilder(Beginning);
        page.Append($"```console\n$ sock --help\n{HelpText.OfProgram(program)}\n```\n");
        foreach (var section in sections)
            Append(page, section, "##");
        return page.ToString();
    }

    private static void Append(StringBuilder page, Section section, string level)
    {
        page.Append($"\n{level} {section.Title}\n");
        foreach (var block in section.Blocks)
            page.Append('\n').Append(Render(block));
        foreach (var part in section.Parts)
            Append(page, part, level + "#");
    }

    private static string Render(Block block) => block switch
    {
        Paragraph paragraph => Wrapped(Inline(paragraph.Text), indent: ""),
        Entries entries => string.Concat(entries.All.Select(entry => Wrapped($"- {entry.Term}: {Inline(entry.Meaning)}", indent: "  "))),
        Listing listing => $"```text\n{string.Join('\n', listing.Lines)}\n```\n",
        _ => throw new InvalidOperationException($"no Markdown for {block}"),
    };

    private static string Inline(string text) => Markup.Render(text, Escaped, code => $"`{code}`");

    private static string Escaped(string prose) =>
        string.Concat(prose.Select(c => c is '*' or '_' or '[' or ']' or '<' or '\\' ? $"\\{c}" : c.ToString()));

    private static string Wrapped(string text, string indent) =>
        string.Join('\n', Terminal.Wrap(text, Width - indent.Length).Select((line, number) => number == 0 ? line : indent + line)) + "\n";

    private const string Beginning = """
        <!-- Made from the program's declarations: edit those in src/sock, then run  dotnet run --project tools/reference -->

        # The command line

        With this page you find the verb, option or exit code that you need. `sock VERB --help` shows a verb on one screen, `sock
        help VERB` says of it what stands here, and `man sock` has it all once `./install` has put it there. Ideas have pages of
        their own: [addresses and names](addresses.md), [how sessions end](sessions.md), [errors](errors.md).


        """;

    private const int Width = 120;
}
