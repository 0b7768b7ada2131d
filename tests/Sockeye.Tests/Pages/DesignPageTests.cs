using System.Text.RegularExpressions;
using Sockeye.Tests.Support;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The page on design says why of each default of the program.</summary>
public partial class DesignPageTests
{
    private static readonly IReadOnlyList<string[]> Rows = PageTable.Under(Page.Named("docs/design.md"), "## Defaults");

    [Fact]
    public void Every_default_of_an_option_has_its_reason() => Findings.AssertNone(
        from verb in CommandTree.VerbNames
        from option in CommandTree.Parse([verb]).CommandResult.Command.Options
        where Default.Match(option.Description ?? "") is { Success: true }
        let standard = Default.Match(option.Description!).Groups["value"].Value
        where !Rows.Any(cells => cells.Length == 3 && cells[0].Contains($"`{verb} {option.Name}`", StringComparison.Ordinal)
            && cells[1].Contains(standard, StringComparison.Ordinal) && cells[2].Length > 0)
        select $"'{verb} {option.Name}' with its default {standard} has no row under \"## Defaults\"");

    [Fact]
    public void Every_option_that_is_named_is_there() => Findings.AssertNone(
        from cells in Rows
        from named in NamedOption.Matches(cells[0])
        where CommandTree.Parse([named.Groups["verb"].Value]).CommandResult.Command.Options.All(option => option.Name != named.Groups["option"].Value)
        select $"there is no {named.Value}");

    [GeneratedRegex(@"\(default (?<value>[^ ,)]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Default { get; }

    [GeneratedRegex(@"`(?<verb>\w+) (?<option>--[\w-]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedOption { get; }
}
