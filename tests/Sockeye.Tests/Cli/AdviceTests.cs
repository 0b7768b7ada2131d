using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class AdviceTests
{
    [Theory]
    [InlineData("resolve -6 localhost", NetErrorKind.NameNotFound, "Leave out -6: the name may have IPv4 addresses.")]
    [InlineData("resolve localhost", NetErrorKind.NameNotFound, "Check the spelling of the name.")]
    [InlineData("scan localhost http 22", NetErrorKind.NameNotFound, "If it is a service: PORTS is one word, put commas between them.")]
    [InlineData("scan localhost nosuch http", NetErrorKind.NameNotFound, "Check the spelling of the name.")]
    [InlineData("resolve localhost", NetErrorKind.TimedOut, "--timeout TIME waits longer; a firewall may be dropping the packets.")]
    [InlineData("resolve -w 1 localhost", NetErrorKind.TimedOut, "Give --timeout more time, or 'none'.")]
    [InlineData("time localhost", NetErrorKind.TimedOut, "A datagram or its answer may be lost or dropped on the way: --tcp asks over TCP.")]
    [InlineData("time --tcp localhost", NetErrorKind.TimedOut, "--timeout TIME waits longer; a firewall may be dropping the packets.")]
    [InlineData("port http", NetErrorKind.UnknownService, "'sock port --search WORD' finds services by name.")]
    public void Advice_knows_what_was_already_given(string line, NetErrorKind kind, string advice) =>
        Assert.Equal(advice, Advice.For(new NetException(kind, NetOperation.Resolve, "why"), CommandTree.Parse(line.Split(' '))));

    [Theory]
    [InlineData("connect HOST 9", "localhost", "Nobody listens there. 'sock listen 9' would; 'sock serve' starts services to talk to.")]
    [InlineData("connect HOST 9", "192.0.2.1", "Nobody listens there: check the port, and whether the server is running.")]
    [InlineData("get HOST 9", "127.0.0.1", "Nobody listens there. 'sock serve http=9' would.")]
    [InlineData("time --tcp HOST", "127.0.0.1", "Nobody listens there. 'sock serve time=9' would.")]
    [InlineData("time --tcp --daytime HOST", "::1", "Nobody listens there. 'sock serve daytime=9' would.")]
    public void A_refusal_of_this_machine_is_told_from_that_of_another(string line, string host, string advice) =>
        Assert.Equal(advice, Of(line.Replace("HOST", host), NetErrorKind.Refused, NetOperation.Connect, Address.Tcp(host, 9)));

    [Theory]
    [InlineData("listen 80", NetErrorKind.AddressInUse, "*:80", "'ss -tlnp sport = :80' shows who is there; or choose another port.")]
    [InlineData("listen -u 80", NetErrorKind.AddressInUse, "udp://*:80", "'ss -ulnp sport = :80' shows who is there; or choose another port.")]
    [InlineData("serve echo=80", NetErrorKind.AddressInUse, "*:80", "Is it served already? 'ss -tlnp sport = :80' shows who is there; NAME=PORT serves it elsewhere.")]
    [InlineData("listen unix:/a", NetErrorKind.AddressInUse, "unix:/a", "Choose another path, or remove the file if no program needs it.")]
    [InlineData("listen unix:@a", NetErrorKind.AddressInUse, "unix:@a", "Another program listens at that name: choose another one.")]
    [InlineData("listen unix:/a/b", NetErrorKind.NotFound, "unix:/a/b", "Make the directory first.")]
    [InlineData("listen 198.51.100.7 0", NetErrorKind.AddressUnavailable, "198.51.100.7:0", "'ip address' lists those that are; * stands for all of them.")]
    [InlineData("listen 80", NetErrorKind.AccessDenied, "*:80", "Choose a port from 1024 up.")]
    [InlineData("serve --standard-ports", NetErrorKind.AccessDenied, "localhost:7", "Leave out --standard-ports for ports that need no rights.")]
    public void Who_cannot_listen_is_told_where_to(string line, NetErrorKind kind, string address, string advice) =>
        Assert.Equal(advice, Of(line, kind, NetOperation.Listen, Address.ParseListening(address)));

    [Theory]
    [InlineData("connect -6 127.0.0.1 80", NetErrorKind.NameNotFound, "127.0.0.1:80", "Leave out -6.")]
    [InlineData("connect -x example.com 80", NetErrorKind.InvalidAddress, "example.com:80", "-x takes a FILE: '-x -' shows the bytes here.")]
    [InlineData("connect -s ::1 127.0.0.1 80", NetErrorKind.InvalidAddress, "127.0.0.1:80", "Give a source of the same family, or leave out -s.")]
    [InlineData("connect -s 198.51.100.7 127.0.0.1 80", NetErrorKind.AddressUnavailable, "127.0.0.1:80", "'ip address' lists those that are; without -s the system chooses one.")]
    [InlineData("connect unix:/a", NetErrorKind.Unsupported, "unix:/a", "With -u it may work: that is for sockets of datagrams.")]
    [InlineData("connect -u unix:/a", NetErrorKind.Unsupported, "unixgram:/a", "Without -u it may work: that is for sockets of datagrams.")]
    [InlineData("connect unix:/a", NetErrorKind.Refused, "unix:/a", "The socket is there, but its server is not running.")]
    [InlineData("connect unix:@a", NetErrorKind.Refused, "unix:@a", "Nobody listens at that name: check it, and whether the server is running.")]
    [InlineData("connect unix:/a", NetErrorKind.NotFound, "unix:/a", "The server that makes this socket may not be running.")]
    [InlineData("connect 192.0.2.1 80", NetErrorKind.Unreachable, "192.0.2.1:80", "'ip route' shows which networks this machine can reach.")]
    public void Who_cannot_connect_is_told_why(string line, NetErrorKind kind, string address, string advice) =>
        Assert.Equal(advice, Of(line, kind, NetOperation.Connect, Address.Parse(address)));

    [Theory]
    [InlineData("connect localhost 80", NetErrorKind.Reset, "The other program has ended or refuses to go on; its log may say why.")]
    [InlineData("connect -u localhost 80", NetErrorKind.MessageTooLarge, "--datagrams SIZE cuts the input into smaller ones.")]
    [InlineData("get localhost 80", NetErrorKind.ProtocolViolation, "'sock connect' shows what the server really says.")]
    [InlineData("get localhost 80", NetErrorKind.ClosedEarly, "The server broke off; asking again may help.")]
    [InlineData("time localhost", NetErrorKind.ProtocolViolation, "It may be no time server: the usual port is 37.")]
    public void Of_what_went_wrong_later_the_usual_cause_is_told(string line, NetErrorKind kind, string advice) =>
        Assert.Equal(advice, Of(line, kind, NetOperation.Read, Address.Tcp("localhost", 80)));

    [Fact]
    public void A_fault_of_the_program_is_to_be_reported() =>
        Assert.StartsWith("This is a fault of sock itself", Advice.For(new InvalidOperationException("why"), CommandTree.Parse(["tour"])));

    private static string? Of(string line, NetErrorKind kind, NetOperation operation, Address address) =>
        Advice.For(new NetException(kind, operation, "why", address), CommandTree.Parse(line.Split(' ')));

    [Fact]
    public void Advice_is_one_line_that_ends_with_a_full_stop() =>
        Assert.All(Enum.GetValues<NetErrorKind>(), kind =>
        {
            var advice = Advice.For(new NetException(kind, NetOperation.Connect, "why", Address.Tcp("localhost", 80)), CommandTree.Parse(["time", "localhost"]));
            Assert.Matches("^([^\n]+\\.)?$", advice ?? "");
        });
}
