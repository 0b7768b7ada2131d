using System.Net;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of connecting and of addresses.</summary>
public class ConnectingTests
{
    [Fact]
    public async Task A_port_out_of_range_is_another_port_to_Python()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        var tooHigh = listener.LocalAddress.Port + 65_536;
        Assert.Equal(
            $"{listener.LocalAddress.Port}",
            await Python.RunAsync($"print(socket.create_connection(('127.0.0.1', {tooHigh})).getpeername()[1])"));
        var error = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync("127.0.0.1", tooHigh).AsTask());
        Assert.Equal(NetErrorKind.InvalidAddress, error.Kind);
    }

    [Fact]
    public async Task Python_waits_for_ever_by_default_and_ours_ten_seconds()
    {
        Assert.Equal("None", await Python.RunAsync("print(socket.getdefaulttimeout())"));
        Assert.Equal(TimeSpan.FromSeconds(10), new ConnectOptions().Timeout);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_silent_address_uses_up_Python_s_limit_before_the_next_is_tried()
    {
        await using var listener = Listener.Listen("127.0.0.1:0");
        using var silent = new SilentListener("127.0.0.2", listener.LocalAddress.Port);
        Assert.Equal("127.0.0.1 True", await Python.RunAsync(
            $"""
            {TwoAddresses}
            start = time.monotonic()
            peer = socket.create_connection(('two.test', {silent.Port}), timeout=0.5)
            print(peer.getpeername()[0], time.monotonic() - start >= 0.5)
            """));
        await using var connection = await Connection.ConnectAsync(
            "two.test", silent.Port, new() { Resolver = Two, Timeout = Timeout.InfiniteTimeSpan });
        Assert.Equal("127.0.0.1", connection.RemoteAddress.Host);
    }

    [Fact(Timeout = 120_000)]
    public async Task Two_silent_addresses_take_Python_twice_its_limit()
    {
        using var silent = new SilentListener("127.0.0.2");
        using var other = new SilentListener("127.0.0.1", silent.Port);
        Assert.Equal("TimeoutError True", await Python.RunAsync(
            $"""
            {TwoAddresses}
            start = time.monotonic()
            print(outcome(lambda: socket.create_connection(('two.test', {silent.Port}), timeout=0.5)), time.monotonic() - start >= 1)
            """));
        var options = new ConnectOptions { Resolver = Two, Timeout = TimeSpan.FromSeconds(1) };
        var error = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync("two.test", silent.Port, options).AsTask());
        Assert.Equal((NetErrorKind.TimedOut, 2), (error.Kind, error.Causes.Count));
    }

    [Fact]
    public async Task Python_s_error_says_no_address()
    {
        var port = PeerPort.Choose();
        Assert.Equal("[Errno 111] Connection refused", await Python.RunAsync(
            $"""
            try:
                socket.create_connection(('127.0.0.1', {port}))
            except ConnectionRefusedError as error:
                print(error)
            """));
        var options = new ConnectOptions { Resolver = Two };
        var error = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync("two.test", port, options).AsTask());
        Assert.Equal($"connect tcp two.test:{port}: connection refused (tried 127.0.0.2:{port}, 127.0.0.1:{port})", error.Message);
    }

    [Fact]
    public async Task A_service_name_is_a_port_in_some_calls_of_Python()
    {
        Assert.Equal("80 TypeError", await Python.RunAsync(
            """
            looked_up = socket.getaddrinfo('127.0.0.1', 'http')[0][4][1]
            print(looked_up, outcome(lambda: socket.socket().connect(('127.0.0.1', 'http'))))
            """));
        Assert.Equal(80, Address.Tcp("127.0.0.1", "http").Port);
    }

    [Fact]
    public async Task A_socket_that_dials_its_own_port_meets_itself_in_Python()
    {
        Assert.Equal("True", await Python.RunAsync(
            """
            peer = socket.socket()
            peer.bind(('127.0.0.1', 0))
            peer.connect(peer.getsockname())
            print(peer.getpeername() == peer.getsockname())
            """));
        var itself = Address.Tcp("127.0.0.1", PeerPort.Choose());
        var error = await Assert.ThrowsAsync<NetException>(() => Connection.ConnectAsync(itself, new() { Source = itself }).AsTask());
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }

    [Theory]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("0x7f.1", "127.0.0.1")]
    [InlineData("2130706433", "127.0.0.1")]
    [InlineData("1.2.3", "1.2.0.3")]
    [InlineData("010.0.0.1", "8.0.0.1")]
    public async Task Address_text_that_Python_guesses_at_is_refused(string text, string guess)
    {
        Assert.Equal($"{guess} {guess} ValueError", await Python.RunAsync(
            $"""
            import ipaddress
            guess = socket.inet_ntoa(socket.inet_aton('{text}'))
            print(guess, socket.gethostbyname('{text}'), outcome(lambda: ipaddress.ip_address('{text}')))
            """));
        Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Parse(text + ":80")).Kind);
    }

    [Fact]
    public async Task Words_after_an_address_are_nothing_to_Python()
    {
        Assert.Equal("127.0.0.1", await Python.RunAsync("print(socket.inet_ntoa(socket.inet_aton('127.0.0.1 x')))"));
        Assert.False(Address.TryParse("127.0.0.1 x:80", out _));
    }

    [Theory]
    [InlineData(" 80 ")]
    [InlineData("+80")]
    [InlineData("8_0")]
    public async Task A_port_is_digits_alone(string text)
    {
        Assert.Equal("80", await Python.RunAsync($"print(int('{text}'))"));
        Assert.Equal(NetBlame.Caller, Assert.Throws<NetException>(() => Address.Tcp("localhost", text)).Blame);
    }

    private const string TwoAddresses = """
        look_up = socket.getaddrinfo
        socket.getaddrinfo = lambda host, port, *rest: look_up('127.0.0.2', port, *rest) + look_up('127.0.0.1', port, *rest)
        """;

    private static Resolver Two => new((_, family, _) => Task.FromResult<IPAddress[]>(
        family == IPAddress.Loopback.AddressFamily ? [IPAddress.Parse("127.0.0.2"), IPAddress.Loopback] : []));
}
