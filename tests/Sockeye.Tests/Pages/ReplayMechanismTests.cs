using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The replay tells what differs, and only that.</summary>
[Collection(nameof(Checkout))]
public class ReplayMechanismTests
{
    [Fact(Timeout = 300_000)]
    public Task Two_terminals_talk() => Replay.RunAsync(Written("""
        ```console server
        $ sock serve greeting
        Server is running on port 51444; press Ctrl-C to terminate.
        ```
        <!-- types: hello -->
        ```console
        $ sock connect localhost 51444
        Connected to localhost:51444 ([::1]:51444); Ctrl-D ends input, Ctrl-C all
        Welcome, [::1]:40000
        Please enter a string:hello
        You entered 5 characters.
        $ printf '%s\n' one \
            two three
        one
        ...
        ```
        ```console server
        ^C
        $ echo bye
        bye
        ```
        """));

    [Fact(Timeout = 300_000)]
    public Task Keys_are_pressed_where_they_are_shown() => Replay.RunAsync(Written("""
        <!-- types: hello | | ^D -->
        ```console
        $ cat; read line
        hello
        hello


        ```
        ```console
        ^C
        ```
        """));

    [Fact]
    public void A_connection_that_is_still_open_when_a_server_is_stopped_is_said_where_the_page_says_it_and_may_be_elsewhere()
    {
        const string StillOpen = "1 connection still open: waiting 5 s at most; Ctrl-C again ends at once.";
        var page = new Expectation();
        page.Add(1, "^C");
        Assert.True(page.CompareWith(["^C", ""]).Exact);
        Assert.True(page.CompareWith(["^C", StillOpen, ""]).Exact);
        page.Add(2, StillOpen);
        Assert.True(page.CompareWith(["^C", StillOpen, ""]).Exact);
        Assert.False(page.CompareWith(["^C", ""]).Exact);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("```console\n$ echo ho\nhi\n```", "docs/new.md:1, terminal '', line 2: $ echo ho\nline 3, the page: hi\nthe terminal:   ho\n")]
    [InlineData("```console\n$ echo ho; cat\n```", "line after the block, the page: (nothing more)\nthe terminal:   ho\n")]
    [InlineData("```console\n$ true\nhi\n```", "line 3, the page: hi\nthe terminal:   (nothing more)\n")]
    [InlineData("```console server\n$ echo a; echo b; cat\na\n```\n```console\n$ true\n```\n```console server\n^C\n```", "terminal 'server'")]
    [InlineData("<!-- types: hello -->\n```console\n$ cat\n```", "no line of the block shows where 'hello' is typed")]
    public async Task What_differs_is_told(string text, string message)
    {
        var mismatch = await Assert.ThrowsAsync<PageMismatchException>(() => Replay.RunAsync(Written(text)));
        Assert.Contains(message, mismatch.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Welcome, [::1]:49460", "Welcome, [::1]:35111", true)]
    [InlineData("Welcome, [::1]:49460", "Welcome, [::1]:351", false)]
    [InlineData("Server is running on port 51444", "Server is running on port 51423", false)]
    [InlineData("total 982.9 ms", "total 1.02 s", true)]
    [InlineData("no byte came for 300 ms", "no byte came for 200 ms", false)]
    [InlineData("2026-11-22 16:18:18 +00:00", "2031-01-02 03:04:05 +00:00", true)]
    [InlineData("Sunday, November 22, 2026 18:03:54-UTC", "Monday, May 3, 2027 08:03:54-UTC", true)]
    [InlineData("Date: Sun, 22 Nov 2026 16:18:18 GMT", "Date: Mon, 03 May 2027 08:03:54 GMT", true)]
    [InlineData("[1] 4711", "[1] 12", true)]
    [InlineData("unix:/tmp/families-5612.sock: a stream", "unix:/tmp/families-17.sock: a stream", true)]
    [InlineData("unix:/tmp/families-5612.sock: a stream", "unix:/var/families-17.sock: a stream", false)]
    [InlineData("You entered 5 characters.", "You entered 6 characters.", false)]
    public void Only_variable_parts_may_differ(string page, string shown, bool fits)
    {
        var expectation = new Expectation();
        expectation.Add(1, page);
        Assert.Equal(fits, expectation.CompareWith([shown, ""]).Exact);
    }

    [Theory]
    [InlineData("a|...|d", "a|b|c|d", true)]
    [InlineData("a|...|d", "a|d", true)]
    [InlineData("...|d", "a|d|d", true)]
    [InlineData("a|...", "a", true)]
    [InlineData("a|...|d", "a|b", false)]
    [InlineData("a|...|d", "a|d|e", false)]
    public void Dots_stand_for_any_lines(string page, string shown, bool fits)
    {
        var expectation = new Expectation();
        foreach (var line in page.Split('|'))
            expectation.Add(1, line);
        Assert.Equal(fits, expectation.CompareWith([.. shown.Split('|'), ""]).Exact);
    }

    [Theory]
    [InlineData("\e[1;31mred\e[0m\r\n", "red|")]
    [InlineData("10 %\r20 %\r\n", "20 %|")]
    [InlineData("a long line\rshort\e[K\r\n", "short|")]
    [InlineData("ab\bc\n", "ac|")]
    public void The_screen_shows_what_a_person_sees(string sent, string lines) => Assert.Equal(lines.Split('|'), Screen.LinesOf(sent));

    private static Page Written(string text) => new("docs/new.md", text.Split('\n'));
}
