using Sockeye.Tests.Support;

namespace Sockeye.Tests.Pages;

/// <summary>A terminal of 80 by 24 with a shell, and what a page says that it shows.</summary>
/// <param name="shell">The shell.</param>
/// <param name="forgiving">Whether it may show anything else.</param>
internal sealed class PageTerminal(RunningProgram shell, bool forgiving) : IAsyncDisposable
{
    private readonly TimeSpan _patience = forgiving ? TimeSpan.FromSeconds(20) : RunningProgram.HangGuard;
    private Expectation _expected = new();
    private string _command = "";
    private int _start;

    /// <summary>Before each prompt stands a character that no program prints.</summary>
    private const string PromptMark = "\u001e";

    /// <summary>The whole prompt.</summary>
    public const string Prompt = PromptMark + ConsoleBlock.Prompt;

    /// <summary>Whether the shell waits for a command, and all that it showed before has been compared.</summary>
    public bool IsFree { get; private set; }

    /// <summary>How much it has been sent, for <see cref="TranscriptFrom"/>: the prompt that stands there already is not counted.</summary>
    public int Position => shell.Output.EndsWith(Prompt, StringComparison.Ordinal) ? shell.Output.Length - Prompt.Length : shell.Output.Length;

    /// <summary>What it has shown since that position, without the prompt that now waits.</summary>
    public string TranscriptFrom(int position)
    {
        var sent = shell.Output[position..Math.Max(position, Position)].Replace(PromptMark, "", StringComparison.Ordinal);
        return string.Join('\n', Screen.LinesOf(sent)).TrimEnd('\n');
    }

    /// <summary>What is shown since the last command.</summary>
    private IReadOnlyList<string> Shown => Screen.LinesOf(Sent.Split(PromptMark)[0]);

    /// <summary>Waits for the shell's first prompt.</summary>
    public async Task OpenAsync() => IsFree = await BecomesAsync(() => HasPrompt, _patience);

    /// <summary>Types a command at the prompt.</summary>
    public async Task TypeCommandAsync(int line, string command)
    {
        var echo = command.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n";
        var prompt = shell.Output.IndexOf(Prompt, _start, StringComparison.Ordinal) + Prompt.Length;
        (_command, _expected, IsFree) = ($"line {line}: $ {command}", new Expectation(), false);
        await TypeAsync(command + "\n");
        if (!await BecomesAsync(() => shell.Output.Length >= prompt + echo.Length, _patience))
            throw new PageMismatchException($"{_command}\nthe terminal does not take it; it shows:\n{shell.Output}");
        _start = prompt + echo.Length;
    }

    /// <summary>Presses keys.</summary>
    public Task TypeAsync(string keys) => shell.WriteAsync(keys);

    /// <summary>The page says that this is shown next.</summary>
    public void Expect(int line, string text) => _expected.Add(line, text);

    /// <summary>Waits until all that the page says so far is shown.</summary>
    public Task WaitUntilShownAsync() => WaitUntilShownAsync(_expected);

    /// <summary>The same, and behind it the beginning of a line in which something is typed.</summary>
    public Task WaitUntilShownAsync(int line, string beginning) =>
        WaitUntilShownAsync(beginning.Length == 0 ? _expected : _expected.With(line, beginning));

    /// <summary>Waits for the command's end; it must have shown what the page says and nothing else.</summary>
    public async Task FinishAsync()
    {
        if (IsFree)
            return;
        IsFree = await BecomesAsync(() => HasPrompt || !StillFits(_expected), _patience) && HasPrompt;
        Demand(_expected, agreement => agreement.Exact);
        if (!IsFree && !forgiving)
            throw new PageMismatchException($"{_command}\ndoes not end. Does something have to be typed? The terminal shows:\n{Indented(Shown)}");
    }

    /// <summary>The last command may go on running, but shows nothing that the page does not say.</summary>
    public async Task FinishOrLeaveRunningAsync(TimeSpan time)
    {
        if (IsFree || await BecomesAsync(() => HasPrompt, time))
            await FinishAsync();
        else
            Demand(_expected, agreement => agreement.Exact);
    }

    public ValueTask DisposeAsync() => shell.DisposeAsync();

    private async Task WaitUntilShownAsync(Expectation expected)
    {
        await BecomesAsync(() => HasPrompt || expected.CompareWith(Shown).Shown || !StillFits(expected), _patience);
        Demand(expected, agreement => agreement.Shown);
    }

    private void Demand(Expectation expected, Func<Agreement, bool> isMet)
    {
        if (!forgiving && !isMet(expected.CompareWith(Shown)))
            throw Mismatch(expected);
    }

    private bool StillFits(Expectation expected) => forgiving || expected.CompareWith(Shown).WrongLine is null;

    private PageMismatchException Mismatch(Expectation expected)
    {
        var shown = Shown;
        var agreement = expected.CompareWith(shown);
        var (page, wrong) = (expected.At(agreement.Furthest), agreement.WrongLine is { } index ? shown[index] : null);
        return new PageMismatchException($"""
            {_command}
            line {page?.Number.ToString() ?? "after the block"}, the page: {page?.Text ?? "(nothing more)"}
            the terminal:   {wrong ?? (HasPrompt ? "(nothing more)" : "(nothing more, and the command still runs)")}
            all that the terminal shows:
            {Indented(shown)}
            """);
    }

    private static string Indented(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => "    " + line));

    private string Sent => shell.Output[_start..];

    private bool HasPrompt => Sent.Contains(Prompt, StringComparison.Ordinal);

    private Task<bool> BecomesAsync(Func<bool> expected, TimeSpan time) => shell.OutputBecomesAsync(_ => expected(), time);
}

/// <summary>A terminal does not show what the page says.</summary>
internal sealed class PageMismatchException(string message) : Exception(message);
