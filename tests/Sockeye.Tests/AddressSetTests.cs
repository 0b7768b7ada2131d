using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Sockeye.Tests;

public class AddressSetTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.6 192.0.2.8 ::ffff:192.0.2.8 ::192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7 ::ffff:192.0.2.7", "192.0.2.8")]
    [InlineData("192.0.2.0/24", "192.0.2.0 192.0.2.255", "192.0.1.255 192.0.3.0")]
    [InlineData("192.0.2.77/24", "192.0.2.0 192.0.2.255", "192.0.1.255 192.0.3.0")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0 10.255.255.255", "11.0.0.0 ::1")]
    [InlineData("0.0.0.0/0", "0.0.0.0 255.255.255.255 ::ffff:1.2.3.4", "::1 ::")]
    [InlineData("::/0", "::1 ffff::", "127.0.0.1 ::ffff:127.0.0.1")]
    [InlineData("192.0.2.7/32", "192.0.2.7", "192.0.2.6")]
    [InlineData("2001:db8::7/128", "2001:db8::7", "2001:db8::6")]
    [InlineData("2001:db8::/32", "2001:db8:: 2001:db8:ffff::1", "2001:db9::")]
    [InlineData("[2001:db8::7]", "2001:db8::7", "2001:db8::8")]
    [InlineData("192.0.2.10-192.0.2.20", "192.0.2.10 192.0.2.20", "192.0.2.9 192.0.2.21")]
    [InlineData("192.0.2.10-20", "192.0.2.10 192.0.2.20", "192.0.2.9 192.0.2.21")]
    [InlineData("192.0.2.250-192.0.3.5", "192.0.2.255 192.0.3.0 192.0.3.5", "192.0.3.6")]
    [InlineData("fe80::1-fe80::f", "fe80::1 fe80::f fe80::2%1", "fe80::10")]
    [InlineData("localhost", "127.0.0.1 ::1", "127.0.0.2")]
    [InlineData("LOCALHOST.", "127.0.0.1 ::1", "127.0.0.2")]
    [InlineData("", "", "127.0.0.1 ::1")]
    [InlineData(" 10.0.0.1,10.0.0.3 \t10.0.0.5,, ", "10.0.0.1 10.0.0.3 10.0.0.5", "10.0.0.2 10.0.0.4")]
    [InlineData("# all of us\r\n10.0.0.1 # me\r\n\r\n::1#2\n", "10.0.0.1 ::1", "10.0.0.2")]
    public void It_holds_what_its_text_says_and_nothing_else(string text, string inside, string outside)
    {
        var set = AddressSet.Parse(text);
        Assert.All(Addresses(inside), ip => Assert.True(set.Contains(ip), $"{ip} is missing"));
        Assert.All(Addresses(outside), ip => Assert.False(set.Contains(ip), $"{ip} is too much"));
        Assert.Equal(inside.Length == 0, set.IsEmpty);
    }

    [Theory]
    [InlineData("10.0.0.1/33", "'10.0.0.1/33' is no network: behind its '/' stands a number of bits from 0 to 32")]
    [InlineData("10.0.0.1/", "'10.0.0.1/' is no network")]
    [InlineData("10.0.0.0/08", "'10.0.0.0/08' is no network")]
    [InlineData("10.0.0.0/+8", "'10.0.0.0/+8' is no network")]
    [InlineData("10.0.0.0/255.0.0.0", "'10.0.0.0/255.0.0.0' is no network")]
    [InlineData("::ffff:10.0.0.0/8", "behind its '/' stands a number of bits from 96 to 128")]
    [InlineData("::1/129", "from 0 to 128")]
    [InlineData("example.com/24", "'example.com' is no IP address: a network or range is made of addresses")]
    [InlineData("10.0.0.9-10.0.0.1", "'10.0.0.9-10.0.0.1' is no range of addresses: it ends before it begins")]
    [InlineData("10.0.0.9-8", "it ends before it begins")]
    [InlineData("10.0.0.9-256", "is no range of addresses")]
    [InlineData("10.0.0.9-::1", "is no range of addresses")]
    [InlineData("::1-9", "is no range of addresses")]
    [InlineData("10.0.0.9-", "is no range of addresses")]
    [InlineData("10.0.0.1-10.0.0.2-10.0.0.3", "is no range of addresses")]
    [InlineData("010.0.0.1", "has a leading zero, which some programs read as octal")]
    [InlineData("10.0.0", "it takes four numbers")]
    [InlineData("10.0.0.1:80", "leave out the port")]
    [InlineData("*", "'*' is everyone: a list that everyone is on decides nothing")]
    [InlineData("10.0.0.1 b!", "'b!' is no host name")]
    [InlineData("gate.example", "'gate.example' is a name, where only addresses are allowed: look it up with ResolveAsync")]
    [InlineData("10.0.0.1\n10.0.0.x\n", "line 2: '10.0.0.x' is a name")]
    [InlineData("10.0.0.1\n\n10.0.0.300\n", "line 3: '10.0.0.300' is no IPv4 address: 300 is more than 255")]
    public void What_it_cannot_mean_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<NetException>(() => AddressSet.Parse(text));
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_decides_nothing_and_so_is_refused()
    {
        var error = Assert.Throws<NetException>(() => AddressSet.Parse("fe80::1%1"));
        Assert.Equal((NetErrorKind.InvalidAddress, "'fe80::1%1' has a zone: who may call is not decided by interface"), (error.Kind, error.Message));
    }

    [Theory]
    [InlineData("10.0.0.1 10.0.0.0 10.0.0.3 10.0.0.2", "10.0.0.0/30")]
    [InlineData("::1 10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9, ::1")]
    [InlineData("10.0.0.0/24 10.0.0.0/8 10.1.2.3", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0 ::/0", "0.0.0.0/0, ::/0")]
    [InlineData("255.255.255.255 0.0.0.0", "0.0.0.0, 255.255.255.255")]
    [InlineData("", "")]
    public void It_is_shown_as_short_as_can_be(string text, string shown) => Assert.Equal(shown, AddressSet.Parse(text).ToString());

    [Fact]
    public async Task Names_are_looked_up_once_when_it_is_made()
    {
        var lookUps = 0;
        var resolver = new Resolver((name, family, _) =>
        {
            Interlocked.Increment(ref lookUps);
            return (name, family) switch
            {
                ("gate.example", AddressFamily.InterNetwork) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.2")]),
                ("gate.example", _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("2001:db8::1")]),
                _ => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)),
            };
        });
        var set = await AddressSet.ResolveAsync("gate.example, 10.0.0.1", resolver, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(2, lookUps);
        Assert.True(set.Contains(IPAddress.Parse("10.0.0.2")));
        Assert.Equal(("10.0.0.1-10.0.0.2, 2001:db8::1", 2), (set.ToString(), lookUps));
    }

    [Fact]
    public async Task A_name_that_is_not_found_leaves_no_set()
    {
        var error = await Assert.ThrowsAsync<NetException>(() => AddressSet.ResolveAsync("10.0.0.1 gone.invalid", cancel: TestContext.Current.CancellationToken));
        Assert.Equal((NetErrorKind.NameNotFound, NetOperation.Resolve), (error.Kind, error.Operation));
        Assert.Contains("'gone.invalid'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "10.0.0.1 ::1", "")]
    [InlineData("10.0.0.0/8", null, "10.0.0.1", "11.0.0.1 ::1")]
    [InlineData(null, "10.0.0.0/8", "11.0.0.1 ::1", "10.0.0.1")]
    [InlineData("10.0.0.0/8", "10.0.0.13", "10.0.0.1", "10.0.0.13 11.0.0.1")]
    [InlineData("10.0.0.13", "10.0.0.0/8", "", "10.0.0.13 10.0.0.1 11.0.0.1")]
    [InlineData("", null, "", "10.0.0.1 ::1")]
    public void Who_is_denied_may_not_call_even_if_allowed(string? allow, string? deny, string may, string mayNot)
    {
        var access = new AccessList { Allow = allow is null ? null : AddressSet.Parse(allow), Deny = deny is null ? null : AddressSet.Parse(deny) };
        Assert.All(Addresses(may), ip => Assert.True(access.Allows(Address.Tcp(ip.ToString(), 1))));
        Assert.All(Addresses(mayNot), ip => Assert.False(access.Allows(Address.Udp(ip.ToString(), 1))));
    }

    [Fact]
    public void A_Unix_peer_is_on_no_list()
    {
        var peer = Address.Unix("/run/peer");
        Assert.True(new AccessList().Allows(peer));
        Assert.True(new AccessList { Deny = AddressSet.Parse("0.0.0.0/0 ::/0") }.Allows(peer));
        Assert.False(new AccessList { Allow = AddressSet.Parse("0.0.0.0/0 ::/0") }.Allows(peer));
    }

    private static IEnumerable<IPAddress> Addresses(string list) =>
        list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse);
}
