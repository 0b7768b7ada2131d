using System.Text.RegularExpressions;
using Sockeye.Tests.Support;

namespace Sockeye.Tests.Pages;

/// <summary>Types a page's commands, block by block, and holds the terminals to what the page shows.</summary>
internal sealed partial class Replay(Stage stage, IReadOnlyList<ConsoleBlock> blocks)
{
    /// <summary>Types the page; a terminal that shows something else is a <see cref="PageMismatchException"/>.</summary>
    public static async Task RunAsync(Page page)
    {
        var blocks = ConsoleBlock.In(page).ToList();
        var commands = blocks.SelectMany(block => block.Steps).Select(step => step.Command ?? "").ToList();
        foreach (var peer in commands.SelectMany(command => Peer.Matches(command)).Select(match => match.Value).Distinct(StringComparer.Ordinal))
            Peers.Require(peer);
        await using var stage = await Stage.OpenAsync(commands, forgiving: OnlyShows);
        var replay = new Replay(stage, blocks);
        for (var index = 0; index < blocks.Count; index++)
            await replay.RunBlockAsync(index);
    }

    private async Task RunBlockAsync(int index)
    {
        var block = blocks[index];
        try
        {
            var terminal = await stage.TerminalAsync(block.Terminal);
            var before = terminal.Position;
            await TypeAsync(block, terminal);
            await EndAsync(index, terminal);
            if (OnlyShows)
                Console.WriteLine($"--- {block.Source.Place} {block.Terminal}\n{terminal.TranscriptFrom(before)}\n");
        }
        catch (PageMismatchException mismatch)
        {
            throw new PageMismatchException($"{block.Source.Place}, terminal '{block.Terminal}', {mismatch.Message}");
        }
    }

    private static async Task TypeAsync(ConsoleBlock block, PageTerminal terminal)
    {
        var typed = new Queue<string>(block.Typed);
        foreach (var step in block.Steps)
        {
            if (step.Command is { } command)
            {
                await terminal.FinishAsync();
                await terminal.TypeCommandAsync(step.Line, command);
            }
            await terminal.TypeAsync(EndOfInput(typed));
            foreach (var (number, text) in step.Shown)
                await ShowAsync(terminal, number, text, typed);
        }
        if (typed.TryPeek(out var left))
            throw new PageMismatchException($"no line of the block shows where '{left}' is typed");
    }

    /// <summary>A line is shown by a program, or typed in part: then once what stands before it is shown.</summary>
    private static async Task ShowAsync(PageTerminal terminal, int number, string text, Queue<string> typed)
    {
        if (text.IndexOf(Keys.Interrupt, StringComparison.Ordinal) is >= 0 and var interrupt)
        {
            await terminal.WaitUntilShownAsync(number, text[..interrupt]);
            await terminal.TypeAsync("\x03");
        }
        else if (typed.TryPeek(out var item) && (item.Length == 0 ? text.Length == 0 : text.EndsWith(item, StringComparison.Ordinal)))
        {
            await terminal.WaitUntilShownAsync(number, text[..^item.Length]);
            await terminal.TypeAsync(typed.Dequeue() + "\n" + EndOfInput(typed));
        }
        terminal.Expect(number, text);
    }

    /// <summary>It is pressed together with what it follows: what the program answers to that cannot come in between.</summary>
    private static string EndOfInput(Queue<string> typed)
    {
        var keys = "";
        for (; typed.TryPeek(out var item) && item == Keys.EndOfInput; typed.Dequeue())
            keys += "\x04";
        return keys;
    }

    /// <summary>The block's last command has ended if the terminal's next block begins with a command; it runs on if that
    /// one begins with what it shows.</summary>
    private async Task EndAsync(int index, PageTerminal terminal)
    {
        var next = blocks.Skip(index + 1).FirstOrDefault(block => block.Terminal == blocks[index].Terminal);
        if (next is { GoesOn: true })
        {
            await terminal.WaitUntilShownAsync();
        }
        else if (next is not null)
        {
            await terminal.FinishAsync();
        }
        else
        {
            await terminal.WaitUntilShownAsync();
            await terminal.FinishOrLeaveRunningAsync(ToEnd);
        }
    }

    /// <summary>With PAGES_SHOW=1 nothing is compared: each block is printed as the terminal shows it, to be put on the page.</summary>
    private static bool OnlyShows => Environment.GetEnvironmentVariable("PAGES_SHOW") is "1";

    /// <summary>How long a terminal's last command may take to end after it has shown everything, before it counts as left running.</summary>
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(2);

    [GeneratedRegex(@"(?<![\w./-])(ncat|socat|nc\.openbsd|nc\.traditional|telnet|curl|busybox|openssl|rdate|haproxy|tmux|strace|lsof|zsh|fish|man)(?=\s)")]
    private static partial Regex Peer { get; }
}
