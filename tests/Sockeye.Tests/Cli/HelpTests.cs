using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class HelpTests
{
    public static TheoryData<string> Verbs => [.. CommandTree.VerbNames];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_a_verb_fits_on_a_screen_and_shows_an_example(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        AssertFitsOnAScreen(result.Output);
        Assert.StartsWith($"Usage: sock {verb}", result.Output);
        Assert.Matches($"\n  .*sock {verb} .*", result.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_wins_over_whatever_else_is_typed(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--bogus", "1", "2", "3", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("")]
    public async Task The_overview_names_every_verb_on_a_line(string line)
    {
        var result = await SockProcess.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, result.ExitCode);
        AssertFitsOnAScreen(result.Output);
        foreach (var verb in CommandTree.VerbNames)
            Assert.Contains($"\n  {verb} ", result.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_tells_its_version(string verb)
    {
        var result = await SockProcess.RunAsync(verb, "--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^sock \d+\.\d+\.\d+\n$", result.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_is_completed(string verb)
    {
        var line = $"sock {verb[..^1]}";
        var result = await SockProcess.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(verb, result.Output.Split('\n'));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_option_of_a_verb_is_completed(string verb)
    {
        var line = $"sock {verb} --";
        var result = await SockProcess.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Contains("--help", result.Output.Split('\n'));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Each_shell_has_its_completions(string shell)
    {
        var result = await SockProcess.RunAsync("completions", shell);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("[suggest:", result.Output);
    }

    private static void AssertFitsOnAScreen(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 1, 40);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }
}
