using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Sockeye.Tests;

public class AddressTests
{
    [Theory]
    [InlineData("example.test:80", Transport.Tcp, "example.test", 80)]
    [InlineData("127.0.0.1:80", Transport.Tcp, "127.0.0.1", 80)]
    [InlineData("[::1]:80", Transport.Tcp, "::1", 80)]
    [InlineData("tcp://example.test:0", Transport.Tcp, "example.test", 0)]
    [InlineData("UDP://example.test:65535", Transport.Udp, "example.test", 65535)]
    [InlineData("tls://example.test:443", Transport.Tls, "example.test", 443)]
    [InlineData("udp://[2001:db8::1]:53", Transport.Udp, "2001:db8::1", 53)]
    [InlineData("*:80", Transport.Tcp, "*", 80)]
    [InlineData("example.test.:80", Transport.Tcp, "example.test.", 80)]
    [InlineData("_service.example.test:80", Transport.Tcp, "_service.example.test", 80)]
    [InlineData("bücher.example:80", Transport.Tcp, "bücher.example", 80)]
    public void Host_and_port_are_read(string text, Transport transport, string host, int port)
    {
        var address = Address.Parse(text);
        Assert.Equal((transport, host, port, null, null), (address.Transport, address.Host, address.Port, address.Service, address.Path));
    }

    [Theory]
    [InlineData("unix:/run/app.sock", Transport.Unix, "/run/app.sock")]
    [InlineData("unix:app.sock", Transport.Unix, "app.sock")]
    [InlineData("unix:///run/app.sock", Transport.Unix, "/run/app.sock")]
    [InlineData("unix:@name", Transport.Unix, "@name")]
    [InlineData("unix:/a b://c", Transport.Unix, "/a b://c")]
    [InlineData("unix://///run", Transport.Unix, "///run")]
    [InlineData("unixgram:/run/app.sock", Transport.UnixDatagram, "/run/app.sock")]
    public void Unix_paths_are_read(string text, Transport transport, string path)
    {
        var address = Address.Parse(text);
        Assert.Equal((transport, path, "", 0), (address.Transport, address.Path, address.Host, address.Port));
        Assert.Equal(address, Address.Parse(address.ToString()));
    }

    [Fact]
    public void Without_a_front_the_asked_transport_is_meant()
    {
        Assert.Equal(Address.Udp("example.test", 53), Address.Parse("example.test:53", Transport.Udp));
        Assert.Equal(Address.Unix("/run/app.sock"), Address.Parse("/run/app.sock", Transport.Unix));
        Assert.Equal(Address.UnixDatagram("host:80"), Address.Parse("host:80", Transport.UnixDatagram));
        Assert.Equal(Address.Tcp("example.test", 53), Address.Parse("tcp://example.test:53", Transport.Udp));
    }

