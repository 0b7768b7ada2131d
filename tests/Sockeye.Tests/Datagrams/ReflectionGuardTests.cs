using Xunit;

namespace Sockeye.Tests.Datagrams;

public class ReflectionGuardTests
{
    private static readonly Address Local = Address.Udp("127.0.0.1", 51423);

    [Theory]
    [InlineData(7), InlineData(9), InlineData(11), InlineData(13), InlineData(17), InlineData(19), InlineData(37)]
    [InlineData(53), InlineData(69), InlineData(123), InlineData(161), InlineData(389), InlineData(1900), InlineData(11211)]
    public void The_port_of_another_small_service_is_not_answered(int port) =>
        Assert.Contains("might answer in turn", ReflectionGuard.ReasonNotToAnswer(Address.Udp("192.0.2.1", port), Local));

    [Theory]
    [InlineData("192.0.2.1", 0)]
    [InlineData("192.0.2.1", 51423)]
    [InlineData("224.0.0.1", 40000)]
    [InlineData("239.255.255.250", 40000)]
    [InlineData("255.255.255.255", 40000)]
    [InlineData("240.0.0.1", 40000)]
    [InlineData("0.0.0.0", 40000)]
    [InlineData("ff02::1", 40000)]
    [InlineData("::", 40000)]
    public void What_is_not_one_stranger_at_one_port_is_not_answered(string host, int port) =>
        Assert.NotNull(ReflectionGuard.ReasonNotToAnswer(Address.Udp(host, port), Local));

    [Theory]
    [InlineData("127.0.0.1", 40000)]
    [InlineData("192.0.2.1", 1)]
    [InlineData("223.255.255.255", 51424)]
    [InlineData("2001:db8::1", 65535)]
    [InlineData("fe80::1", 1024)]
    public void Everyone_else_is_answered(string host, int port) =>
        Assert.Null(ReflectionGuard.ReasonNotToAnswer(Address.Udp(host, port), Local));

    [Fact]
    public void A_Unix_sender_is_answered_if_it_has_a_name()
    {
        var local = Address.UnixDatagram("@server");
        Assert.Null(ReflectionGuard.ReasonNotToAnswer(Address.UnixDatagram("@client"), local));
        Assert.NotNull(ReflectionGuard.ReasonNotToAnswer(Address.From(endPoint: null, Transport.UnixDatagram), local));
    }
}
