using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>Every page is typed as it stands, and shows what it says.</summary>
[Collection(nameof(Checkout))]
public class ReplayTests
{
    /// <summary>With PAGES=WORD only those whose names have the word in them. A translation has its original's blocks.</summary>
    public static IEnumerable<TheoryDataRow<string>> Pages => Page.Where(page => ConsoleBlock.In(page).Any() && !page.IsTranslation
        && page.Name.Contains(Environment.GetEnvironmentVariable("PAGES") ?? "", StringComparison.Ordinal));

    [Theory(Timeout = 600_000)]
    [MemberData(nameof(Pages))]
    public async Task A_page_shows_what_a_terminal_shows(string page)
    {
        try
        {
            await Replay.RunAsync(Page.Named(page));
        }
        catch (PageMismatchException mismatch)
        {
            Assert.Fail(mismatch.Message);
        }
    }
}
