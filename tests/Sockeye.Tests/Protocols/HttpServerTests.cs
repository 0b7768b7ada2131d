using System.Text;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>What the server makes of requests, and how it replies.</summary>
public class HttpServerTests
{
    [Fact(Timeout = HangGuard)]
    public async Task A_request_gets_its_reply_byte_for_byte()
    {
        var reply = await HttpExchange.AskAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n", options: new() { Time = new FakeTimeProvider() });
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nDate: Tue, 01 Jan 2030 00:00:00 GMT\r\nConnection: close\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 7\r\n\r\nHello!\n", reply);
    }

    [Fact(Timeout = HangGuard)]
    public async Task HEAD_gets_the_same_head_and_no_body()
    {
        var reply = await HttpExchange.AskAsync("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Contains("Content-Length: 7\r\n", reply, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", reply, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nhost: [::1]:8080\r\n\r\n")]
    [InlineData("GET / HTTP/1.9\r\nHost: x\r\n\r\n")]
    [InlineData("\r\n\r\nGET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\nA: b\n\n")]
    [InlineData("GET http://x/ HTTP/1.1\r\nHost: y\r\n\r\n")]
    [InlineData("GET http://x HTTP/1.1\r\nHost: y\r\n\r\n")]
    [InlineData("GET http://x?y HTTP/1.1\r\nHost: y\r\n\r\n")]
    [InlineData("GET /%e2%82%ac HTTP/1.0\r\n\r\n")]
    [InlineData("GET /\u00e2\u0082\u00ac HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")]
    public async Task A_good_request_is_answered(string request) => Assert.Equal(200, await HttpExchange.StatusOfAsync(request));

    [Theory(Timeout = HangGuard)]
    [InlineData("GET\r\n\r\n", 400)]
    [InlineData("GET /\r\n\r\n", 400)]
    [InlineData("GET  / HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET / a HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0 \r\n\r\n", 400)]
    [InlineData(" GET / HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET\t/\tHTTP/1.0\r\n\r\n", 400)]
    [InlineData("G(T / HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET / http/1.0\r\n\r\n", 400)]
    [InlineData("GET /\0 HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET x HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET * HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET ftp://x/ HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /%00 HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /%zz HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /%4 HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /% HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /%ff HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /%c0%af HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0", 400)]
    [InlineData("GET / HTTP/1.0\r\nA: b\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: user@x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\n Host: x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\nA: b\r\n c\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\nA: b\rc\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400)]
    [InlineData("GET / HTTP/1.0\r\nContent-Length: x\r\n\r\nhello!", 400)]
    [InlineData("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 405)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("BREW / HTTP/1.0\r\n\r\n", 501)]
    [InlineData("get / HTTP/1.0\r\n\r\n", 501)]
    [InlineData("GET / HTTP/2.0\r\n\r\n", 505)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [InlineData("GET / HTTP/0.9\r\n\r\n", 505)]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\n", 400)]
    public async Task A_bad_request_gets_the_fitting_status(string request, int status) =>
        Assert.Equal(status, await HttpExchange.StatusOfAsync(request));

    public static TheoryData<string, int> TooMuch => new()
    {
        { "GET /" + new string('x', 9000) + " HTTP/1.0\r\n\r\n", 414 },
        { "GET / HTTP/1.0\r\nX: " + new string('x', 9000) + "\r\n\r\n", 431 },
        { "GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 101)) + "\r\n", 431 },
        { "GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Repeat("X: " + new string('x', 8000) + "\r\n", 9)) + "\r\n", 431 },
        { string.Concat(Enumerable.Repeat("\r\n", 1000)), 400 },
    };

    [Theory(Timeout = HangGuard), MemberData(nameof(TooMuch))]
    public async Task More_than_a_limit_allows_is_refused(string request, int status) =>
        Assert.Equal(status, await HttpExchange.StatusOfAsync(request));

    [Fact(Timeout = HangGuard)]
    public async Task A_method_that_is_not_allowed_is_told_which_are() =>
        Assert.Contains("\r\nAllow: GET, HEAD\r\n", await HttpExchange.AskAsync("DELETE / HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);

    [Fact(Timeout = HangGuard)]
    public async Task A_client_that_goes_without_a_request_gets_nothing() => Assert.Equal("", await HttpExchange.AskAsync(""));

    [Fact(Timeout = HangGuard)]
    public async Task A_responder_sees_the_request()
    {
        HttpRequest? seen = null;
        await HttpExchange.AskAsync("GET /a%20b/%2e%2e/\u00c3\u00a9?x=%20y HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n", (request, cancel) =>
        {
            seen = request;
            return HttpExchange.Hello(request, cancel);
        });
        Assert.Equal(("GET", "/a b/../\u00e9", "x=%20y", new Version(1, 1), "b"), (seen!.Method, seen.Path, seen.Query, seen.Version, seen.Headers["a"]));
        Assert.Equal("/a%20b/%2e%2e/\u00c3\u00a9?x=%20y", seen.Target);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_head_that_drips_in_is_cut_off_after_the_limit()
    {
        var clock = new FakeTimeProvider();
        var (client, server) = Connection.CreatePair();
        var serving = HttpExchange.ServeAsync(Http.Serve(HttpExchange.Hello, new() { Time = clock, HeadTimeout = TimeSpan.FromSeconds(20) }), server);
        await client.WriteAsync("GET / HTTP/1.0\r\nX: "u8.ToArray());
        clock.Advance(TimeSpan.FromSeconds(19));
        await client.WriteAsync("x"u8.ToArray());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("HTTP/1.1 408 Request Timeout\r\n", await client.Lines.ReadLineAsync() + "\r\n", StringComparison.Ordinal);
        await client.DisposeAsync();
        await serving;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_responder_that_fails_is_a_500_for_the_client_and_an_error_for_the_server()
    {
        var (client, server) = Connection.CreatePair();
        var serving = Http.Serve((_, _) => throw new InvalidDataException("secret"))(server, CancellationToken.None);
        await client.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        await Assert.ThrowsAsync<InvalidDataException>(() => serving);
        await server.CloseWriteAsync();
        var reply = await client.Lines.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_responder_that_fails_after_its_client_has_gone_is_still_told_of()
    {
        var (client, server) = Connection.CreatePair();
        await client.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        await Assert.ThrowsAsync<InvalidDataException>(() => Http.Serve((_, _) =>
        {
            client.Abort();
            throw new InvalidDataException();
        })(server, CancellationToken.None));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("HTTP/1.1", "5\r\nHello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.0", "Hello")]
    public async Task Content_of_unknown_length_goes_in_chunks_or_to_the_end(string version, string body)
    {
        var reply = await HttpExchange.AskAsync($"GET / {version}\r\nHost: x\r\n\r\n", (_, _) => new(Unmeasured("Hello")));
        Assert.EndsWith("\r\n\r\n" + body, reply, StringComparison.Ordinal);
        Assert.Equal(version == "HTTP/1.1", reply.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.Ordinal));
        Assert.DoesNotContain("Content-Length", reply, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(204)]
    [InlineData(304)]
    public async Task Replies_without_content_send_none(int status)
    {
        var reply = await HttpExchange.AskAsync("GET / HTTP/1.0\r\n\r\n", (_, _) => new(HttpReply.Text("not sent") with { Status = status }));
        Assert.EndsWith("\r\n\r\n", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-", reply, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Content_that_is_shorter_than_promised_breaks_off()
    {
        var (client, server) = Connection.CreatePair();
        var serving = HttpExchange.ServeAsync(Http.Serve((_, _) => new(Unmeasured("Hello") with { Length = 6 })), server);
        await using var response = await Http.GetAsync(client, "/");
        Assert.Equal(NetBlame.Broken, (await Assert.ThrowsAsync<NetException>(() => response.ReadTextAsync())).Blame);
        await Assert.ThrowsAsync<IOException>(() => serving);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_page_about_the_request_is_harmless()
    {
        var reply = await HttpExchange.AskAsync("GET /<script>?a&b HTTP/1.1\r\nHost: x\r\nUser-Agent: <b>\"\r\n\r\n", Pages);
        Assert.Contains("<h1>GET /&lt;script&gt;</h1>", reply, StringComparison.Ordinal);
        Assert.Contains("GET /&lt;script&gt;?a&amp;b HTTP/1.1\nHost: x\nUser-Agent: &lt;b&gt;&quot;\n", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", reply, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html; charset=utf-8\r\n", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("a b", "x")]
    [InlineData("a:", "x")]
    [InlineData("a", "x\r\ny: z")]
    [InlineData("a", "\0")]
    [InlineData("a", "\u20ac")]
    public void Headers_that_would_break_the_head_cannot_be_made(string name, string value) =>
        Assert.Throws<ArgumentException>(() => new HttpHeaders((name, value)));

    [Fact]
    public void Replies_that_would_break_the_head_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HttpReply { Status = 100 });
        Assert.Throws<ArgumentException>(() => new HttpReply { ContentType = "text/plain\r\nX: y" });
        Assert.Throws<ArgumentException>(() => new HttpReply { Headers = new(("content-length", "5")) });
        Assert.Throws<ArgumentException>(() => HttpReply.Redirect("/\r\nX: y"));
    }

    private static ValueTask<HttpReply> Pages(HttpRequest request, CancellationToken cancel) => HttpPages.DescribeAsync(request, cancel);

    private static HttpReply Unmeasured(string text) => new() { Body = new MemoryStream(Encoding.UTF8.GetBytes(text)), Length = null };

    private const int HangGuard = 30_000;
}
