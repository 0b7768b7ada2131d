using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>A translation shows what its original shows, so that only the original has to be typed.</summary>
public class TranslationTests
{
    public static IEnumerable<TheoryDataRow<string>> Translations => Page.Where(page => page.IsTranslation);

    [Theory]
    [MemberData(nameof(Translations))]
    public void A_translation_shows_the_same_programs_and_the_same_sessions(string page) =>
        Assert.Equal(Page.Named(Page.Named(page).OriginalName).Blocks.Where(IsKept).Select(TextOf), Page.Named(page).Blocks.Where(IsKept).Select(TextOf));

    /// <summary>Drawings have words in them.</summary>
    private static bool IsKept(PageBlock block) => block.Language != "text";

    private static string TextOf(PageBlock block) => $"""
        types: {block.Remark("types")}; not replayed: {block.Remark("not replayed")}; quotes {block.QuotedFile}; {block.Language} {block.Word}
        {string.Join('\n', block.Lines)}
        """;
}
