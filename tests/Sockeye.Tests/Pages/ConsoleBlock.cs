namespace Sockeye.Tests.Pages;

/// <summary>A command of a page and what the terminal shows then.</summary>
/// <param name="Command">What is typed; null where a block goes on with what a running program shows.</param>
/// <param name="Line">The number of the command's line.</param>
/// <param name="Shown">The lines that follow, with their numbers.</param>
internal sealed record ConsoleStep(string? Command, int Line, IReadOnlyList<(int Number, string Text)> Shown);

/// <summary>A block of kind <c>console</c>, as the script of one terminal.</summary>
/// <param name="Source">The block.</param>
/// <param name="Steps">Its commands, in order.</param>
/// <param name="Typed">What is typed into its running programs, in order.</param>
internal sealed record ConsoleBlock(PageBlock Source, IReadOnlyList<ConsoleStep> Steps, IReadOnlyList<string> Typed)
{
    /// <summary>The blocks of a page that are replayed.</summary>
    public static IEnumerable<ConsoleBlock> In(Page page) => page.Blocks
        .Where(block => block.Language == "console" && string.IsNullOrEmpty(block.Remark("not replayed")))
        .Select(block => new ConsoleBlock(block, [.. StepsIn(block)], [.. TypedInto(block)]));

    /// <summary>Which terminal it is typed at.</summary>
    public string Terminal => Source.Word;

    /// <summary>Whether it begins with what an earlier command of its terminal shows next.</summary>
    public bool GoesOn => Steps is [{ Command: null }, ..];

    private static IEnumerable<ConsoleStep> StepsIn(PageBlock block)
    {
        var lines = block.Lines.Select((text, index) => (Number: block.Line + 1 + index, Text: text)).ToList();
        for (var next = 0; next < lines.Count;)
        {
            var commandLines = IsCommand(lines[next].Text) ? 1 + lines.Skip(next).TakeWhile(line => line.Text.EndsWith('\\')).Count() : 0;
            var command = string.Join('\n', lines.Skip(next).Take(commandLines).Select(line => line.Text));
            var shown = lines.Skip(next + commandLines).TakeWhile(line => !IsCommand(line.Text)).ToList();
            yield return new ConsoleStep(commandLines > 0 ? command[Prompt.Length..] : null, lines[next].Number, shown);
            next += commandLines + shown.Count;
        }
    }

    private static IEnumerable<string> TypedInto(PageBlock block) =>
        block.Remark("types")?.Split('|').Select(item => item.Trim()).Where(item => item != Keys.Interrupt) ?? [];

    private static bool IsCommand(string line) => line.StartsWith(Prompt, StringComparison.Ordinal);

    /// <summary>What a shell shows when it waits for a command.</summary>
    public const string Prompt = "$ ";
}

/// <summary>Keys that are written with a hat.</summary>
internal static class Keys
{
    /// <summary>Ends a program; shown by the terminal, so its place in a block is where it is shown.</summary>
    public const string Interrupt = "^C";

    /// <summary>Ends input; not shown.</summary>
    public const string EndOfInput = "^D";
}
