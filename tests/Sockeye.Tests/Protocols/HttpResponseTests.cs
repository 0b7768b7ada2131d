using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>What the client makes of replies, good and bad.</summary>
public class HttpResponseTests
{
    [Fact(Timeout = HangGuard)]
    public async Task The_head_is_taken_apart()
    {
        await using var response = await HttpExchange.GetAsync(
            "HTTP/1.1 200 Very OK\r\nContent-Type: text/plain\r\nSet-Cookie: a\r\nset-cookie:b \t\r\nEmpty:\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal((200, "Very OK", new Version(1, 1), 5L), (response.Status, response.Reason, response.Version, response.ContentLength));
        Assert.Equal(["Content-Type", "Set-Cookie", "set-cookie", "Empty", "Content-Length"], response.Headers.Select(field => field.Key));
        Assert.Equal("a, b", response.Headers["SET-COOKIE"]);
        Assert.Equal("", response.Headers["Empty"]);
        Assert.Null(response.Headers["Missing"]);
        Assert.Equal("hello", await response.ReadTextAsync());
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nhello", "")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 200 \r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.0 200 OK\nServer: old\n\nhello", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n2\r\nhe\r\n0000000000000000000003\r\nllo\r\n000\r\n\r\n", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b; c=\"d;e\"\r\nhello\r\n0 ;x\r\n\r\nmore", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", "")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\nhello", "")]
    [InlineData("HTTP/1.1 999 Whatever\r\nContent-Length: 5\r\n\r\nhello", "hello")]
    public async Task Bodies_are_delimited_as_the_head_says(string reply, string body)
    {
        await using var response = await HttpExchange.GetAsync(reply);
        Assert.Equal(body, await response.ReadTextAsync());
        Assert.Equal(0, await response.Body.ReadAsync(new byte[1]));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reply_to_HEAD_has_no_body()
    {
        await using var response = await HttpExchange.GetAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", new() { HeadOnly = true });
        Assert.Equal("", await response.ReadTextAsync());
        Assert.Equal("5", response.Headers["Content-Length"]);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Trailers_are_there_when_the_body_has_been_read()
    {
        await using var response = await HttpExchange.GetAsync(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nDigest: x\r\n\r\n");
        Assert.Empty(response.Trailers);
        Assert.Equal("hello", await response.ReadTextAsync());
        Assert.Equal("x", response.Trailers["digest"]);
        Assert.Null(response.Headers["Digest"]);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_folded_header_line_becomes_one()
    {
        await using var response = await HttpExchange.GetAsync("HTTP/1.1 200 OK\r\nX: one\r\n  two\r\n\tthree\r\nY:\r\n z\r\n\r\n");
        Assert.Equal(("one two three", "z"), (response.Headers["X"], response.Headers["Y"]));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("Hello, this is HTTP/0.9", "status line")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "'SSH-2.0-O'")]
    [InlineData("ICY 200 OK\r\n\r\n", "'ICY 200 O'")]
    [InlineData("\x1b[2J\0\0\0\0\0\0", "'\\u{1B}[2J")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n", "HTTP/2.0")]
    [InlineData("HTTP/1.10 200 OK\r\n\r\n", "status line")]
    [InlineData("http/1.1 200 OK\r\n\r\n", "status line")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n", "three-digit")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", "three-digit")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "three-digit")]
    [InlineData("HTTP/1.1 +20 OK\r\n\r\n", "three-digit")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n", "three-digit")]
    [InlineData("HTTP/1.1 200 O\0K\r\n\r\n", "control character")]
    [InlineData("HTTP/1.1 200 O\rK\r\n\r\n", "control character")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", "switches")]
    [InlineData("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", "no colon")]
    [InlineData("HTTP/1.1 200 OK\r\nName : x\r\n\r\n", "no token")]
    [InlineData("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "no token")]
    [InlineData("HTTP/1.1 200 OK\r\nN\u00E4me: x\r\n\r\n", "no token")]
    [InlineData("HTTP/1.1 200 OK\r\nName: x\0y\r\n\r\n", "control character")]
    [InlineData("HTTP/1.1 200 OK\r\nName: x\ry\r\n\r\n", "control character")]
    [InlineData("HTTP/1.1 200 OK\r\nName: x\r\n \x1b\r\n\r\n", "control character")]
    [InlineData("HTTP/1.1 200 OK\r\n Name: x\r\n\r\n", "before the first")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n\r\nhello", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "both")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "gzip")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "transfer coding")]
    public async Task A_head_against_the_rules_is_a_protocol_violation(string reply, string reason)
    {
        var error = await Assert.ThrowsAsync<NetException>(() => HttpExchange.GetAsync(reply));
        Assert.Equal((NetErrorKind.ProtocolViolation, NetOperation.Read), (error.Kind, error.Operation));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("\r\nhello", "chunk size")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData("5g\r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData("5 5\r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData("5 \r\nhello\r\n0\r\n\r\n", "chunk size")]
    [InlineData("8000000000000000\r\nhello\r\n0\r\n\r\n", "too large")]
    [InlineData("ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "too large")]
    [InlineData("10000000000000005\r\nhello\r\n0\r\n\r\n", "too large")]
    [InlineData("5\nhello\r\n0\r\n\r\n", "CR LF")]
    [InlineData("5;a\0b\r\nhello\r\n0\r\n\r\n", "control character")]
    [InlineData("5;a\rb\r\nhello\r\n0\r\n\r\n", "control character")]
    [InlineData("4\r\nhello\r\n0\r\n\r\n", "longer than its size")]
    [InlineData("5\r\nhello\n0\r\n\r\n", "longer than its size")]
    [InlineData("5\r\nhello\r\n0\r\nNo colon\r\n\r\n", "no colon")]
    public async Task Chunks_against_the_rules_are_a_protocol_violation(string chunks, string reason)
    {
        var error = await HttpExchange.ErrorAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
        Assert.Equal(NetErrorKind.ProtocolViolation, error.Kind);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("", "without a reply")]
    [InlineData("HTT", "middle of a status line")]
    [InlineData("HTTP/1.1 200 OK", "middle of a status line")]
    [InlineData("HTTP/1.1 200 OK\r\n", "middle of a header line")]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\n\r", "middle of a header line")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "without a reply")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\nhello", "after 5 of 12,345 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", "after 0 of 12,345 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "after 0 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", "after 0 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell", "after 4 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r", "after 5 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "after 5 bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "after 5 bytes")]
    public async Task A_reply_that_stops_too_soon_says_how_much_came(string reply, string reason)
    {
        var error = await HttpExchange.ErrorAsync(reply);
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> TooMuch => new()
    {
        { "HTTP/1.1 200 " + new string('x', 9000), "status line is longer than 8,192 bytes" },
        { "HTTP/1.1 200 OK\r\nX: " + new string('x', 9000), "header line is longer than 8,192 bytes" },
        { "HTTP/1.1 200 OK\r\n" + Repeat("X: y\r\n", 101), "more than 100 header lines" },
        { "HTTP/1.1 200 OK\r\n" + Repeat("X: " + new string('y', 8000) + "\r\n", 9), "more than 65,536 bytes of header lines" },
        { "HTTP/1.1 200 OK\r\nX: y\r\n" + Repeat(" folded\r\n", 100), "more than 100 header lines" },
        { Repeat("HTTP/1.1 100 Continue\r\n\r\n", 30), "interim replies" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + new string('x', 9000), "chunk line is longer than 8,192 bytes" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + Repeat("X: y\r\n", 101), "more than 100 header lines" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "1,001 bytes, and the limit is 1,000 bytes" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + new string('x', 1001), "longer than the limit of 1,000 bytes" },
        { "HTTP/1.1 200 OK\r\n\r\n" + new string('x', 1001), "longer than the limit of 1,000 bytes" },
    };

    [Theory(Timeout = HangGuard), MemberData(nameof(TooMuch))]
    public async Task More_than_a_limit_allows_is_refused(string reply, string reason)
    {
        var error = await HttpExchange.ErrorAsync(reply, new() { MaxSize = 1000 });
        Assert.Equal(NetErrorKind.LimitExceeded, error.Kind);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n", "\r\n0\r\n\r\n")]
    public async Task As_much_as_a_limit_allows_is_taken(string head, string end)
    {
        var observed = await HttpExchange.ObserveAsync([head + new string('x', 1000) + end], new() { MaxSize = 1000 });
        Assert.Equal((1000, null), (observed.Body.Length, observed.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_read_after_a_failed_one_fails_again()
    {
        await using var response = await HttpExchange.GetAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
        var buffer = new byte[10];
        Assert.Equal(5, await response.Body.ReadAsync(buffer));
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.Equal(NetErrorKind.ClosedEarly, (await Assert.ThrowsAsync<NetException>(() => response.ReadTextAsync())).Kind);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Text_longer_than_its_limit_is_refused()
    {
        await using var response = await HttpExchange.GetAsync("HTTP/1.0 200 OK\r\n\r\nhello");
        Assert.Equal(NetErrorKind.LimitExceeded, (await Assert.ThrowsAsync<NetException>(() => response.ReadTextAsync(limit: 4))).Kind);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private const int HangGuard = 30_000;
}
