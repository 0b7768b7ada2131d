using System.Text;
using System.Text.Json;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock get</c> against servers good and bad.</summary>
public sealed class GetCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sockeye-get-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact(Timeout = HangGuard)]
    public async Task Three_arguments_get_a_file_as_in_the_chapter()
    {
        await using var server = Server.Start("localhost:0", Http.ServeAsync);
        var result = await SockProcess.RunAsync("get", "localhost", PortOf(server), "/a?b");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"GET /a?b HTTP/1.0\nHost: localhost:{PortOf(server)}\n</pre>", result.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("http://127.0.0.1:PORT/a", "/a")]
    [InlineData("127.0.0.1:PORT/a#b", "/a")]
    [InlineData("127.0.0.1:PORT", "/")]
    [InlineData("127.0.0.1 PORT", "/")]
    [InlineData("127.0.0.1 PORT a", "/a")]
    [InlineData("127.0.0.1 PORT /\u00e9", "/%C3%A9")]
    [InlineData("127.0.0.1 PORT http://elsewhere.test/", "http://elsewhere.test/")]
    public async Task What_to_get_can_be_said_in_several_ways(string words, string target)
    {
        await using var server = Server.Start("127.0.0.1:0", Http.ServeAsync);
        var result = await SockProcess.RunAsync(["get", "--http1.1", .. words.Replace("PORT", PortOf(server), StringComparison.Ordinal).Split(' ')]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"GET {target} HTTP/1.1\n", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_head_is_printed_when_asked_for()
    {
        await using var server = Answering("HTTP/1.1 200 Fine\r\nX: y\r\nX: z\r\nContent-Length: 6\r\n\r\nhello\n");
        const string Head = "HTTP/1.1 200 Fine\r\nX: y\r\nX: z\r\nContent-Length: 6\r\n\r\n";
        Assert.Equal(Head + "hello\n", (await GetAsync(server, "-i")).Output);
        Assert.Equal(Head, (await GetAsync(server, "-I")).Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Bytes_pass_unchanged()
    {
        var bytes = new byte[1_000_003];
        new Random(3).NextBytes(bytes);
        await using var server = Server.Start("127.0.0.1:0", Http.Serve((_, _) => new(HttpReply.Of(bytes, "x/y"))));
        Assert.Equal(bytes, (await GetAsync(server)).OutputBytes);
        var path = Path.Join(_directory, "out");
        await File.WriteAllTextAsync(path, new string('x', 2_000_000));
        var result = await GetAsync(server, "-o", path);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", 8, "Error receiving data: read tcp 127.0.0.1:PORT: the reply does not begin with a status line")]
    [InlineData("", 7, "Error receiving data: read tcp 127.0.0.1:PORT: the peer ended without a reply")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\nhello", 7, "Error receiving data: read tcp 127.0.0.1:PORT: the peer ended after 5 of 12,345 bytes of the body")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 8, "Error receiving data: read tcp 127.0.0.1:PORT: both Content-Length and Transfer-Encoding")]
    public async Task A_bad_reply_is_said_in_one_line_and_perhaps_one_of_advice(string reply, int exitCode, string error)
    {
        await using var server = Answering(reply);
        var result = await GetAsync(server);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith($"sock: {error.Replace("PORT", PortOf(server), StringComparison.Ordinal)}", result.Error, StringComparison.Ordinal);
        Assert.InRange(result.Error.Count(character => character == '\n'), 1, 2);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Each_kind_of_error_has_the_chapters_phrase_and_its_exit_code()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        await AssertFailsAsync(2, "Couldn't find your port: ", "localhost", "no-such-service", "/");
        await AssertFailsAsync(3, "Address-related error connecting to server: ", "host.invalid", "http", "/");
        await AssertFailsAsync(5, "Error receiving data: ", "--timeout", "1s", "127.0.0.1", $"{listener.LocalAddress.Port}", "/");
        await AssertFailsAsync(4, "Connection error: ", "127.0.0.1", $"{PeerPort.Choose()}", "/");
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(2, "sock: path '/a b' has a space: write %20", "127.0.0.1", "1", "/a b")]
    [InlineData(2, "sock: path '/\\u{D}\\u{A}X: y' has a character that cannot be sent", "127.0.0.1", "1", "/\r\nX: y")]
    [InlineData(2, "sock: names and passwords in a URL are not supported", "http://me:secret@127.0.0.1:1/")]
    [InlineData(2, "sock: the URL says http, and --tls asks for TLS\nWrite https://", "--tls", "http://127.0.0.1/")]
    [InlineData(2, "sock: --insecure is for TLS, which is not asked for\n", "--insecure", "http://127.0.0.1/")]
    [InlineData(2, "sock: 'ftp://127.0.0.1/' is no http or https URL", "ftp://127.0.0.1/")]
    [InlineData(2, "get needs", "--json")]
    public async Task What_cannot_be_asked_for_is_refused_before_connecting(int exitCode, string error, params string[] words)
    {
        var result = await SockProcess.RunAsync(["get", .. words]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_status_of_400_or_more_fails_but_its_body_is_printed()
    {
        await using var server = Answering("HTTP/1.1 404 Gone fishing\r\n\r\nnothing\n");
        var result = await GetAsync(server);
        Assert.Equal((8, "nothing\n", "sock: the server answered 404 Gone fishing\nWith --any-status that is no error.\n"), (result.ExitCode, result.Output, result.Error));
        result = await GetAsync(server, "--any-status");
        Assert.Equal((0, "nothing\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_status_of_400_or_more_never_replaces_a_file()
    {
        var path = Path.Join(_directory, "out");
        await File.WriteAllTextAsync(path, "precious");
        await using var server = Answering("HTTP/1.1 500 Oh\r\n\r\nsorry\n");
        var result = await GetAsync(server, "-o", path);
        Assert.Equal((8, "precious"), (result.ExitCode, await File.ReadAllTextAsync(path)));
        Assert.StartsWith($"sock: the server answered 500 Oh; nothing was written to '{path}'\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await GetAsync(server, "-o", path, "--any-status")).ExitCode);
        Assert.Equal("sorry\n", await File.ReadAllTextAsync(path));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_file_that_is_not_whole_is_kept_and_said_to_be_so()
    {
        var path = Path.Join(_directory, "out");
        await using var server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\nhello");
        var result = await GetAsync(server, "-o", path);
        Assert.Equal((7, "hello"), (result.ExitCode, await File.ReadAllTextAsync(path)));
        Assert.Contains($"\n'{path}' has 5 of 12,345 bytes and is not whole.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_redirection_is_told_and_not_followed()
    {
        await using var server = Answering("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0\r\n\r\n");
        var result = await GetAsync(server);
        Assert.Equal((0, "302 Found: it is at http://elsewhere.test/ (not followed)\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
        var result = await GetAsync(server, "--max-size", "1k");
        Assert.Equal(8, result.ExitCode);
        Assert.EndsWith("the body has 2,000 bytes, and the limit is 1,024 bytes\nA larger --max-size allows more.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_holds_the_response()
    {
        await using var server = Answering("HTTP/1.1 200 Fine\r\nX: y\r\nx: z\r\nContent-Length: 6\r\n\r\nhello\n");
        var response = JsonDocument.Parse((await GetAsync(server, "--json")).Output).RootElement;
        Assert.Equal("1.1 200 Fine", $"{response.GetProperty("version")} {response.GetProperty("status")} {response.GetProperty("reason")}");
        Assert.Equal("""["y","z"]""", response.GetProperty("headers").GetProperty("x").GetRawText());
        Assert.Equal("hello\n", response.GetProperty("body").GetString());
        Assert.Equal(6, response.GetProperty("bytes").GetInt32());
        Assert.Equal($"127.0.0.1:{PortOf(server)}", response.GetProperty("remoteAddress").GetString());
        Assert.True(response.GetProperty("total").GetDouble() >= response.GetProperty("firstByte").GetDouble());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_holds_bytes_that_are_no_text_in_Base64()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\n\r\n\u00ff\0");
        var response = JsonDocument.Parse((await GetAsync(server, "--json")).Output).RootElement;
        Assert.Equal([0xff, 0], response.GetProperty("bodyBase64").GetBytesFromBase64());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_says_errors_in_one_object_and_bodies_in_a_file_by_its_name()
    {
        await using var server = Answering("HTTP/1.1 404 No\r\n\r\nnothing");
        var result = await GetAsync(server, "--json");
        Assert.Equal((8, 404), (result.ExitCode, JsonDocument.Parse(result.Output).RootElement.GetProperty("status").GetInt32()));
        Assert.Equal("the server answered 404 No", JsonDocument.Parse(result.Error).RootElement.GetProperty("error").GetString());
        var path = Path.Join(_directory, "out");
        result = await GetAsync(server, "--json", "--any-status", "-o", path);
        Assert.Equal(path, JsonDocument.Parse(result.Output).RootElement.GetProperty("output").GetString());
        Assert.Equal("nothing", await File.ReadAllTextAsync(path));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("$SOCK get URL >/dev/full", "cannot write standard output: no space left on device")]
    [InlineData("$SOCK get URL -o /dev/full", "cannot write '/dev/full': no space left on device")]
    [InlineData("$SOCK get URL -o /no/such/place", "cannot write '/no/such/place': there is no such directory")]
    [InlineData("$SOCK get URL -o /", "cannot write '/': it is a directory")]
    public async Task An_output_that_cannot_be_written_is_our_own_trouble(string line, string error)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        await using var server = Server.Start("127.0.0.1:0", Http.ServeAsync);
        var result = await Shell.RunAsync(line.Replace("URL", UrlOf(server), StringComparison.Ordinal));
        Assert.Equal((6, $"sock: {error}\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_that_has_seen_enough_is_no_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no sh on Windows");
        await using var server = Server.Start("127.0.0.1:0", Http.Serve((_, _) => new(HttpReply.Of(new byte[5_000_000], "x/y"))));
        var result = await Shell.RunAsync($"{{ $SOCK get {UrlOf(server)}; echo $? >&2; }} | head -c 1 | wc -c");
        Assert.Equal(("1", "0\n"), (result.Output.Trim(), result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Interrupted_it_says_what_has_come()
    {
        var path = Path.Join(_directory, "out");
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.ReadUntilAsync("\r\n\r\n"u8.ToArray(), 1000, cancel);
            await peer.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\nhello"u8.ToArray(), cancel);
            await peer.ReadAsync(new byte[1], cancel);
        });
        await using var sock = SockProcess.Start("get", "-v", "-o", path, UrlOf(server));
        await sock.WaitForErrorLineAsync("The answer is 200 OK");
        while (!File.Exists(path) || new FileInfo(path).Length < 5)
            await Task.Yield();
        sock.Signal("INT");
        var result = await sock.WaitAsync();
        Assert.Equal(130, result.ExitCode);
        Assert.EndsWith($"'{path}' has 5 of 12,345 bytes and is not whole.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Verbose_says_where_from_and_how_long()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n");
        var lines = (await GetAsync(server, "-v")).Error.Split('\n');
        Assert.Matches($"^Connected from 127.0.0.1:[0-9]+ to 127.0.0.1:{PortOf(server)}$", lines[0]);
        Assert.Equal("The answer is 200 OK, in HTTP/1.1", lines[1]);
        Assert.Equal("The body has 6 bytes", lines[2]);
        Assert.Matches("^Times: connect .* m?s, first byte .* m?s, total .* m?s$", lines[3]);
    }

    private static async Task AssertFailsAsync(int exitCode, string phrase, params string[] words)
    {
        var result = await SockProcess.RunAsync(["get", .. words]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: {phrase}", result.Error, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> GetAsync(Server server, params string[] options) => SockProcess.RunAsync(["get", .. options, UrlOf(server)]);

    /// <summary>A server that has the same bytes for everybody, and ends.</summary>
    private static Server Answering(string reply) => Server.Start("127.0.0.1:0", async (peer, cancel) =>
    {
        await peer.Lines.ReadUntilAsync("\r\n\r\n"u8.ToArray(), 1000, cancel);
        await peer.WriteAsync(Encoding.Latin1.GetBytes(reply), cancel);
    });

    private static string PortOf(Server server) => server.LocalAddress.Port.ToString();

    private static string UrlOf(Server server) => $"http://127.0.0.1:{server.LocalAddress.Port}/";

    private const int HangGuard = 60_000;
}
