using System.Reflection;
using System.Text.RegularExpressions;
using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The page on errors has every kind and every exit code, and says of each what is so.</summary>
public partial class ErrorPageTests
{
    private static readonly Page Errors = Page.Named("docs/errors.md");

    [Fact]
    public void The_table_of_kinds_is_the_library_s() => Assert.Equal(
        Enum.GetValues<NetErrorKind>().Select(kind =>
            $"`{kind}` `{NetErrors.BlameOf(kind)}` {ExitCodes.Of(new NetException(kind, NetOperation.Read, "why"))} {(NetErrors.IsTransient(kind) ? "yes" : "no")}"),
        PageTable.Under(Errors, "## Every kind").Select(cells => string.Join(' ', cells[..4])));

    [Fact]
    public void Every_kind_is_explained_under_its_exit_code() => Assert.Equal(
        Enum.GetValues<NetErrorKind>().Select(kind => (kind.ToString(), Code: ExitCodes.Of(new NetException(kind, NetOperation.Read, "why"))))
            .OrderBy(kind => kind.Code),
        Sections().SelectMany(section => PageTable.LinesUnder(Errors, section.Heading)
                .Where(line => line.StartsWith("- **", StringComparison.Ordinal))
                .SelectMany(line => KindInBold.Matches(line)).Select(kind => (kind.Groups["kind"].Value, section.Code)))
            .OrderBy(kind => kind.Code));

    [Fact]
    public void Every_exit_code_is_on_the_page() => Assert.Equal(
        typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(code => (int)code.GetRawConstantValue()!).Order(),
        Sections().Select(section => section.Code)
            .Concat(PageTable.Under(Errors, TheOthers).Select(cells => int.Parse(cells[0])))
            .Distinct().Order());

    [Fact]
    public void Every_property_of_an_error_is_listed() => Assert.Equal(
        typeof(NetException).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(property => property.Name).Append(nameof(Exception.InnerException)).Order(StringComparer.Ordinal),
        PageTable.Under(Errors, "# Errors").SelectMany(cells => InCode.Matches(cells[0])).Select(name => name.Groups["word"].Value)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Every_operation_is_listed() => Assert.Equal(
        Enum.GetNames<NetOperation>(),
        InCode.Matches(PageTable.Under(Errors, "# Errors").Single(cells => cells[0] == "`Operation`")[1]).Select(name => name.Groups["word"].Value));

    /// <summary>The unexpected stands with the others: there is little to say of it.</summary>
    private static IEnumerable<(string Heading, int Code)> Sections() => PageTable.HeadingsOf(Errors, "### Exit code ")
        .Select(heading => (heading, int.Parse(heading.Split(' ', ':')[3]))).Append((TheOthers, ExitCodes.Unexpected));

    private const string TheOthers = "### The other exit codes";

    [GeneratedRegex(@"\*\*`(?<kind>\w+)`\*\*", RegexOptions.ExplicitCapture)]
    private static partial Regex KindInBold { get; }

    [GeneratedRegex(@"`(?<word>\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex InCode { get; }
}
