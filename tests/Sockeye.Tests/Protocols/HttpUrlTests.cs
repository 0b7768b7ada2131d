using Sockeye.Protocols;
using Xunit;

namespace Sockeye.Tests.Protocols;

/// <summary>URLs and paths: what is asked for where, and what is refused.</summary>
public class HttpUrlTests
{
    [Theory]
    [InlineData("http://example.test", "example.test:80", "/", "example.test")]
    [InlineData("HTTP://example.test/", "example.test:80", "/", "example.test")]
    [InlineData("http://example.test:80/a", "example.test:80", "/a", "example.test")]
    [InlineData("http://example.test:/a", "example.test:80", "/a", "example.test")]
    [InlineData("http://example.test:8080/a/b?c=d/e?f", "example.test:8080", "/a/b?c=d/e?f", "example.test:8080")]
    [InlineData("http://example.test?x", "example.test:80", "/?x", "example.test")]
    [InlineData("http://example.test/a#part", "example.test:80", "/a", "example.test")]
    [InlineData("http://example.test#part", "example.test:80", "/", "example.test")]
    [InlineData("http://example.test:http-alt/", "example.test:http-alt", "/", "example.test:8080")]
    [InlineData("http://127.0.0.1:8080/", "127.0.0.1:8080", "/", "127.0.0.1:8080")]
    [InlineData("http://[::1]/", "[::1]:80", "/", "[::1]")]
    [InlineData("http://[::1]:8080/", "[::1]:8080", "/", "[::1]:8080")]
    [InlineData("http://[fe80::1%25]:8080/", "[fe80::1%25]:8080", "/", "[fe80::1]:8080")]
    [InlineData("http://b\u00FCcher.test/", "b\u00FCcher.test:80", "/", "xn--bcher-kva.test")]
    [InlineData("http://example.test/b\u00FCcher/\U0001F41F?\u00E9", "example.test:80", "/b%C3%BCcher/%F0%9F%90%9F?%C3%A9", "example.test")]
    [InlineData("http://example.test/%20%zz/~a|b", "example.test:80", "/%20%zz/~a|b", "example.test")]
    public void A_URL_is_an_address_and_a_target(string url, string address, string target, string host)
    {
        var parsed = HttpUrl.Parse(url);
        Assert.Equal((address, target), (parsed.Address.ToString(), parsed.Target));
        Assert.Equal(host, HttpUrl.HostOf(parsed.Address));
    }

    [Theory]
    [InlineData("", "no http or https URL")]
    [InlineData("example.test/", "no http or https URL")]
    [InlineData("ftp://example.test/", "no http or https URL")]
    [InlineData("http:/example.test/", "no http or https URL")]
    [InlineData("http://", "no host")]
    [InlineData("http:///path", "no host")]
    [InlineData("http://:80/", "no host")]
    [InlineData("http://::1/", "brackets")]
    [InlineData("http://[::1/", "")]
    [InlineData("http://example.test:65536/", "65535")]
    [InlineData("http://example.test:0x50/", "0x50")]
    [InlineData("http://example.test:80:80/", "")]
    [InlineData("http://name@example.test/", "passwords")]
    [InlineData("http://name:secret@example.test/", "passwords")]
    [InlineData("http://exa mple.test/", "no host name")]
    [InlineData("http://example.test/a b", "space")]
    [InlineData("http://example.test/a\r\nX: y", "cannot be sent")]
    [InlineData("http://example.test/a\tb", "cannot be sent")]
    [InlineData("http://example.test/a\0", "cannot be sent")]
    [InlineData("http://example.test/\u0085", "cannot be sent")]
    [InlineData("http://example.test/\uD800", "cannot be sent")]
    [InlineData("http://example.test\r\n/", "no host name")]
    public void A_malformed_URL_is_refused_with_the_reason(string url, string reason)
    {
        var error = Assert.Throws<NetException>(() => HttpUrl.Parse(url));
        Assert.Equal((NetErrorKind.InvalidAddress, NetOperation.Parse), (error.Kind, error.Operation));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Https_is_an_address_at_which_TLS_is_spoken()
    {
        Assert.Equal(new HttpUrl(Address.Tls("example.test", 443), "/"), HttpUrl.Parse("https://example.test"));
        Assert.Equal(new HttpUrl(Address.Tls("::1", 8443), "/a?b"), HttpUrl.Parse("HTTPS://[::1]:8443/a?b#c"));
        Assert.Equal("example.test", HttpUrl.HostOf(HttpUrl.Parse("https://example.test").Address));
    }

    [Fact]
    public void An_unknown_service_is_told_as_such() =>
        Assert.Equal(NetErrorKind.UnknownService, Assert.Throws<NetException>(() => HttpUrl.Parse("http://example.test:htpt/")).Kind);

    [Theory]
    [InlineData("", "/")]
    [InlineData("index.html", "/index.html")]
    [InlineData("/a#b", "/a")]
    [InlineData("?x", "/?x")]
    [InlineData("http://elsewhere.test/a", "http://elsewhere.test/a")]
    public void A_path_is_completed(string path, string target) => Assert.Equal(target, HttpUrl.EncodeTarget(path));

    [Theory]
    [InlineData(443, "x.test")]
    [InlineData(80, "x.test:80")]
    public void Over_TLS_the_port_that_goes_without_saying_is_another(int port, string host) =>
        Assert.Equal(host, HttpUrl.HostOf(Address.Tls("x.test", port)));

    [Fact]
    public void A_Unix_socket_is_asked_as_localhost() => Assert.Equal("localhost", HttpUrl.HostOf(Address.Unix("/run/x")));
}
