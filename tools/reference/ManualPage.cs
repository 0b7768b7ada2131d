using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Sockeye.Tool;

namespace Sockeye.ReferencePages;

/// <summary>The reference as <c>man/sock.1</c>, in the macros of man(7).</summary>
internal static partial class ManualPage
{
    public static string Render(Command program, IEnumerable<Section> sections)
    {
        var page = new StringBuilder();
        page.Append(".\\\" Made by tools/reference from the program's declarations.\n");
        page.Append($".TH SOCK 1 \"\" \"{VersionText.Version}\" \"User Commands\"\n");
        page.Append(".ad l\n");
        page.Append(".SH NAME\nsock \\- talk to any socket, serve the other end, and see what was said\n");
        page.Append(".SH SYNOPSIS\n.B sock\n.I VERB\n[options] ...\n");
        foreach (var section in sections.Prepend(Description(program)))
            Append(page, section, ".SH");
        page.Append(".SH SEE ALSO\n.BR nc (1),\n.BR ncat (1),\n.BR socat (1),\n.BR curl (1),\n.BR services (5),\n.BR unix (7)\n");
        return page.ToString();
    }

    private static Section Description(Command program) => new("Description",
    [
        new Paragraph(program.Description!),
        new Entries([.. program.Subcommands.Select(verb => ($"`{verb.Name}`", verb.Summary()))]),
        new Paragraph("`sock VERB --help` shows a verb on one screen; `sock tour` shows them all at work."),
    ]);

    private static void Append(StringBuilder page, Section section, string macro)
    {
        page.Append($"{macro} {Quoted(macro == ".SH" ? section.Title.ToUpperInvariant() : section.Title)}\n");
        page.AppendJoin("", section.Blocks.Select((block, number) => (number == 0 || block is Entries ? "" : ".PP\n") + Render(block)));
        foreach (var part in section.Parts)
            Append(page, part, ".SS");
    }

    private static string Render(Block block) => block switch
    {
        Paragraph paragraph => $"{Sentences(paragraph.Text)}\n",
        Entries entries => string.Concat(entries.All.Select(entry => $".TP\n{Line(Inline(entry.Term))}\n{Sentences(Markup.Sentence(entry.Meaning))}\n")),
        Listing listing => $".EX\n{string.Join('\n', listing.Lines.Select(line => Line("  " + Literal(line))))}\n.EE\n",
        _ => throw new InvalidOperationException($"no manual page for {block}"),
    };

    /// <summary>A sentence a line, as man pages have it: the space after a full stop is then the formatter's.</summary>
    private static string Sentences(string text) => string.Join('\n', Inline(text)
        .Replace(". ", ".\n", StringComparison.Ordinal).Split('\n').SelectMany(sentence => Terminal.Wrap(sentence, Width)).Select(Line));

    private static string Inline(string text) => Markup.Render(text, Escaped, Code).Replace($"({Uncut}", @"\%(\fB", StringComparison.Ordinal);

    /// <summary>Code is bold, and what stands in it for something else is italic. <c>\%</c>: words of it are not to be cut.</summary>
    private static string Code(string code) =>
        $"{Uncut}{ValueName().Replace(Literal(code), name => $"\\fI{name.Value}\\fB").Replace(" ", " \\%", StringComparison.Ordinal)}\\fR";

    /// <summary>Hyphens of code are the character that is typed.</summary>
    private static string Literal(string code) => Escaped(code).Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("'", "\\(aq", StringComparison.Ordinal).Replace("^", "\\(ha", StringComparison.Ordinal).Replace("~", "\\(ti", StringComparison.Ordinal);

    private static string Escaped(string text) => text.Replace("\\", "\\e", StringComparison.Ordinal);

    /// <summary>A line that begins with a full stop or an apostrophe would be a command to the formatter.</summary>
    private static string Line(string text) => text is ['.' or '\'', ..] ? "\\&" + text : text;

    private static string Quoted(string title) => title.Contains(' ') ? $"\"{title}\"" : title;

    private const string Uncut = @"\fB\%";
    private const int Width = 80;

    [GeneratedRegex(@"\b(TIME|SIZE|N|HOST|PORT|ADDRESS|FILE|DIR|WHAT|LIST|VERSION|PROTOCOL|PIN|VERB|SHELL|SERVICE|URL|NAME)\b", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ValueName();
}
