using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class GreetingTests
{
    [Fact(Timeout = 30_000)]
    public async Task The_conversation_is_the_chapters_byte_for_byte()
    {
        await using var server = Server.Start("127.0.0.1:0", Greeting.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        await client.Lines.WriteAsync("hello\r\n");
        var said = await client.Lines.ReadToEndAsync();
        Assert.Equal($"Welcome, {client.LocalAddress}\nPlease enter a string:You entered 5 characters.\n", said);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_prompt_comes_before_anything_is_entered()
    {
        var (client, serving) = Served.By(Greeting.ServeAsync);
        await client.Lines.ReadLineAsync();
        var prompt = await client.Lines.ReadExactlyAsync("Please enter a string:".Length);
        Assert.Equal("Please enter a string:", Encoding.UTF8.GetString(prompt.Span));
        Assert.False(serving.IsCompleted);
        await client.DisposeAsync();
        await serving;
    }

    [Theory(Timeout = 30_000)]
    [InlineData("  hello  \n", 5)]
    [InlineData("\n", 0)]
    [InlineData("\r\n", 0)]
    [InlineData("hello", 5)]
    [InlineData("hello\nworld\n", 5)]
    [InlineData("naïve\n", 5)]
    [InlineData("nai\u0308ve\n", 5)]
    [InlineData("👨‍👩‍👧‍👦🇸🇪\n", 2)]
    [InlineData("두 개\n", 3)]
    public async Task What_a_person_would_count_is_answered(string sent, int characters) =>
        Assert.Equal($"You entered {characters} characters.\n", await AnswerToAsync(Encoding.UTF8.GetBytes(sent)));

    [Fact(Timeout = 30_000)]
    public async Task Invalid_bytes_count_as_replacement_characters() =>
        Assert.Equal("You entered 3 characters.\n", await AnswerToAsync([(byte)'a', 0xff, 0xfe, (byte)'\n']));

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_leaves_without_a_byte_ends_it_quietly() =>
        Assert.Equal("", await AnswerToAsync([]));

    [Fact(Timeout = 30_000)]
    public async Task A_line_without_end_is_refused_at_the_limit()
    {
        var (client, serving) = Served.By(Greeting.ServeAsync, new ConnectionOptions { MaxLineLength = 100 });
        await client.WriteAsync(new byte[200]);
        var error = await Assert.ThrowsAsync<NetException>(() => serving);
        Assert.Equal(NetErrorKind.LimitExceeded, error.Kind);
        await client.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task SayAsync_holds_the_whole_conversation()
    {
        await using var server = Server.Start("127.0.0.1:0", Greeting.ServeAsync);
        await using var client = await Connection.ConnectAsync(server.LocalAddress);
        Assert.Equal(new GreetingReply(client.LocalAddress.ToString(), 5), await Greeting.SayAsync(client, "hello"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("Hi there\nname:ok\n", NetErrorKind.ProtocolViolation)]
    [InlineData("Welcome, you\nPlease enter a string:You entered many characters.\n", NetErrorKind.ProtocolViolation)]
    [InlineData("Welcome, you\nPlease enter", NetErrorKind.ClosedEarly)]
    public async Task SayAsync_tells_a_server_that_says_something_else(string said, NetErrorKind kind)
    {
        var (client, server) = Connection.CreatePair();
        await using var _ = client;
        await server.Lines.WriteAsync(said);
        await server.CloseWriteAsync();
        var error = await Assert.ThrowsAsync<NetException>(() => Greeting.SayAsync(client, "hello"));
        Assert.Equal(kind, error.Kind);
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("two\rlines")]
    public async Task SayAsync_takes_one_line(string text)
    {
        var (client, server) = Connection.CreatePair();
        await Assert.ThrowsAsync<ArgumentException>(() => Greeting.SayAsync(client, text));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public void No_line_counts_as_empty() => Assert.Equal(0, Greeting.CountCharacters(null));

    [Fact]
    public void No_more_characters_are_counted_than_there_are_code_units() =>
        Prop.ForAll<string>(text => Greeting.CountCharacters(text) <= (text?.Length ?? 0)).QuickCheckThrowOnFailure();

    [Fact]
    public void White_space_around_does_not_count() =>
        Prop.ForAll<NonNull<string>>(text => Greeting.CountCharacters($" \t{text.Get}\u00a0 ") == Greeting.CountCharacters(text.Get))
            .QuickCheckThrowOnFailure();

    [Fact(Timeout = 60_000)]
    public Task Whatever_is_entered_is_counted_as_it_is_here() =>
        Task.Run(() => Prop.ForAll<NonNull<string>>(text =>
        {
            var line = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get.ReplaceLineEndings(" ").Replace('\n', ' ').Replace('\r', ' ')));
            var (client, serving) = Served.By(Greeting.ServeAsync);
            var reply = Greeting.SayAsync(client, line).GetAwaiter().GetResult();
            client.Dispose();
            serving.GetAwaiter().GetResult();
            return reply.Characters == Greeting.CountCharacters(line);
        }).QuickCheckThrowOnFailure());

    /// <summary>What the server says behind its prompt.</summary>
    private static async Task<string> AnswerToAsync(byte[] sent)
    {
        var (client, serving) = Served.By(Greeting.ServeAsync);
        await client.WriteAsync(sent);
        await client.CloseWriteAsync();
        var said = await client.Lines.ReadToEndAsync();
        await serving;
        await client.DisposeAsync();
        return said[(said.IndexOf(':', said.IndexOf('\n')) + 1)..];
    }
}
