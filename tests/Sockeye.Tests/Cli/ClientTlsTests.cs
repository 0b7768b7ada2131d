using System.Text.Json;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>TLS as a client of every verb that is one: whom it believes, what it says, what it refuses.</summary>
public sealed class ClientTlsTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory(Timeout = HangGuard)]
    [InlineData("--tls", "localhost:")]
    [InlineData("--ssl", "localhost:")]
    [InlineData("--crlf", "tls://localhost:")]
    public async Task A_conversation_is_encrypted_and_both_ends_of_it_come(string option, string front)
    {
        await using var server = Echoing();
        var result = await SockProcess.RunWithInputAsync("hello\n", "connect", option, "--ca-file", _files.Root, $"{front}{Port(server)}");
        Assert.Equal((0, "hello", ""), (result.ExitCode, result.Output.Trim(), result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task It_says_what_was_agreed_on_if_asked()
    {
        await using var server = Echoing(new() { Certificates = [Certificate], ApplicationProtocols = ["echo/1"] });
        var result = await ConnectAsync(server, "-v", "--ca-file", _files.Root, "--alpn", "echo/2,echo/1", "--tls-max", "1.2");
        Assert.Matches("\nTLS 1\\.2, TLS_[A-Z0-9_]+, server name localhost, ALPN echo/1, certificate of localhost by Test Root, [0-9,]+ days left\n", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_system_is_asked_whom_to_believe_and_the_user_may_say_who_that_is()
    {
        await using var server = Echoing();
        Assert.Equal(8, (await ConnectAsync(server)).ExitCode);
        await using var sock = SockProcess.Start(
            ["connect", "-z", $"tls://localhost:{Port(server)}"], new Dictionary<string, string> { ["SSL_CERT_FILE"] = _files.Root });
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_pin_is_asked_for_beside_all_else()
    {
        await using var server = Echoing();
        Assert.Equal(0, (await ConnectAsync(server, "--ca-file", _files.Root, "--pin", OtherPin, "--pin", Certificate.Info.Pin)).ExitCode);
        Assert.Equal(0, (await ConnectAsync(server, "--insecure", "--pin", Certificate.Info.Pin)).ExitCode);
        Assert.Equal(8, (await ConnectAsync(server, "--pin", Certificate.Info.Pin)).ExitCode);
        foreach (var belief in (string[][])[["--ca-file", _files.Root], ["--insecure"]])
        {
            var result = await ConnectAsync(server, [.. belief, "--pin", OtherPin]);
            Assert.Equal(8, result.ExitCode);
            Assert.EndsWith($"\nIf its owner confirms that key: --pin {Certificate.Info.Pin}\n", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Whatever_is_wrong_is_overlooked_on_demand_and_said()
    {
        await using var server = Echoing();
        var result = await ConnectAsync(server, "--insecure", "--servername", "elsewhere.example");
        Assert.Equal((0, "hello\n"), (result.ExitCode, result.Output));
        Assert.Equal(
            "warning: the server's certificate was issued by 'Test Root', which was not verified, and is not for 'elsewhere.example' "
            + "(it is for 'localhost', '127.0.0.1') (--insecure)\n", result.Error);
        Assert.Equal("", (await ConnectAsync(server, "--insecure", "--ca-file", _files.Root)).Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_we_are_is_said_by_a_certificate()
    {
        await using var server = TlsServer.Start(
            "127.0.0.1:0",
            async (peer, cancel) => await peer.Lines.WriteLineAsync($"Hello, {TlsInfo.Of(peer)!.PeerCertificate!.Names[0]}", cancel),
            new() { Certificates = [Certificate], ClientCertificates = ClientCertificates.Required, Authorities = _files.Trust });
        var result = await ConnectAsync(server, "--ca-file", _files.Root, "--cert", _files.Client);
        Assert.Equal((0, "Hello, alice.test\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_Unix_socket_carries_it_as_well()
    {
        using var scratch = new Scratch();
        await using var server = TlsServer.Start(Address.Unix(scratch.File("s")), Echo.ServeAsync, new() { Certificates = [Certificate] });
        string[] words = ["connect", "--tls", "--ca-file", _files.Root, "-U", scratch.File("s")];
        var unnamed = await SockProcess.RunAsync(words);
        Assert.Equal(2, unnamed.ExitCode);
        Assert.EndsWith("\n--servername HOST says for which it has to be.\n", unnamed.Error, StringComparison.Ordinal);
        Assert.Equal("hello\n", (await SockProcess.RunWithInputAsync("hello\n", [.. words, "--servername", "localhost"])).Output);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_program_that_is_given_the_peer_finds_the_systems_authorities_all_the_same()
    {
        await using var server = Echoing();
        var result = await SockProcess.RunAsync("connect", "--insecure", "--sh-exec", "env >&2", $"tls://localhost:{Port(server)}");
        Assert.Contains("\nSOCK_REMOTE=", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("/dev/null", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_keys_of_a_connection_are_logged_where_the_user_says()
    {
        using var scratch = new Scratch();
        await using var server = Echoing();
        await using var sock = SockProcess.Start(
            ["connect", "--ca-file", _files.Root, "-z", $"tls://localhost:{Port(server)}"],
            new Dictionary<string, string> { ["SSLKEYLOGFILE"] = scratch.File("keys") });
        Assert.Equal(0, (await sock.WaitAsync()).ExitCode);
        Assert.Matches("(?m)^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]{64,96}$", await File.ReadAllTextAsync(scratch.File("keys")));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(2, "--pin is for TLS, which is not asked for\nAdd --tls, ", "--pin", "x", "localhost", "1")]
    [InlineData(2, "--ca-file is for TLS, which is not asked for\n", "--ca-file", "x", "localhost:1")]
    [InlineData(2, "--pin: 'x' is no pin: write sha256//", "--tls", "--pin", "x", "localhost", "1")]
    [InlineData(2, "--tls-min is above --tls-max: no version is left\n", "--tls", "--tls-min", "1.3", "--tls-max", "1.2", "localhost", "1")]
    [InlineData(2, "--tls-min takes 1.2 or 1.3, not '1.1': older versions are broken\n", "--tls", "--tls-min", "1.1", "localhost", "1")]
    [InlineData(2, "--alpn takes names with commas between, and '' is none\n", "--tls", "--alpn", "h2,", "localhost", "1")]
    [InlineData(2, "--key belongs to a certificate, and none is given\nAdd --cert FILE.", "--tls", "--key", "x", "localhost", "1")]
    [InlineData(2, "TLS is for connections, and 'udp://localhost:1' takes datagrams\nLeave out what asks for TLS, or what asks for datagrams.", "--tls", "-u", "localhost", "1")]
    [InlineData(2, "unknown option '--ca-fiel'\nDid you mean '--ca-file'?", "--tls", "--ca-fiel", "x", "localhost", "1")]
    [InlineData(6, "there is no file '/no/such/file'\n--ca-file FILE holds the certificates", "--tls", "--ca-file", "/no/such/file", "localhost", "1")]
    [InlineData(6, "'/dev/null' holds no certificate (PEM)\n--ca-file FILE holds the certificates", "--tls", "--ca-file", "/dev/null", "localhost", "1")]
    [InlineData(6, "'/dev/null' holds no certificate (PEM)\n", "--tls", "--cert", "/dev/null", "localhost", "1")]
    public async Task What_cannot_be_meant_is_refused_before_anything_is_dialled(int exitCode, string error, params string[] words)
    {
        var result = await SockProcess.RunAsync(["connect", .. words]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"sock: {error}", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_page_comes_by_https_and_by_tls()
    {
        await using var server = Serving();
        string[][] ways =
        [
            [$"https://localhost:{Port(server)}/page"], ["--tls", $"localhost:{Port(server)}/page"], ["--tls", "localhost", Port(server), "/page"],
        ];
        foreach (var words in ways)
        {
            var result = await SockProcess.RunAsync(["get", "--ca-file", _files.Root, .. words]);
            Assert.Equal((0, "/page by TLS", ""), (result.ExitCode, result.Output, result.Error));
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_TLS_agreed_on_stands_beside_a_page()
    {
        await using var server = Serving();
        string[] words = ["--ca-file", _files.Root, $"https://localhost:{Port(server)}/"];
        Assert.Contains("certificate of localhost by Test Root", (await SockProcess.RunAsync(["get", "-v", .. words])).Error, StringComparison.Ordinal);
        var tls = JsonDocument.Parse((await SockProcess.RunAsync(["get", "--json", .. words])).Output).RootElement.GetProperty("tls");
        Assert.Equal("TLS 1.3", tls.GetProperty("version").GetString());
        Assert.Equal(Certificate.Info.Pin, tls.GetProperty("peerCertificate").GetProperty("pin").GetString());
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_address_is_waited_for_until_it_speaks_TLS()
    {
        await using var server = Echoing();
        await using var plain = Server.Start("127.0.0.1:0", (_, _) => Task.CompletedTask);
        var result = await SockProcess.RunAsync("wait", "--ca-file", _files.Root, $"tls://localhost:{Port(server)}", $"127.0.0.1:{plain.LocalAddress.Port}");
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        result = await SockProcess.RunAsync("wait", "--tls", $"localhost:{Port(server)}");
        Assert.Equal(8, result.ExitCode);
        Assert.Contains($"--pin {Certificate.Info.Pin}", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_ping_tells_the_time_of_the_handshake()
    {
        await using var server = Echoing();
        var result = await SockProcess.RunAsync("ping", "-c", "1", "--insecure", $"tls://localhost:{Port(server)}");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"connect [\d.]+ ms, TLS [\d.]+ ms\n", result.Output);
        Assert.StartsWith("warning: the server's certificate was issued by 'Test Root', which was not verified", result.Error, StringComparison.Ordinal);
        result = await SockProcess.RunAsync("ping", "-c", "1", "--json", "--ca-file", _files.Root, $"tls://localhost:{Port(server)}");
        var first = JsonDocument.Parse(result.Output.Split('\n')[0]).RootElement;
        Assert.True(first.GetProperty("handshake").GetDouble() > 0);
        Assert.Equal("TLS 1.3", first.GetProperty("tls").GetProperty("version").GetString());
    }

    private TlsCertificate Certificate => field ??= TlsCertificate.FromPemFiles(_files.Server);

    private Server Echoing(TlsServerOptions? options = null) =>
        TlsServer.Start("127.0.0.1:0", Echo.ServeAsync, options ?? new() { Certificates = [Certificate] });

    private Server Serving() => TlsServer.Start(
        "127.0.0.1:0",
        Http.Serve((request, _) => new(HttpReply.Text($"{request.Path} by TLS"))),
        new() { Certificates = [Certificate] });

    private static string Port(Server server) => server.LocalAddress.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Task<ProgramResult> ConnectAsync(Server server, params string[] options) =>
        SockProcess.RunWithInputAsync("hello\n", ["connect", .. options, $"tls://localhost:{Port(server)}"]);

    private const string OtherPin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    private const int HangGuard = 60_000;
}
