using System.Globalization;
using System.Net.Sockets;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests;

/// <summary>Every program under <c>examples/</c> is compiled and really run.</summary>
public class ExampleTests
{
    public static TheoryData<string> Programs => [.. Directory.GetFiles(Examples, "*.cs").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void An_example_is_at_most_25_lines(string program) =>
        Assert.InRange(File.ReadAllLines(Path.Combine(Examples, program)).Length, 1, 25);

    [Fact]
    public async Task The_greeting_server_greets_the_greeting_client()
    {
        await using var server = Start("greeting-server.cs", "localhost:0");
        var port = PortIn(await server.WaitForOutputLineAsync("Server is running on port"));
        var client = await RunAsync("greeting-client.cs", "naïve 👩‍👩‍👧", $"localhost:{port}");
        Assert.Matches("^Welcome, .+\nPlease enter a string:naïve 👩‍👩‍👧\nYou entered 7 characters.\n$", client.Output);
    }

    [Fact]
    public async Task The_accept_loop_numbers_its_callers()
    {
        await using var server = Start("accept-loop.cs", "127.0.0.1:0");
        var port = PortIn(await server.WaitForOutputLineAsync("Server is running on port"));
        for (var number = 1; number <= 2; number++)
        {
            using var client = new TcpClient("127.0.0.1", port);
            using var reader = new StreamReader(client.GetStream());
            Assert.StartsWith($"You are caller {number}, from 127.0.0.1:", await reader.ReadLineAsync());
        }
    }

    [Fact]
    public async Task Service_names_are_found_both_ways()
    {
        var result = await RunAsync("service-names.cs", "http", "37", "htpt");
        Assert.Contains("http  80/tcp", result.Output);
        Assert.Contains("time  37/udp", result.Output);
        Assert.Contains("htpt is unknown; did you mean http?", result.Output);
    }

    [Fact]
    public async Task Connecting_by_name_says_both_ends()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await RunAsync("connect-by-name.cs", "localhost", server.LocalAddress.Port.ToString());
        Assert.Matches(@"^Connected from 127\.0\.0\.1:\d+\nConnected to " + server.LocalAddress + "\n$", result.Output);
    }