    [Theory]
    [InlineData("010.0.0.1:80", "leading zero")]
    [InlineData("1.2.3:80", "four numbers")]
    [InlineData("0x7f.1:80", "four numbers")]
    [InlineData("0x7f:80", "four numbers")]
    [InlineData("12345:80", "four numbers")]
    [InlineData("0x7f.0.0.1:80", "'0x7f' is not a decimal number")]
    [InlineData("1.2.3.4.:80", "four numbers")]
    [InlineData("256.1.1.1:80", "256 is more than 255")]
    [InlineData("1..2.3:80", "'' is not a decimal number")]
    [InlineData("1.2.3.99999999999:80", "more than 255")]
    [InlineData("1。2。3。4:80", "ends in a number")]
    [InlineData("::1:80", "needs brackets around the IPv6 address: write [::1]:80")]
    [InlineData("2001:db8::1", "needs brackets around the IPv6 address")]
    [InlineData("fe80::1", "needs brackets around the IPv6 address")]
    [InlineData("a:b:80", "too many colons")]
    [InlineData("[::1", "no closing bracket")]
    [InlineData("[::1]", "has no port: write [::1]:PORT")]
    [InlineData("[a\u0017b]", "has no port: write [ADDRESS]:PORT")]
    [InlineData("::1:\u0017", "needs brackets around the IPv6 address: write [::1]:PORT")]
    [InlineData("[::1]80", "has no port")]
    [InlineData("[::1]:80:90", "after the bracket comes :PORT")]
    [InlineData("[127.0.0.1]:80", "brackets are for IPv6")]
    [InlineData("[::1/64]:80", "is no IPv6 address")]
    [InlineData("[::ffff:010.0.0.1]:80", "is no IPv6 address")]
    [InlineData("[1:2:3]:80", "is no IPv6 address")]
    [InlineData("[fe80::1%]:80", "no network interface ''")]
    [InlineData("[fe80::1%nosuchinterface]:80", "no network interface 'nosuchinterface'")]
    [InlineData("", "empty")]
    [InlineData("example.test", "has no port: write HOST:PORT")]
    [InlineData("example.test:", "the port is missing")]
    [InlineData(":80", "the host is empty")]
    [InlineData("a b:80", "cannot stand in one")]
    [InlineData("a\u001b[31m:80", "\\u{1B}")]
    [InlineData("a\u200bb:80", "\\u{200B}")]
    [InlineData("a\0b:80", "\\u{0}")]
    [InlineData("user@host:80", "cannot stand in one")]
    [InlineData("-host:80", "begins with a hyphen")]
    [InlineData("a..b:80", "between dots")]
    [InlineData(".a:80", "between dots")]
    [InlineData(".:80", "between dots")]
    [InlineData("http://example.test:80", "'http://' is no transport")]
    [InlineData("unix:", "path of the Unix socket is empty")]
    [InlineData("unix:@", "abstract name of the Unix socket is empty")]
    [InlineData("unix:/a\nb", "cannot stand in a name")]
    public void What_is_wrong_is_said(string text, string reason)
    {
        var error = Assert.Throws<NetException>(() => Address.Parse(text));
        Assert.Equal((NetErrorKind.InvalidAddress, NetOperation.Parse), (error.Kind, error.Operation));
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.False(Address.TryParse(text, out var address));
        Assert.Null(address);
    }

