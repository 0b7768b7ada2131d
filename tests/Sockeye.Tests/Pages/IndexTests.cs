using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>Whoever looks for a page finds it.</summary>
public class IndexTests
{
    [Fact]
    public void Every_page_is_in_the_index() => Findings.AssertNone(
        from page in Page.All
        let name = Path.GetFileName(page.Name)
        where Path.GetDirectoryName(page.Name) == "docs" && name != "README.md" && !Index.Contains($"]({name})", StringComparison.Ordinal)
        select $"docs/README.md does not lead to {name}");

    private static readonly string Index = string.Join('\n', Page.Named("docs/README.md").Lines);
}
