using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class AdviceTests
{
    [Theory]
    [InlineData("resolve -6 localhost", NetErrorKind.NameNotFound, "Leave out -6: the name may have IPv4 addresses.")]
    [InlineData("resolve localhost", NetErrorKind.NameNotFound, "Check the spelling of the name.")]
    [InlineData("resolve localhost", NetErrorKind.TimedOut, "--timeout TIME waits longer; a firewall may be dropping the packets.")]
    [InlineData("resolve -w 1 localhost", NetErrorKind.TimedOut, "Give --timeout more time, or 'none'.")]
    [InlineData("time localhost", NetErrorKind.TimedOut, "A datagram or its answer may be lost or dropped on the way: --tcp asks over TCP.")]
    [InlineData("time --tcp localhost", NetErrorKind.TimedOut, "--timeout TIME waits longer; a firewall may be dropping the packets.")]
    [InlineData("port http", NetErrorKind.UnknownService, "'sock port --search WORD' finds services by name.")]
    public void Advice_knows_what_was_already_given(string line, NetErrorKind kind, string advice) =>
        Assert.Equal(advice, Advice.For(new NetException(kind, NetOperation.Resolve, "why"), CommandTree.Parse(line.Split(' '))));

    [Theory]
    [InlineData("localhost", "Nobody listens there. 'sock listen 9' would; 'sock serve' starts services to talk to.")]
    [InlineData("192.0.2.1", "Nobody listens there: check the port, and whether the server is running.")]
    public void A_refusal_of_this_machine_is_told_from_that_of_another(string host, string advice) =>
        Assert.Equal(advice, Advice.For(
            new NetException(NetErrorKind.Refused, NetOperation.Connect, "why", Address.Tcp(host, 9)), CommandTree.Parse(["time", host])));

    [Fact]
    public void Advice_is_one_line_that_ends_with_a_full_stop() =>
        Assert.All(Enum.GetValues<NetErrorKind>(), kind =>
        {
            var advice = Advice.For(new NetException(kind, NetOperation.Connect, "why", Address.Tcp("localhost", 80)), CommandTree.Parse(["time", "localhost"]));
            Assert.Matches("^([^\n]+\\.)?$", advice ?? "");
        });
}
