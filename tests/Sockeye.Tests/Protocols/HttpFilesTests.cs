using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>The files that are served, and those that never are.</summary>
public sealed class HttpFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sockeye-http-").FullName;
    private readonly string _root;

    public HttpFilesTests()
    {
        _root = Path.Join(_directory, "root");
        Directory.CreateDirectory(Path.Join(_root, "docs", "sub"));
        Directory.CreateDirectory(Path.Join(_directory, "root-twin"));
        File.WriteAllText(Path.Join(_directory, "secret.txt"), "secret");
        File.WriteAllText(Path.Join(_directory, "root-twin", "secret.txt"), "secret");
        File.WriteAllText(Path.Join(_root, "hello.txt"), "hello");
        File.WriteAllText(Path.Join(_root, "a b&c<d>.bin"), "odd");
        File.WriteAllText(Path.Join(_root, "docs", "index.html"), "<p>index</p>");
        File.WriteAllText(Path.Join(_root, "docs", "sub", "page.html"), "page");
        File.WriteAllText(Path.Join(_root, "empty"), "");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory(Timeout = HangGuard)]
    [InlineData("/hello.txt", "text/plain; charset=utf-8", "hello")]
    [InlineData("//hello.txt", "text/plain; charset=utf-8", "hello")]
    [InlineData("/hello.txt?x=../y", "text/plain; charset=utf-8", "hello")]
    [InlineData("/%68ello.txt", "text/plain; charset=utf-8", "hello")]
    [InlineData("/a%20b&c%3Cd%3E.bin", "application/octet-stream", "odd")]
    [InlineData("/docs/", "text/html; charset=utf-8", "<p>index</p>")]
    [InlineData("/docs/index.html", "text/html; charset=utf-8", "<p>index</p>")]
    [InlineData("/docs%2Fsub/page.html", "text/html; charset=utf-8", "page")]
    [InlineData("/empty", "application/octet-stream", "")]
    public async Task A_file_is_served_with_its_type_and_length(string target, string type, string body)
    {
        var reply = await AskAsync(target);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", reply, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n", reply, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + body, reply, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("/../secret.txt", 403)]
    [InlineData("/docs/../../secret.txt", 403)]
    [InlineData("/docs/../hello.txt", 403)]
    [InlineData("/%2e%2e/secret.txt", 403)]
    [InlineData("/.%2e/secret.txt", 403)]
    [InlineData("/..%2fsecret.txt", 403)]
    [InlineData("/%2e%2e%2fsecret.txt", 403)]
    [InlineData("/./hello.txt", 403)]
    [InlineData("/..", 403)]
    [InlineData("/%252e%252e/secret.txt", 404)]
    [InlineData("/..%5csecret.txt", 404)]
    [InlineData("/.../hello.txt", 404)]
    [InlineData("/..;/secret.txt", 404)]
    [InlineData("//etc/passwd", 404)]
    [InlineData("/%2fetc%2fpasswd", 404)]
    [InlineData("/missing", 404)]
    [InlineData("/hello.txt/", 404)]
    [InlineData("/hello.txt/x", 404)]
    [InlineData("/%ef%bc%8e%ef%bc%8e/secret.txt", 404)]
    [InlineData("/hello.txt%00.html", 400)]
    [InlineData("/%c0%ae%c0%ae/secret.txt", 400)]
    [InlineData("/docs", 301)]
    public async Task A_path_never_leads_outside(string target, int status)
    {
        var reply = await AskAsync(target);
        Assert.StartsWith($"HTTP/1.1 {status} ", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("secret\n", reply + "\n", StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_name_that_is_too_long_is_not_found() =>
        Assert.StartsWith("HTTP/1.1 404 ", await AskAsync("/" + new string('x', 5000)), StringComparison.Ordinal);

    [Theory(Timeout = HangGuard)]
    [InlineData("inside", "hello.txt", "/inside", 200)]
    [InlineData("inside-dir", "docs/sub", "/inside-dir/page.html", 200)]
    [InlineData("outside", "../secret.txt", "/outside", 403)]
    [InlineData("twin", "../root-twin", "/twin/secret.txt", 403)]
    [InlineData("absolute", "/etc", "/absolute/hostname", 403)]
    [InlineData("there-and-back", "../root/hello.txt", "/there-and-back", 200)]
    [InlineData("circle", "circle", "/circle", 404)]
    [InlineData("broken", "nowhere", "/broken", 404)]
    [InlineData("docs/sub/index.html", "../../../secret.txt", "/docs/sub/", 403)]
    public async Task A_symbolic_link_is_followed_only_within(string link, string target, string path, int status)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        File.CreateSymbolicLink(Path.Join(_root, link), target);
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(path), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_root_may_be_a_link_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        File.CreateSymbolicLink(Path.Join(_directory, "alias"), "root");
        Assert.EndsWith("\r\n\r\nhello", await AskAsync("/hello.txt", Path.Join(_directory, "alias")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await AskAsync("/../secret.txt", Path.Join(_directory, "alias")), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_whole_system_may_be_the_root()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no one root on Windows");
        Assert.EndsWith("\r\n\r\nhello", await AskAsync(Path.Join(_root, "hello.txt"), "/"), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_pipe_or_a_device_is_never_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such files on Windows");
        using (var make = ProcessStarts.Start(new("mkfifo", [Path.Join(_root, "pipe")])))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\r\nContent-Length: 0\r\n", await AskAsync("/pipe"), StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 0\r\n", await AskAsync("/dev/zero", "/"), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_directory_without_an_index_is_listed()
    {
        var reply = await AskAsync("/");
        Assert.Contains("<h1>Files in /</h1>", reply, StringComparison.Ordinal);
        Assert.Contains("<li><a href=\"docs/\">docs/</a></li>\n<li><a href=\"empty\">empty</a> 0 bytes</li>\n<li><a href=\"hello.txt\">hello.txt</a> 5 bytes</li>\n", reply, StringComparison.Ordinal);
        Assert.Contains("<a href=\"a%20b%26c%3Cd%3E.bin\">a b&amp;c&lt;d&gt;.bin</a>", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("../", reply, StringComparison.Ordinal);
        Assert.Contains("<a href=\"../\">", await AskAsync("/docs/sub/"), StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("/docs?x=y", "/docs/?x=y")]
    [InlineData("//docs", "/docs/")]
    [InlineData("/docs//sub", "/docs/sub/")]
    public async Task A_directory_without_its_slash_is_redirected_within_this_server(string target, string location) =>
        Assert.Contains($"\r\nLocation: {location}\r\n", await AskAsync(target), StringComparison.Ordinal);

    [Fact(Timeout = HangGuard)]
    public async Task A_file_that_has_not_changed_is_not_sent_again()
    {
        var first = await AskAsync("/hello.txt");
        var changed = first.Split("\r\n").Single(line => line.StartsWith("Last-Modified: ", StringComparison.Ordinal))["Last-Modified: ".Length..];
        Assert.StartsWith("HTTP/1.1 304 Not Modified\r\n", await AskAsync("/hello.txt", headers: $"If-Modified-Since: {changed}\r\n"), StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(Path.Join(_root, "hello.txt"), DateTime.UnixEpoch);
        Assert.EndsWith("\r\n\r\nhello", await AskAsync("/hello.txt", headers: $"If-Modified-Since: {changed}\r\n"), StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_large_file_arrives_whole()
    {
        var content = new byte[3_000_001];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(Path.Join(_root, "large"), content, TestContext.Current.CancellationToken);
        var (client, server) = Connection.CreatePair();
        var serving = HttpExchange.ServeAsync(Http.Serve(Http.Files(_root)), server);
        await using var response = await Http.GetAsync(client, "/large");
        var received = new MemoryStream();
        await response.Body.CopyToAsync(received, TestContext.Current.CancellationToken);
        Assert.Equal(content, received.ToArray());
        await response.DisposeAsync();
        await serving;
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_file_that_shrinks_while_it_is_sent_breaks_off()
    {
        var path = Path.Join(_root, "shrinking");
        await File.WriteAllBytesAsync(path, new byte[3_000_000], TestContext.Current.CancellationToken);
        var (client, server) = Connection.CreatePair();
        var serving = HttpExchange.ServeAsync(Http.Serve(Http.Files(_root)), server);
        await using var response = await Http.GetAsync(client, "/shrinking");
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(1_000_000);
        var error = await Assert.ThrowsAsync<NetException>(() => response.Body.CopyToAsync(Stream.Null));
        Assert.Equal(NetBlame.Broken, error.Blame);
        await Assert.ThrowsAsync<IOException>(() => serving);
    }

    [Fact]
    public void A_root_that_is_not_there_is_refused_at_once() =>
        Assert.Throws<DirectoryNotFoundException>(() => Http.Files(Path.Join(_root, "missing")));

    [Theory]
    [InlineData("hello.txt", true)]
    [InlineData("console.log", true)]
    [InlineData("COM", true)]
    [InlineData("com10", true)]
    [InlineData("con", false)]
    [InlineData("NUL.txt", false)]
    [InlineData("Aux .c", false)]
    [InlineData("com1", false)]
    [InlineData("LPT9.dat", false)]
    [InlineData("COM\u00B2", false)]
    [InlineData("conin$", false)]
    [InlineData("c:", false)]
    [InlineData("file::$DATA", false)]
    [InlineData("..\\secret", false)]
    [InlineData("trailing.", false)]
    [InlineData("trailing ", false)]
    [InlineData("a*", false)]
    public void Names_that_Windows_takes_elsewhere_are_refused_there(string name, bool isFile)
    {
        Assert.Equal(isFile, HttpRoot.IsFileName(name, onWindows: true));
        Assert.True(HttpRoot.IsFileName(name, onWindows: false));
    }

    private Task<string> AskAsync(string target, string? root = null, string headers = "") =>
        HttpExchange.AskAsync($"GET {target} HTTP/1.0\r\n{headers}\r\n", Http.Files(root ?? _root));

    private const int HangGuard = 30_000;
}