    [Fact]
    public async Task Every_address_tried_is_shown()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await RunAsync("addresses.cs", "localhost", server.LocalAddress.Port.ToString());
        Assert.Contains($"tried {server.LocalAddress}: connected after", result.Output);
        Assert.Contains($"Connected to {server.LocalAddress}\n", result.Output);
    }

    [Fact]
    public async Task Lines_and_bytes_lose_nothing_between_them()
    {
        var result = await RunAsync("lines-or-bytes.cs");
        Assert.Equal("LENGTH 5 -> hello\nbye\n", result.Output);
    }

    [Fact]
    public async Task The_http_program_prints_the_reply()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            Assert.Equal("GET /file HTTP/1.0", await peer.Lines.ReadLineAsync(cancel));
            await peer.Lines.WriteAsync("HTTP/1.0 200 OK\r\n\r\nthe file", cancel);
        });
        var result = await RunAsync("http-get.cs", "127.0.0.1", server.LocalAddress.Port.ToString(), "/file");
        Assert.Equal((0, "HTTP/1.0 200 OK\r\n\r\nthe file"), (result.ExitCode, result.Output));
    }

    [Theory]
    [InlineData("127.0.0.1", "htpt", 2, "Couldn't find your port: ")]
    [InlineData("nowhere.invalid", "http", 3, "Address-related error connecting to server: ")]
    [InlineData("127.0.0.1", "closed", 4, "Connection error: ")]
    public async Task The_http_program_tells_errors_apart(string host, string port, int code, string lead)
    {
        var result = await RunAsync("http-get.cs", host, port == "closed" ? PeerPort.Choose().ToString() : port, "/");
        Assert.Equal(code, result.ExitCode);
        Assert.StartsWith(lead, result.Error);
    }

    [Fact]
    public async Task Kinds_of_errors_are_told_apart()
    {
        var result = await RunAsync("error-kinds.cs");
        Assert.Contains("UnknownService (blame: Caller; try again: False)", result.Output);
        Assert.Contains("NameNotFound (blame: Name; try again: False)", result.Output);
        Assert.Contains("Refused (blame: Reach; try again: True)", result.Output);
    }

    [Fact]
    public async Task The_udp_client_hears_from_the_udp_echo_server()
    {
        await using var server = Start("udp-echo-server.cs", "127.0.0.1:0");
        var port = PortIn(await server.WaitForOutputLineAsync("Server is running on port"));
        await using var client = Start("udp-client.cs", "127.0.0.1", port.ToString());
        await client.WriteAsync("hello\n");
        await client.WaitForOutputLineAsync("hello");
        Assert.Contains("Looking for replies; press Ctrl-C to stop.\nhello\n", client.Output);
    }

    [Fact]
    public async Task The_time_client_tells_the_time_twice()
    {
        await using var server = DatagramServer.Start("127.0.0.1:0", Time.Answer);
        var result = await RunAsync("time-client.cs", "127.0.0.1", server.LocalAddress.Port.ToString());
        var times = result.Output.TrimEnd().Split('\n').Select(line => DateTimeOffset.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(2, times.Length);
        Assert.All(times, time => Assert.InRange((DateTimeOffset.UtcNow - time).Duration(), TimeSpan.Zero, TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task A_write_that_never_arrived_is_told()
    {
        var result = await RunAsync("write-errors.cs");
        Assert.StartsWith("written, without an error\nnot all of it arrived: ", result.Output);
    }

    [Fact]
    public async Task The_private_greeting_believes_a_key_that_it_knows()
    {
        var result = await RunAsync("private-greeting.cs");
        Assert.Matches(@"^not believed: the server's certificate is self-signed and not trusted here\nTls13: Welcome, .+:\d+\n$", result.Output);
    }

    [Fact]
    public async Task A_sum_comes_after_the_end_of_the_numbers()
    {
        var result = await RunAsync("half-close.cs", "1", "2", "39");
        Assert.Equal("The sum is 42.\n", result.Output);
    }

    [Fact]
    public async Task A_limit_and_a_cancellation_are_told_apart()
    {
        var result = await RunAsync("timeouts.cs");
        Assert.Matches("^timed out: .+\ncancelled\n$", result.Output);
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_believed_by_its_key()
    {
        using var certificate = TlsCertificate.SelfSigned();
        await using var server = TlsServer.Start("127.0.0.1:0", Echo.ServeAsync, new() { Certificates = [certificate] });
        string[] peer = ["localhost", server.LocalAddress.Port.ToString(CultureInfo.InvariantCulture)];
        var stranger = await RunAsync("tls-client.cs", peer);
        Assert.Equal(8, stranger.ExitCode);
        Assert.EndsWith($" is self-signed and not trusted here\nIts key is {certificate.Info.Pin}\n", stranger.Output, StringComparison.Ordinal);
        var known = await RunAsync("tls-client.cs", [.. peer, certificate.Info.Pin]);
        Assert.Matches("^Tls1[23], TLS_[A-Z0-9_]+, certificate of localhost\nhello\n$", known.Output);
    }

    [Fact]
    public async Task All_families_speak()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6 here");
        var result = await RunAsync("families.cs");
        Assert.Equal(3, result.Output.Split('\n').Count(line => line.EndsWith(": a stream", StringComparison.Ordinal)));
        Assert.Equal(2, result.Output.Split('\n').Count(line => line.EndsWith(": a datagram", StringComparison.Ordinal)));
    }

    private static RunningProgram Start(string program, params string[] args) =>
        RunningProgram.Start("dotnet", ["run", Path.Combine(Examples, program), "--", .. args]);

    private static Task<ProgramResult> RunAsync(string program, params string[] args) =>
        RunningProgram.RunAsync("dotnet", ["run", Path.Combine(Examples, program), "--", .. args]);

    private static int PortIn(string line) => int.Parse(line["Server is running on port ".Length..line.IndexOf(';')]);

    private static readonly string Examples = Path.Combine(Repository.Root, "examples");
}
