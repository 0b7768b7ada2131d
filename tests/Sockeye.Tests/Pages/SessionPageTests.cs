using Sockeye.Sessions;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The page on sessions has every way to end, and the options that it names are there.</summary>
public class SessionPageTests
{
    private static readonly Page Sessions = Page.Named("docs/sessions.md");

    private static readonly IReadOnlyList<string[]> Endings = PageTable.Under(Sessions, "## The rules");

    [Fact]
    public void Every_ending_is_listed() => Assert.Equal(
        Enum.GetNames<SessionEnding>(),
        Endings.Select(cells => cells[0].Trim('`')).Where(name => name.Length > 0));

    [Fact]
    public void Every_limit_that_ends_a_session_is_listed_with_its_options() => Assert.Equal(
        typeof(SessionOptions).GetProperties().Where(option => option.PropertyType == typeof(TimeSpan)).Select(option => option.Name)
            .Except([nameof(SessionOptions.SendDelay)])
            .Append(nameof(SessionOptions.Replies)).Order(StringComparer.Ordinal),
        Endings.SelectMany(cells => cells[2].Split('`')).Where(word => typeof(SessionOptions).GetProperty(word) is not null)
            .Order(StringComparer.Ordinal));
}
