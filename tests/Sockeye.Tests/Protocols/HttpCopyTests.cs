using System.Text;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>Large content, which the kernel moves where it can: the same bytes, lengths and errors.</summary>
public sealed class HttpCopyTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly MovedBytes _moved = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>A socket of the stock engine may block until it first has to wait, and is then left to a buffer.</summary>
    [Theory(Timeout = HangGuard)]
    [InlineData(SocketEngine.Stock, false)]
    [InlineData(SocketEngine.ReadinessLoop, true)]
    public async Task A_large_file_is_sent_by_the_kernel(SocketEngine engine, bool isMoved)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere bytes always go through a buffer");
        var content = Payload.Create(5_000_001);
        await File.WriteAllBytesAsync(_scratch.File("large"), content);
        var serve = Http.Serve(Http.Files(_scratch.Directory));
        await using var server = Server.Start(
            Listener.Listen("127.0.0.1:0", new() { Engine = engine }), (peer, cancel) => _moved.Begin(() => serve(peer, cancel)));
        await using var response = await Http.GetAsync($"http://{server.LocalAddress}/large");
        var received = new MemoryStream();
        await response.Body.CopyToAsync(received);
        Assert.Equal(content, received.ToArray());
        if (isMoved)
            Assert.InRange(_moved.BySendFile, 1, content.Length);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(Ground.Tcp)]
    [InlineData(Ground.TcpOnLoop)]
    public async Task No_more_is_sent_than_was_promised(Ground ground)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere bytes always go through a buffer");
        var content = Payload.Create(5_000_000);
        await File.WriteAllBytesAsync(_scratch.File("large"), content);
        await using var file = new FileStream(_scratch.File("large"), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        file.Position = 1_000_000;
        var (client, server) = await ConnectionPairs.CreateAsync(ground);
        var sending = _moved.Begin(() => StreamCopy.RunAsync(file, server, 128 * 1024, CancellationToken.None, limit: 3_000_001));
        var received = new byte[3_000_001];
        await client.ReadExactlyAsync(received);
        Assert.Equal(received.Length, await sending);
        Assert.Equal(content[1_000_000..4_000_001], received);
        Assert.Equal(4_000_001, file.Position);
        if (ground == Ground.TcpOnLoop)
            Assert.InRange(_moved.BySendFile, 1, received.Length);
        client.Abort();
        server.Abort();
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("Content-Length: 5000001\r\n", true)]
    [InlineData("", true)]
    [InlineData("Transfer-Encoding: chunked\r\n", false)]
    public async Task Content_that_is_plain_is_moved_by_the_kernel_to_a_file(string delimited, bool isMoved)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere bytes always go through a buffer");
        var content = Payload.Create(5_000_001);
        await using var server = Answering(delimited, isMoved ? content : [.. "4C4B41\r\n"u8, .. content, .. "\r\n0\r\n\r\n"u8]);
        await using var response = await Http.GetAsync(server.LocalAddress, "/");
        await SaveAsync(response);
        Assert.Equal(content, await File.ReadAllBytesAsync(_scratch.File("saved")));
        Assert.Equal(content.Length, response.Body.Position);
        Assert.Equal(isMoved, _moved.BySplice > 0);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Content_that_is_cut_short_is_told_and_what_came_is_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere bytes always go through a buffer");
        var content = Payload.Create(4_000_000);
        await using var server = Answering("Content-Length: 5000001\r\n", content);
        await using var response = await Http.GetAsync(server.LocalAddress, "/");
        var error = await Assert.ThrowsAsync<NetException>(() => SaveAsync(response));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        Assert.Equal("the peer ended after 4,000,000 of 5,000,001 bytes of the body", error.Reason);
        Assert.Equal(content, await File.ReadAllBytesAsync(_scratch.File("saved")));
        Assert.InRange(_moved.BySplice, 1, content.Length);
        var again = await Assert.ThrowsAsync<NetException>(async () => _ = await response.Body.ReadAsync(new byte[1]));
        Assert.Equal(error.Reason, again.Reason);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Content_beyond_the_limit_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere bytes always go through a buffer");
        await using var server = Answering("", Payload.Create(5_000_000));
        await using var response = await Http.GetAsync(server.LocalAddress, "/", new() { MaxSize = 4_000_000 });
        Assert.Equal(NetErrorKind.LimitExceeded, (await Assert.ThrowsAsync<NetException>(() => SaveAsync(response))).Kind);
        Assert.InRange(new FileInfo(_scratch.File("saved")).Length, 1, 4_000_000);
        Assert.InRange(_moved.BySplice, 1, 4_000_000);
    }

    private async Task SaveAsync(HttpResponse response)
    {
        var handle = File.OpenHandle(_scratch.File("saved"), FileMode.Create, FileAccess.Write);
        await using var output = new DescriptorStream(handle, FileAccess.Write, "the file");
        await _moved.Begin(() => response.Body.CopyToAsync(output));
    }

    private static Server Answering(string delimited, byte[] content) => Server.Start("127.0.0.1:0", async (peer, cancel) =>
    {
        await peer.Lines.ReadUntilAsync("\r\n\r\n"u8.ToArray(), 1000, cancel);
        await peer.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{delimited}\r\n"), cancel);
        await peer.WriteAsync(content, cancel);
    });

    private const int HangGuard = 60_000;
}
