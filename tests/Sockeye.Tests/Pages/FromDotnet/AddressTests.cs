using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>What docs/from-dotnet.md says of addresses.</summary>
public class AddressTests
{
    [Theory]
    [InlineData("010.0.0.1", "8.0.0.1")]
    [InlineData("1.2.3", "1.2.0.3")]
    [InlineData("0x7f.1", "127.0.0.1")]
    [InlineData("1", "0.0.0.1")]
    [InlineData("::1%nosuch", "::1")]
    [InlineData("[::1]:80", "::1")]
    public void An_IPAddress_is_guessed(string text, string guess)
    {
        Assert.Equal(guess, $"{IPAddress.Parse(text)}");
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Tcp(text, 80)).Kind);
    }

    [Theory]
    [InlineData("::1:80", "[::0.1.0.128]:0")]
    [InlineData("127.0.0.1", "127.0.0.1:0")]
    [InlineData("80", "0.0.0.80:0")]
    public void An_IPEndPoint_is_guessed(string text, string guess)
    {
        Assert.Equal(guess, $"{IPEndPoint.Parse(text)}");
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Parse(text)).Kind);
    }

    [Theory]
    [InlineData(" 80 ")]
    [InlineData("+80")]
    public void A_port_may_have_blanks_and_a_sign(string text)
    {
        Assert.Equal(80, int.Parse(text, CultureInfo.InvariantCulture));
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Tcp("localhost", text)).Kind);
    }

    [Fact]
    public async Task No_host_at_all_is_one_s_own()
    {
        Assert.NotEmpty(await Dns.GetHostAddressesAsync(""));
        await Assert.ThrowsAsync<NetException>(() => Resolver.System.ResolveAsync(""));
    }

    [Fact]
    public async Task Connecting_guesses_as_parsing_does()
    {
        using var listener = Clients.Listen();
        using var client = new TcpClient();
        await client.ConnectAsync("0177.0.0.01", Clients.PortOf(listener));
        await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync("0177.0.0.01", Clients.PortOf(listener)).AsTask());
    }

    [Fact]
    public async Task A_caller_over_IPv4_looks_like_IPv6()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        using var listener = TcpListener.Create(0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Clients.PortOf(listener));
        using var peer = await listener.AcceptTcpClientAsync();
        Assert.StartsWith("[::ffff:127.0.0.1]:", $"{peer.Client.RemoteEndPoint}");

        await using var ours = Listener.Listen("*:0");
        await using var caller = await Connection.ConnectAsync("127.0.0.1", ours.LocalAddress.Port);
        await using var accepted = await ours.AcceptAsync();
        Assert.StartsWith("127.0.0.1:", $"{accepted.RemoteAddress}");
    }
}
