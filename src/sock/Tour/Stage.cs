namespace Sockeye.Tool.Tour;

/// <summary>Plays conversations, shows both sides of each, and remembers which did not go as they should.</summary>
internal sealed class Stage(TourServices services, CancellationToken cancel)
{
    public TourServices Services => services;

    public CancellationToken Cancel => cancel;

    /// <summary>How many checks went well, and how many did not.</summary>
    public int Right { get; private set; }

    public int Wrong { get; private set; }

    public void Title(int number, string text)
    {
        Terminal.Print("");
        Terminal.Print(Paint($"{number,2}  {text}", Colour.Bold));
    }

    /// <summary>Runs <c>sock</c> with a line of input, shows what both sides said, and checks how it ended.</summary>
    /// <param name="commandLine">What a person would type after <c>sock</c>; blanks separate.</param>
    /// <param name="input">What it gets as standard input.</param>
    /// <param name="exitCode">What it should end with.</param>
    /// <param name="expect">What it should print or say.</param>
    public async Task SockAsync(string commandLine, string input = "", int exitCode = ExitCodes.Success, string expect = "")
    {
        ShowCommand(commandLine, input);
        await using var run = SockRun.Start(commandLine.Split(' '));
        await WithinLimitAsync(async limited =>
        {
            await run.EnterAsync(input, limited);
            var result = await run.FinishAsync(limited);
            var conversation = await services.Transcript.TakeAsync(limited);
            Show(conversation);
            if (conversation.Count == 0 || conversation.Any(Transcript.IsBinary))
                Show("prints", result.Output, Colour.Plain);
            Show("says", result.Error, Colour.Faint);
            CheckEnd(result, exitCode, expect);
        });
    }

    /// <summary>Holds a conversation in this program itself, shows what both sides said, and checks the outcome.</summary>
    public async Task TalkAsync(string what, Func<Task<bool>> talk)
    {
        Terminal.Print($"    {Paint($"# {what}", Colour.Ours)}");
        await WithinLimitAsync(async limited =>
        {
            var right = await talk().WaitAsync(limited);
            Show(await services.Transcript.TakeAsync(limited));
            Check(right, right ? "as it should be" : "not as it should be");
        });
    }

    /// <summary>Whatever goes wrong is one conversation's matter; the others follow.</summary>
    private async Task WithinLimitAsync(Func<CancellationToken, Task> play)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        try
        {
            await play(limit.Token);
        }
        catch (NetException error)
        {
            Check(false, error.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Check(false, $"did not end within {Duration.InWords(Limit)}");
        }
    }

    public void ShowCommand(string commandLine, string input)
    {
        var typed = input.Length == 0 ? "" : $"echo {Quoted(input.TrimEnd('\n'))} | ";
        Terminal.Print($"    {Paint($"$ {typed}sock {commandLine}", Colour.Ours)}");
    }

    public void Show(string who, string text, Colour colour)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var part in Terminal.Wrap(line, TextWidth))
            {
                Line(who, part, colour);
                who = "";
            }
        }
    }

    /// <summary>Waits for a run that was started beside another, shows what it printed, and checks how it ended.</summary>
    public Task FinishAsync(SockRun run, string expect) => WithinLimitAsync(async limited =>
    {
        var result = await run.FinishAsync(limited);
        Show("other", result.Output, Colour.Plain);
        Show("says", result.Error, Colour.Faint);
        CheckEnd(result, ExitCodes.Success, expect);
    });

    private void CheckEnd(SockResult result, int exitCode, string expect)
    {
        var said = (result.Output + result.Error).Contains(expect, StringComparison.Ordinal);
        Check(result.ExitCode == exitCode && said, result.ExitCode != exitCode
            ? $"ended with {result.ExitCode}, and {exitCode} was expected"
            : said ? $"exit code {exitCode}" : $"did not say '{expect}'");
    }

    private void Show(IReadOnlyList<Utterance> conversation)
    {
        foreach (var (index, said) in conversation.Index())
        {
            if (index > 0 && conversation[index - 1].Conversation != said.Conversation)
                Terminal.Print("");
            var (who, colour) = said.Speaker == Speaker.Client ? ("client", Colour.Ours) : ("server", Colour.Theirs);
            foreach (var line in Transcript.Render(said))
            {
                Line(who, line.Length <= TextWidth ? line : $"{line[..(TextWidth - 3)]}...", colour);
                who = "";
            }
        }
    }

    private void Check(bool right, string outcome)
    {
        if (right)
            Right++;
        else
            Wrong++;
        Line(right ? "ok" : "WRONG", outcome, right ? Colour.Good : Colour.Error);
    }

    private static void Line(string who, string text, Colour colour) =>
        Terminal.Print($"    {Paint(who.PadRight(LabelWidth), colour)}{Paint(Terminal.Harmless(text), colour == Colour.Faint ? colour : Colour.Plain)}");

    private static string Paint(string text, Colour colour) => Terminal.PaintOutput(text, colour);

    private static string Quoted(string text) => text.All(char.IsLetterOrDigit) ? text : $"'{text}'";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const int LabelWidth = 8;
    private const int TextWidth = 80 - 4 - LabelWidth;
}
