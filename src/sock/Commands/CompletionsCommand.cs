using System.CommandLine;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock completions SHELL</c>: what a shell reads to complete verbs and options.</summary>
internal static class CompletionsCommand
{
    public static Verb Create()
    {
        var verb = new Verb("completions", "print a script that teaches your shell to complete sock's verbs and options",
            "source <(sock completions bash)",
            "sock completions fish > ~/.config/fish/completions/sock.fish");
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.CompletionSources.Add("bash", "zsh", "fish");
        verb.Add(shell);
        verb.Runs(command => new Settings(command.GetRequiredValue(shell)), RunAsync);
        return verb;
    }

    private sealed record Settings(string Shell);

    private static Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        Terminal.Print(settings.Shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => throw new UsageException($"no completions for '{settings.Shell}'", "There are some for bash, zsh and fish."),
        });
        return Task.FromResult(ExitCodes.Success);
    }

    private const string Bash = """
        _sock() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(sock "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _sock sock
        """;

    private const string Zsh = """
        #compdef sock
        _sock() {
            local -a words_found
            words_found=("${(@f)$(sock "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- $words_found || _files
        }
        compdef _sock sock
        """;

    private const string Fish = """
        complete -c sock -a '(sock "[suggest:"(string length (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
        """;
}
