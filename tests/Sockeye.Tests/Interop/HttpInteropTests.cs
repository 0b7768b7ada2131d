using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Our server asked by curl, and our client asking Python's server.</summary>
public sealed class HttpInteropTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sockeye-http-").FullName;
    private readonly byte[] _content = new byte[2_000_003];

    public HttpInteropTests()
    {
        new Random(7).NextBytes(_content);
        File.WriteAllBytes(Path.Join(_root, "data.bin"), _content);
        File.WriteAllText(Path.Join(_root, "hello.txt"), "hello\n");
        Directory.CreateDirectory(Path.Join(_root, "sub"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory(Timeout = HangGuard)]
    [InlineData("--http1.0")]
    [InlineData("--http1.1")]
    public async Task Curl_gets_a_file_whole(string version)
    {
        var curl = Peers.Require("curl");
        await using var server = ServeFiles();
        var result = await RunningProgram.RunAsync(curl, [.. Quietly, version, UrlOf(server, "/data.bin")]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(_content, result.OutputBytes);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("200", "/hello.txt")]
    [InlineData("200", "/hello.txt", "--head")]
    [InlineData("200", "/")]
    [InlineData("301", "/sub")]
    [InlineData("200", "/sub", "--location")]
    [InlineData("404", "/missing")]
    [InlineData("403", "/../../etc/passwd", "--path-as-is")]
    [InlineData("403", "/%2e%2e/%2e%2e/etc/passwd", "--path-as-is")]
    [InlineData("405", "/", "--data", "x=y")]
    [InlineData("405", "/", "--upload-file", "-")]
    [InlineData("501", "/", "--request", "BREW")]
    [InlineData("304", "/hello.txt", "--time-cond", "Fri, 01 Jan 2100 00:00:00 GMT")]
    [InlineData("400", "/", "--header", "Host:")]
    public async Task Curl_and_our_server_agree_on_the_status(string status, string path, params string[] options)
    {
        var curl = Peers.Require("curl");
        await using var server = ServeFiles();
        var result = await RunningProgram.RunAsync(
            curl, [.. Quietly, "--output", "/dev/null", "--write-out", "%{http_code}", .. options, UrlOf(server, path)], "some input");
        Assert.Equal((0, status), (result.ExitCode, result.Output));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_takes_chunks()
    {
        var curl = Peers.Require("curl");
        await using var server = Server.Start("127.0.0.1:0", Http.Serve((_, _) => new(new HttpReply { Body = new MemoryStream(_content), Length = null })));
        var result = await RunningProgram.RunAsync(curl, [.. Quietly, UrlOf(server, "/")]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(_content, result.OutputBytes);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Curl_notices_a_body_that_breaks_off()
    {
        var curl = Peers.Require("curl");
        await using var server = Server.Start("127.0.0.1:0", Http.Serve((_, _) => new(new HttpReply { Body = new MemoryStream(_content), Length = _content.Length + 1 })));
        var result = await RunningProgram.RunAsync(curl, [.. Quietly, UrlOf(server, "/")]);
        Assert.Contains(result.ExitCode, new[] { PartialFile, ReceiveError });
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_page_tells_curl_what_it_asked()
    {
        var curl = Peers.Require("curl");
        await using var server = Server.Start("localhost:0", Http.ServeAsync);
        var result = await RunningProgram.RunAsync(curl, [.. Quietly, "--user-agent", "<tester>", UrlOf(server, "/a?b=c")]);
        Assert.Contains("GET /a?b=c HTTP/1.1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("User-Agent: &lt;tester&gt;\n", result.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task We_get_a_file_from_Python_whole(bool http11)
    {
        await using var python = StartPython();
        var url = await UrlOfAsync(python);
        await using var response = await Http.GetAsync($"{url}/data.bin", new() { Http11 = http11 });
        var received = new MemoryStream();
        await response.Body.CopyToAsync(received);
        Assert.Equal((200, _content.Length), (response.Status, response.ContentLength));
        Assert.Equal(_content, received.ToArray());
    }

    [Fact(Timeout = HangGuard)]
    public async Task We_read_what_Python_says_of_other_paths()
    {
        await using var python = StartPython();
        var url = await UrlOfAsync(python);
        await using var missing = await Http.GetAsync($"{url}/missing");
        await using var moved = await Http.GetAsync($"{url}/sub");
        await using var head = await Http.GetAsync($"{url}/hello.txt", new() { HeadOnly = true });
        await using var listing = await Http.GetAsync(url);
        Assert.Equal((404, 301, 200, 200), (missing.Status, moved.Status, head.Status, listing.Status));
        Assert.EndsWith("/sub/", moved.Headers["Location"], StringComparison.Ordinal);
        Assert.Equal(("6", ""), (head.Headers["Content-Length"], await head.ReadTextAsync()));
        Assert.Contains("hello.txt", await listing.ReadTextAsync(), StringComparison.Ordinal);
    }

    private Server ServeFiles() => Server.Start("127.0.0.1:0", Http.Serve(Http.Files(_root)));

    private RunningProgram StartPython() => RunningProgram.Start(
        Peers.Require("python3"), ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", _root]);

    /// <summary>It says "Serving HTTP on 127.0.0.1 port 40512 (http://127.0.0.1:40512/) ...".</summary>
    private static async Task<string> UrlOfAsync(RunningProgram python) =>
        (await python.WaitForOutputLineAsync("Serving HTTP")).Split('(', ')')[1].TrimEnd('/');

    private static string UrlOf(Server server, string path) => $"http://127.0.0.1:{server.LocalAddress.Port}{path}";

    private static readonly string[] Quietly = ["--silent", "--show-error", "--noproxy", "*"];

    private const int PartialFile = 18;
    private const int ReceiveError = 56;
    private const int HangGuard = 60_000;
}
