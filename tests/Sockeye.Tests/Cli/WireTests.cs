using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>How the bytes of <c>connect</c> and <c>listen</c> go over the wire.</summary>
public class WireTests
{
    [Theory(Timeout = HangGuard)]
    [InlineData("connect")]
    [InlineData("listen")]
    [InlineData("listen -k")]
    public async Task Telnet_options_are_refused_in_both_roles(string verb)
    {
        await using var conversation = await WireConversation.StartAsync($"{verb} -t -C");
        await conversation.Peer.WriteAsync((byte[])[255, 253, 24, .. "log"u8, 255, 251, 3, .. "in: "u8, 255, 255]);
        await conversation.Sock.WaitForOutputBytesAsync(8);
        Assert.Equal([255, 252, 24, 255, 254, 3], await conversation.ReadAsync(6));
        await conversation.Sock.WriteAsync((byte[])[.. "me"u8, 255, (byte)'\n']);
        Assert.Equal([.. "me"u8, 255, 255, .. "\r\n"u8], await conversation.ReadAsync(6));
        Assert.StartsWith("login: ", conversation.Sock.Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Datagrams_have_no_telnet()
    {
        var result = await SockProcess.RunAsync("connect", "-u", "-t", "localhost", "9");
        Assert.Equal((2, "sock: --telnet is for streams, and this is for datagrams\n"), (result.ExitCode, result.Error.Replace("\r", "")));
    }

    /// <summary>A wait of an hour, in which two limits could pass: the one on silence does not count it.</summary>
    [Theory(Timeout = HangGuard)]
    [InlineData("--delay 1h", "4 bytes sent, 0 received, 4 bytes of the input not sent")]
    [InlineData("-d 1h", "4 bytes sent, 0 received, 4 bytes of the input not sent")]
    [InlineData("--rate 1", "[123] bytes? sent, 0 received, 1 byte of the input not sent")]
    public async Task It_goes_no_faster_than_asked(string slow, string amounts)
    {
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.CopyToAsync(Stream.Null, cancel));
        var result = await SockProcess.RunWithInputAsync(
            "one\ntwo\n", ["connect", .. slow.Split(' '), "--idle", "1s", "--max-time", "2500ms", "127.0.0.1", $"{server.LocalAddress.Port}"]);
        Assert.Equal(5, result.ExitCode);
        Assert.Matches($@"the session did not end within 2\.5 s \({amounts}\)", result.Error);
    }

    private const int HangGuard = 120_000;
}
