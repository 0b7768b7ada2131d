using System.CommandLine;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>Each shell completes what is typed.</summary>
public class CompletionTests
{
    public static TheoryData<string> Shells => ["bash", "zsh", "fish", "pwsh"];

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Shells))]
    public async Task Verbs_values_services_and_files_are_completed(string shell)
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("pages"));
        await File.WriteAllTextAsync(scratch.File("page.html"), "", TestContext.Current.CancellationToken);
        (string Line, string[] Expected)[] cases =
        [
            ("sock conn", ["connect"]),
            ("sock help res", ["resolve"]),
            ("sock connect --datagrams ", ["line", "nul", "read", "whole"]),
            ("sock connect --datagrams=wh", ["--datagrams=whole"]),
            ("sock completions p", ["powershell"]),
            ("sock serve echo gree", ["greeting"]),
            ("sock connect localho", ["localhost"]),
            ("sock connect udp://localho", ["udp://localhost"]),
            ("sock connect -w 5 localhost gophe", ["gopher"]),
            ("sock connect localhost:gophe", ["localhost:gopher"]),
            ("sock time --port gophe", ["gopher"]),
            ("sock get -o page.", ["page.html"]),
            ("sock scan localhost gophe", ["gopher"]),
        ];
        var proposals = await CompletingShell.CompleteAsync(shell, scratch.Directory, [.. cases.Select(each => each.Line)]);
        Assert.Equal(cases.Select(each => $"{each.Line}: {string.Join(' ', each.Expected)}"),
            cases.Zip(proposals, (each, words) => $"{each.Line}: {string.Join(' ', words.Select(word => word.Replace("./", "", StringComparison.Ordinal)))}"));
    }

    /// <summary>PowerShell does that by itself.</summary>
    [Theory(Timeout = HangGuard)]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Unix_sockets_and_directories_are_completed_as_paths(string shell)
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("run"));
        await File.WriteAllTextAsync(scratch.File("run.log"), "", TestContext.Current.CancellationToken);
        var proposals = await CompletingShell.CompleteAsync(shell, scratch.Directory,
            "sock serve --root ru", "sock connect -U run.", "sock connect unix:run.", $"sock connect unix:{scratch.Directory}/run.");
        Assert.Equal(
            [["run"], ["run.log"], ["unix:run.log"], [$"unix:{scratch.Directory}/run.log"]],
            proposals.Select(words => words.Select(word => word.TrimEnd('/')).ToArray()));
    }

    [Theory(Timeout = HangGuard)]
    [MemberData(nameof(Shells))]
    public async Task Every_verb_and_every_option_is_completed(string shell)
    {
        Verb[] verbs = [.. CommandTree.CreateRoot().Subcommands.Cast<Verb>()];
        var proposals = await CompletingShell.CompleteAsync(shell, Repository.Root, ["sock ", .. verbs.Select(verb => $"sock {verb.Name} --")]);
        Assert.Equal(verbs.Select(verb => verb.Name).Order(StringComparer.Ordinal), proposals[0].Where(word => word[0] != '-'));
        foreach (var (verb, words) in verbs.Zip(proposals.Skip(1)))
            Assert.Equal($"{verb.Name} {string.Join(' ', LongOptions(verb))}", $"{verb.Name} {string.Join(' ', words)}");
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public async Task The_program_prints_them_for_each_shell(string shell)
    {
        var result = await SockProcess.RunAsync("completions", shell);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("tools/reference", result.Output);
    }

    private static IEnumerable<string> LongOptions(Verb verb) => verb.Options.SelectMany(option => option.Aliases.Append(option.Name))
        .Where(name => name.StartsWith("--", StringComparison.Ordinal)).Union(["--help", "--version"]).Order(StringComparer.Ordinal);

    private const int HangGuard = 240_000;
}