    [Theory]
    [InlineData("65536")]
    [InlineData("99999999999999999999")]
    [InlineData("+80")]
    [InlineData("-80")]
    [InlineData("0x50")]
    [InlineData(" 80")]
    [InlineData("80 ")]
    [InlineData("08")]
    [InlineData("00")]
    [InlineData("٨٠")]
    [InlineData("80\n")]
    [InlineData("ht tp")]
    [InlineData("80/path?")]
    public void A_malformed_port_is_refused(string port)
    {
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Tcp("example.test", port)).Kind);
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Parse($"example.test:{port}")).Kind);
    }

    [Fact]
    public void A_service_name_becomes_its_port_and_is_shown_as_typed()
    {
        var address = Address.Parse("example.test:HTTP", services: ServiceRegistry.BuiltIn);
        Assert.Equal((80, "HTTP", "example.test:HTTP"), (address.Port, address.Service, address.ToString()));
        Assert.Equal(Address.Tcp("example.test", 80), address);
        Assert.Equal(Address.Tcp("example.test", 80).GetHashCode(), address.GetHashCode());
        Assert.Equal("udp example.test:time", Address.Udp("example.test", "time").ToStringWithTransport());
        Assert.Equal("*:http", Address.ParseListening("http").ToString());
    }

    [Fact]
    public void A_service_name_is_looked_up_for_the_transport_in_use()
    {
        var services = ServiceRegistry.BuiltIn.With("meeting", 4000, Transport.Tcp).With("meeting", 5000, Transport.Udp);
        Assert.Equal(4000, Address.Parse("example.test:meeting", services: services).Port);
        Assert.Equal(5000, Address.Parse("udp://example.test:meeting", services: services).Port);
        Assert.Equal(5000, Address.ParseListening("meeting", Transport.Udp, services).Port);
    }

    [Theory]
    [InlineData("example.test:htpt")]
    [InlineData("example.test:80a")]
    [InlineData("udp://example.test:greeting-unknown")]
    public void An_unknown_service_is_said_to_be_unknown(string text)
    {
        Assert.Equal(NetErrorKind.UnknownService, Assert.Throws<NetException>(() => Address.Parse(text)).Kind);
        Assert.False(Address.TryParse(text, out _));
    }

    [Fact]
    public void A_host_that_brings_a_port_is_told_so() =>
        Assert.Equal("'example.test:80' is no host: leave out the port", Assert.Throws<NetException>(() => Address.Tcp("example.test:80", 80)).Reason);

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    [InlineData(int.MaxValue)]
    public void A_port_number_out_of_range_is_refused(int port) =>
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Udp("example.test", port)).Kind);

    [Theory]
    [InlineData("ipx://example.test:80", "IPX is gone from every kernel")]
    [InlineData("afp://example.test:80", "AppleTalk is gone from every kernel")]
    [InlineData("DECNET://example.test:80", "DECnet is gone from every kernel")]
    public void What_is_not_there_is_unsupported_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<NetException>(() => Address.Parse(text));
        Assert.Equal(NetErrorKind.Unsupported, error.Kind);
        Assert.Contains(reason, error.Reason);
    }

    [Fact]
    public void Names_as_long_as_name_servers_take_are_accepted_and_longer_ones_refused()
    {
        var label = new string('a', 63);
        var longest = $"{label}.{label}.{label}.{new string('a', 61)}";
        Assert.Equal(longest, Address.Tcp(longest, 80).Host);
        Assert.Equal(longest + ".", Address.Tcp(longest + ".", 80).Host);
        Assert.Contains("longer than 253", Assert.Throws<NetException>(() => Address.Tcp(longest + "a", 80)).Reason);
        Assert.Contains("1 to 63", Assert.Throws<NetException>(() => Address.Tcp($"{label}a.test", 80)).Reason);
    }

    [Fact]
    public void Paths_as_long_as_the_kernel_takes_are_accepted_and_longer_ones_refused()
    {
        var longest = new string('x', OperatingSystem.IsMacOS() ? 103 : 107);
        Assert.Equal(longest, Address.Unix(longest).Path);
        Assert.Equal("@" + longest, Address.Unix("@" + longest).Path);
        Assert.Contains("too long", Assert.Throws<NetException>(() => Address.Unix(longest + "x")).Reason);
        Assert.Contains("too long", Assert.Throws<NetException>(() => Address.Unix("@" + longest + "x")).Reason);
        Assert.Contains("too long", Assert.Throws<NetException>(() => Address.Unix(longest[1..] + "ü")).Reason);    // two bytes
    }

    [Theory]
    [InlineData("80", "*:80")]
    [InlineData(":80", "*:80")]
    [InlineData("*:80", "*:80")]
    [InlineData("udp://:53", "udp://*:53")]
    [InlineData("udp://53", "udp://*:53")]
    [InlineData("localhost:80", "localhost:80")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("[::]:80", "[::]:80")]
    [InlineData("unix:/run/app.sock", "unix:/run/app.sock")]
    public void Listening_takes_a_port_alone(string text, string expected) =>
        Assert.Equal(expected, Address.ParseListening(text).ToString());

    [Theory]
    [InlineData("example.test:80", "never asks name servers")]
    [InlineData("localhost", "has no port")]
    [InlineData("127.0.0.1", "has no port")]
    [InlineData("*", "has no port")]
    [InlineData("[::1]", "has no port")]
    [InlineData(":", "the port is missing")]
    [InlineData("::1:80", "needs brackets")]
    public void Listening_refuses_names_and_hosts_alone(string text, string reason)
    {
        var error = Assert.Throws<NetException>(() => Address.ParseListening(text));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        Assert.Contains(reason, error.Reason);
    }

    [Fact]
    public void Every_form_has_its_text()
    {
        Assert.Equal("example.test:80", Address.Tcp("example.test", 80).ToString());
        Assert.Equal("[::1]:80", Address.Tcp("::1", 80).ToString());
        Assert.Equal("udp://[::1]:80", Address.Udp("[::1]", 80).ToString());
        Assert.Equal("unix:/run/x", Address.Unix("/run/x").ToString());
        Assert.Equal("unixgram:@x", Address.UnixDatagram("@x").ToString());
        Assert.Equal("tcp://unix:80", Address.Tcp("unix", 80).ToString());    // or it would read as a path
        Assert.Equal("tcp example.test:80", Address.Tcp("example.test", 80).ToStringWithTransport());
        Assert.Equal("udp [::1]:53", Address.Udp("::1", 53).ToStringWithTransport());
        Assert.Equal("unix:/run/x", Address.Unix("/run/x").ToStringWithTransport());
    }

    [Fact]
    public void Equal_means_the_same_place()
    {
        Assert.Equal(Address.Tcp("Example.Test", 80), Address.Tcp("example.test", 80));
        Assert.Equal(Address.Tcp("Example.Test", 80).GetHashCode(), Address.Tcp("example.test", 80).GetHashCode());
        Assert.Equal(Address.Tcp("0:0:0:0:0:0:0:1", 80), Address.Tcp("::1", 80));
        Assert.Equal(Address.Tcp("0:0:0:0:0:0:0:1", 80).GetHashCode(), Address.Tcp("::1", 80).GetHashCode());
        Assert.NotEqual(Address.Tcp("example.test", 80), Address.Udp("example.test", 80));
        Assert.NotEqual(Address.Tcp("example.test", 80), Address.Tcp("example.test", 81));
        Assert.NotEqual(Address.Tcp("*", 80), Address.Tcp("::", 80));
        Assert.NotEqual(Address.Tcp("localhost", 80), Address.Tcp("127.0.0.1", 80));
        Assert.NotEqual(Address.Unix("/a"), Address.Unix("/A"));
        Assert.False(Address.Unix("/a").Equals(null));
    }

    [Fact]
    public void Mapped_IPv4_is_shown_as_IPv4()
    {
        var mapped = new IPEndPoint(IPAddress.Parse("::ffff:127.0.0.1"), 80);
        Assert.Equal("127.0.0.1:80", Address.From(mapped, Transport.Tcp).ToString());
        Assert.Equal("127.0.0.1:80", Address.Parse("[::ffff:127.0.0.1]:80").ToString());
    }

    [Fact]
    public void The_ends_of_Unix_sockets_become_addresses()
    {
        Assert.Equal(Address.Unix("/run/x"), Address.From(new UnixDomainSocketEndPoint("/run/x"), Transport.Unix));
        Assert.Equal("", Address.From(null, Transport.UnixDatagram).Path);
        if (OperatingSystem.IsLinux())
            Assert.Equal(Address.Unix("@x"), Address.From(new UnixDomainSocketEndPoint("\0x"), Transport.Unix));
    }

    [Fact]
    public void A_zone_is_kept()
    {
        var address = Address.Parse("[fe80::1%1]:80");    // interface 1 is the loopback's
        Assert.Equal(("fe80::1%1", 1), (address.Host, address.IP!.ScopeId));
        Assert.Equal("[fe80::1%1]:80", address.ToString());
    }

    [Fact]
    public void The_platforms_parsing_interface_leads_to_the_same_reading()
    {
        Assert.Equal(Address.Tcp("::1", 80), ParseAs<Address>("[::1]:80"));
        Assert.Throws<ArgumentNullException>(() => Address.Parse(null!));
        Assert.Throws<ArgumentNullException>(() => Address.Tcp(null!, 80));
        Assert.False(Address.TryParse(null, out _));

        static T ParseAs<T>(string text) where T : IParsable<T> => T.Parse(text, null);
    }
}
