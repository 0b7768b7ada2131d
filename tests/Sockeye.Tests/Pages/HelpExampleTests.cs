using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>Every example that help shows is typed.</summary>
[Collection(nameof(Checkout))]
public class HelpExampleTests
{
    private static readonly Page Examples = Page.Read("tests/Sockeye.Tests/Pages/HelpExamples.md");

    [Fact]
    public void Every_example_of_help_is_on_the_page() => Findings.AssertNone(
        CommandTree.VerbNames.Select(CommandTree.Find).SelectMany(verb => verb.Examples).Select(CommandOf)
            .Except(Examples.Blocks.SelectMany(block => block.Lines).Where(line => line.StartsWith(ConsoleBlock.Prompt, StringComparison.Ordinal))
                .Select(line => line[ConsoleBlock.Prompt.Length..]))
            .Select(example => $"{Examples.Name} does not type: {example}"));

    [Fact(Timeout = 600_000)]
    public Task The_page_shows_what_a_terminal_shows() => Replay.RunAsync(Examples);

    /// <summary>An example without the remark behind it.</summary>
    private static string CommandOf(string example) => example.Split("  ")[0];
}
