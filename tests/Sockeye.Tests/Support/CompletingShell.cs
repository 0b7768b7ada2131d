using System.Text.RegularExpressions;

namespace Sockeye.Tests.Support;

/// <summary>Shells that have read sock's completions and complete as they do for a person at the keyboard.</summary>
internal static partial class CompletingShell
{
    /// <summary>What the shell proposes for the last word of each line, in order; its current directory is <paramref name="directory"/>.</summary>
    public static async Task<IReadOnlyList<string[]>> CompleteAsync(string shell, string directory, params string[] lines)
    {
        Peers.Require(shell);
        var proposals = shell switch
        {
            "bash" => await TypeAsync("bash --norc --noprofile", Bash, directory, lines),
            "zsh" => await TypeAsync("zsh -f", Zsh, directory, lines),
            "fish" => await AskAsync(["fish", "--no-config", "-c", Fish, .. lines], directory),
            _ => await AskAsync(["pwsh", "-NoProfile", "-CommandWithArgs", PowerShell, .. lines], directory),
        };
        return [.. proposals.Select(words => words.Order(StringComparer.Ordinal).ToArray())];
    }

    /// <summary>Types each line into the shell with the key that puts in everything that is proposed, and Enter:
    /// <c>sock</c> is then a function that shows the words it is given.</summary>
    private static async Task<IReadOnlyList<string[]>> TypeAsync(string shell, string preparation, string directory, string[] lines)
    {
        var proposals = new List<string[]>();
        await using var terminal = Start(["script", "--quiet", "--flush", "--command", $"env -C '{directory}' {shell}", "/dev/null"]);
        await terminal.WriteAsync($"stty cols 200; {preparation}\n{ShowingWords}\nsock\n");
        await terminal.WaitForOutputLineAsync("<1>");
        foreach (var line in lines)
        {
            var shown = terminal.Output.Length;
            await terminal.WriteAsync($"{line}{AllProposals}\n");
            await terminal.WaitForOutputLineAsync($"<{proposals.Count + 2}>");
            var words = ShownWord().Matches(terminal.Output[shown..]).Select(match => match.Groups["word"].Value);
            proposals.Add([.. words.Skip(line.Split(' ').Length - 2)]);
        }
        return proposals;
    }

    /// <summary>Runs a shell that prints its proposals for all lines, a line with <c>.</c> after each.</summary>
    private static async Task<IReadOnlyList<string[]>> AskAsync(string[] command, string directory)
    {
        await using var shell = Start(["env", "-C", directory, .. command]);
        shell.EndInput();
        var result = await shell.WaitAsync();
        return [.. result.Output.Split(".\n")[..^1].Select(proposals => proposals.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
    }

    private static RunningProgram Start(string[] command) => RunningProgram.Start(command[0], command[1..], new Dictionary<string, string>
    {
        ["PATH"] = $"{Path.GetDirectoryName(SockProcess.Binary)}:{Environment.GetEnvironmentVariable("PATH")}",
        ["TERM"] = "dumb",
    });

    [GeneratedRegex(@"^\[(?<word>.*)\]\r$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ShownWord();

    private const string AllProposals = "\e*";

    private const string ShowingWords =
        """n=0; sock() { if [ "$1" = port ] && [ "$2" = --search ]; then command sock "$@"; else printf '[%s]\n' "$@"; n=$((n + 1)); echo "<$n>"; fi; }""";

    private const string Bash = "set +o history; source <(sock completions bash)";

    private const string Zsh = """
        autoload -U compinit; compinit -u -D; source <(sock completions zsh); zle -C all complete-word _generic; bindkey '\e*' all; zstyle ':completion:all::::' completer _all_matches _complete; zstyle ':completion:all:*' insert true
        """;

    private const string Fish = """
        source (sock completions fish | psub)
        for line in $argv
            complete -C $line | string replace -r '\t.*' ''
            echo .
        end
        """;

    private const string PowerShell = """
        sock completions powershell | Out-String | Invoke-Expression
        foreach ($line in $args) { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText; '.' }
        """;
}
