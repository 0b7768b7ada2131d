using System.CommandLine;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock completions SHELL</c>: what a shell reads to complete verbs, options and their values.</summary>
internal static class CompletionsCommand
{
    public static Verb Create()
    {
        var verb = new Verb("completions", """
            print what your shell needs to complete verbs and options
            It completes values, too: files, names of hosts and services, and words where there are only a few.
            """,
            "source <(sock completions bash)",
            "sock completions fish > ~/.config/fish/completions/sock.fish",
            "sock completions powershell | Out-String | Invoke-Expression");
        var shell = new Argument<string>("SHELL") { Description = "`bash`, `zsh`, `fish` or `powershell`" };
        shell.CompletionSources.Add([.. Scripts.Select(script => script.Shell)]);
        verb.Add(shell);
        verb.Runs(command => new Settings(command.GetRequiredValue(shell)), RunAsync);
        return verb;
    }

    private sealed record Settings(string Shell);

    private static Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        var file = Array.Find(Scripts, script => script.Shell == settings.Shell).File
            ?? throw new UsageException($"no completions for '{settings.Shell}'", "There are some for bash, zsh, fish and powershell.");
        using var script = typeof(CompletionsCommand).Assembly.GetManifestResourceStream(file)!;
        using var text = new StreamReader(script);
        Terminal.Print(text.ReadToEnd().TrimEnd('\n'));
        return Task.FromResult(ExitCodes.Success);
    }

    // Made by tools/reference, and embedded.
    private static readonly (string Shell, string File)[] Scripts =
        [("bash", "sock.bash"), ("zsh", "_sock"), ("fish", "sock.fish"), ("powershell", "sock.ps1")];
}
