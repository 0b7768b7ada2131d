using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary><c>sock get</c> against other people's web servers.</summary>
public sealed class HttpPeerTests : IDisposable
{
    private const int HangGuard = 150_000;
    private readonly Scratch _scratch = new();

    public HttpPeerTests() => File.WriteAllBytes(_scratch.File("data"), Exchange.Theirs);

    public void Dispose() => _scratch.Dispose();

    public static TheoryData<string> Servers =>
        ["python3 -m http.server --bind 127.0.0.1 --directory {directory} {port}", "busybox httpd -f -p 127.0.0.1:{port} -h {directory}"];

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task A_file_comes_whole(string line)
    {
        await using var server = await ServeAsync(line);
        string[][] ways = [["127.0.0.1", $"{server.Port}", "/data"], [$"http://127.0.0.1:{server.Port}/data"], ["--http1.1", $"http://127.0.0.1:{server.Port}/data"]];
        foreach (var way in ways)
        {
            var result = await SockProcess.RunAsync(["get", .. way]);
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Exchange.AssertSame(Exchange.Theirs, result.OutputBytes);
        }
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(Servers))]
    public async Task A_file_that_is_not_there_ends_8(string line)
    {
        await using var server = await ServeAsync(line);
        var result = await SockProcess.RunAsync("get", $"http://127.0.0.1:{server.Port}/missing");
        Assert.Equal(8, result.ExitCode);
        Assert.Matches(@"\Asock: .*404", result.Error);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the close\n", 0, "until the close\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nchunks\r\n1\r\n\n\r\n0\r\n\r\n", 0, "chunks\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nall\nmore", 0, "all\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\ncut", 7, "cut")]
    [InlineData("220 mail.example.com ESMTP\r\n", 8, "")]
    [InlineData("", 7, "")]
    public async Task A_netcat_with_an_answer_at_hand_is_a_server(string answer, int exitCode, string body)
    {
        await using var server = await PeerProgram.ServeAsync("nc.openbsd -N -l 127.0.0.1 {port}");
        await server.WriteAsync(answer);
        server.EndInput();
        var result = await SockProcess.RunAsync("get", $"http://127.0.0.1:{server.Port}/");
        Assert.Equal((exitCode, body), (result.ExitCode, result.Output));
        Assert.Equal(exitCode == 0, result.Error.Length == 0);
    }

    private Task<RunningProgram> ServeAsync(string line) =>
        PeerProgram.ServeAsync(line.Replace("{directory}", _scratch.Directory, StringComparison.Ordinal));
}
