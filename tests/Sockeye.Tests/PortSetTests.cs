using Xunit;

namespace Sockeye.Tests;

public class PortSetTests
{
    [Theory]
    [InlineData("22", "22", 1)]
    [InlineData("1-1024", "1-1024", 1024)]
    [InlineData("443,22", "22,443", 2)]
    [InlineData("ssh, https\thttp", "22,80,443", 3)]
    [InlineData("HTTP", "80", 1)]
    [InlineData("http-alt,3com-tsmux", "106,8080", 2)]
    [InlineData("80,http,79-81", "79-81", 3)]
    [InlineData("1-10,11-20,5", "1-20", 20)]
    [InlineData("10-10,12-12", "10,12", 2)]
    [InlineData(",22,\r\n,23,", "22-23", 2)]
    [InlineData("all", "1-65535", 65_535)]
    [InlineData("all,65535", "1-65535", 65_535)]
    public void It_holds_what_its_text_says(string text, string shown, int count)
    {
        var ports = PortSet.Parse(text, ServiceRegistry.BuiltIn);
        Assert.Equal((shown, count), (ports.ToString(), ports.Count));
        Assert.Equal(count, ports.Distinct().Count());
        Assert.Equal(ports.Order(), ports);
        Assert.All(ports.Take(50), port => Assert.True(ports.Contains(port)));
    }

    [Theory]
    [InlineData("", "no port is named")]
    [InlineData(" , ", "no port is named")]
    [InlineData("0", "nobody can be reached at port 0")]
    [InlineData("0-10", "nobody can be reached at port 0")]
    [InlineData("70000", "port '70000' is out of range")]
    [InlineData("1-65536", "port '65536' is out of range")]
    [InlineData("99999999999999999999", "is out of range")]
    [InlineData("20-10", "'20-10' is no range of ports: it ends before it begins")]
    [InlineData("10-", "'10-' is no range of ports: write FIRST-LAST")]
    [InlineData("-10", "'-10' is no range of ports: write FIRST-LAST")]
    [InlineData("-", "'-' is no range of ports")]
    [InlineData("1-2-3", "'1-2-3' is no range of ports")]
    [InlineData("080", "has a leading zero")]
    [InlineData("1-080", "has a leading zero")]
    [InlineData("+80", "is neither a number")]
    [InlineData("0x50", "is neither a number")]
    [InlineData("22;23", "is neither a number")]
    public void What_is_no_list_of_ports_is_an_invalid_address(string text, string reason)
    {
        var error = Assert.Throws<NetException>(() => PortSet.Parse(text, ServiceRegistry.BuiltIn));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("22,htpp", "did you mean http?")]
    [InlineData("syslog", "known for udp only")]
    public void A_service_that_TCP_does_not_know_is_an_unknown_one(string text, string reason)
    {
        var error = Assert.Throws<NetException>(() => PortSet.Parse(text, ServiceRegistry.BuiltIn));
        Assert.Equal(NetErrorKind.UnknownService, error.Kind);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_of_ones_own_are_known_too() =>
        Assert.Equal("51444", PortSet.Parse("greeting", ServiceRegistry.BuiltIn.With("greeting", 51444, Transport.Tcp)).ToString());

    [Fact]
    public void The_top_is_a_hundred_ports_with_names_then_the_others_with_names_then_the_rest()
    {
        Assert.Equal("443", PortSet.Top(1).ToString());
        Assert.Equal("22,80,443", PortSet.Top(3).ToString());
        Assert.Equal(100, TopPorts.ByHand.Distinct().Count());
        Assert.Equal(TopPorts.ByHand.Select(port => (int)port).Order(), PortSet.Top(100));
        Assert.All(PortSet.Top(5000), port => Assert.NotNull(ServiceRegistry.BuiltIn.Find(port, Transport.Tcp)));
        Assert.Contains(1, PortSet.Top(101));    // tcpmux, the lowest with a name
        Assert.Equal("1-65535", PortSet.Top(65_535).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void There_are_not_more_ports_than_there_are(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PortSet.Top(count));
}
