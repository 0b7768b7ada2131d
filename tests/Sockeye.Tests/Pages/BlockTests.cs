using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>All commands that a reader types stand where the replay finds them.</summary>
public class BlockTests
{
    public static IEnumerable<TheoryDataRow<string>> Pages => Page.Where(_ => true);

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_command_hides_in_another_kind_of_block(string page) => Findings.AssertNone(HiddenCommands(Page.Named(page)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_says_its_kind(string page) => Findings.AssertNone(
        Page.Named(page).Blocks.Where(block => block.Language.Length == 0).Select(block => $"{block.Place}: console, csharp, text, ...?"));

    [Theory]
    [InlineData("```text", "$ sock tour", "```")]
    [InlineData("```bash", "sock tour", "```")]
    [InlineData("", "    ./sock tour", "")]
    public void A_hidden_command_is_found(params string[] lines) => Assert.Single(HiddenCommands(new Page("docs/new.md", lines)));

    private static IEnumerable<string> HiddenCommands(Page page) =>
    [
        .. page.Blocks.Where(block => block.Language != "console").SelectMany(Hidden),
        .. page.Prose().Where(line => line.Text.StartsWith("    ", StringComparison.Ordinal) && IsCommand(line.Text))
            .Select(line => Misplaced(page.Name, line.Number, line.Text)),
    ];

    private static IEnumerable<string> Hidden(PageBlock block) => Shells.Contains(block.Language)
        ? [$"{block.Place}: '{block.Language}' holds commands; write ```console with '$ ' before each"]
        : block.Lines.Index().Where(line => IsCommand(line.Item))
            .Select(line => Misplaced(block.Page.Name, block.Line + 1 + line.Index, line.Item));

    private static string Misplaced(string page, int line, string text) => $"{page}:{line}: a command belongs in a console block: {text.Trim()}";

    private static bool IsCommand(string line) =>
        line.TrimStart() is var text && (text.StartsWith("$ ", StringComparison.Ordinal) || text.StartsWith("./", StringComparison.Ordinal));

    private static readonly string[] Shells = ["sh", "bash", "shell", "zsh", "fish", "shell-session", "shellsession", "terminal"];
}
