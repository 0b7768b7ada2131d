using System.Text.Json;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>sock listen --tls</c>: certificates from files or made at the start, what is said of them, and with whom.</summary>
public sealed class ListenTlsTests : IDisposable
{
    private readonly TlsFiles _files = new();

    [Theory(Timeout = HangGuard)]
    [InlineData("--tls", "127.0.0.1:0")]
    [InlineData("--ssl", "127.0.0.1:0", "-k")]
    [InlineData("tls://127.0.0.1:0", "-k", "--recv-only")]
    public async Task Without_a_certificate_one_is_made_and_its_pin_is_said(params string[] words)
    {
        await using var sock = await StartAsync(words);
        Assert.Matches("^Self-signed certificate, SHA-256 fingerprint ([0-9A-F]{2}:){31}[0-9A-F]{2}$", await sock.Program.WaitForErrorLineAsync("Self-signed"));
        var pin = (await sock.Program.WaitForErrorLineAsync("--pin ")).Split("--pin ")[1];
        await using var client = await TlsClient.ConnectAsync(sock.Address, new() { Insecure = true, Pins = [pin] }, cancel: Cancel);
        await SayAsync(client, "hello");
        await sock.Program.WaitForOutputLineAsync("hello");
        Assert.Empty(new[] { "localhost", "127.0.0.1", "::1" }.Except(TlsInfo.Of(client)!.PeerCertificate!.Names));
        Assert.Equal("EC P-256", TlsInfo.Of(client)!.PeerCertificate!.Key);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_certificate_that_is_made_is_for_the_address_listened_at_and_this_machine()
    {
        await using var sock = await StartAsync(["tls://127.0.0.7:0"]);
        await using var client = await TlsClient.ConnectAsync(sock.Address, new() { Insecure = true }, cancel: Cancel);
        var names = TlsInfo.Of(client)!.PeerCertificate!.Names;
        Assert.Contains("127.0.0.7", names);
        Assert.Contains(Environment.MachineName, names, StringComparer.OrdinalIgnoreCase);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Input_and_replies_go_through_and_verbose_says_what_was_agreed_on()
    {
        await using var sock = await StartAsync(["--tls", "-v", "127.0.0.1:0", "--cert", _files.Server, "--alpn", "h2,chat"]);
        await sock.Program.WriteAsync("from the server\n");
        await using var client = await TlsClient.ConnectAsync(sock.Address, Trusting with { ServerName = "localhost", ApplicationProtocols = ["chat"] }, cancel: Cancel);
        Assert.Equal("from the server", await client.Lines.ReadLineAsync(Cancel));
        await SayAsync(client, "from the client");
        await sock.Program.WaitForOutputLineAsync("from the client");
        Assert.Matches("^TLS 1.3, TLS_[A-Z0-9_]+, server name localhost, ALPN chat$", await sock.Program.WaitForErrorLineAsync("TLS 1"));
        await client.CloseWriteAsync(Cancel);
        sock.Program.EndInput();
        Assert.Equal(0, (await sock.Program.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_certificate_is_chosen_by_the_name_asked_for()
    {
        await using var sock = await StartAsync(["--tls", "-k", "127.0.0.1:0", "--cert", _files.Server, "--cert", _files.Issue("other.test"), "--cert", _files.Issue("*.wild.test")]);
        Assert.Equal("localhost", await NameShownAsync("unknown.test"));
        Assert.Equal("other.test", await NameShownAsync("other.test"));
        Assert.Equal("*.wild.test", await NameShownAsync("a.wild.test"));

        async Task<string> NameShownAsync(string asked)
        {
            await using var client = await TlsClient.ConnectAsync(sock.Address, new() { Insecure = true, ServerName = asked }, cancel: Cancel);
            return TlsInfo.Of(client)!.PeerCertificate!.Names[0];
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_key_may_be_in_a_file_of_its_own_and_encrypted()
    {
        var (certificate, key) = _files.IssueEncrypted("locked.test", "open sesame");
        await File.WriteAllTextAsync(_files.PathOf("password"), "open sesame\nsecond line\n", Cancel);
        await using var sock = await StartAsync(["--tls", "127.0.0.1:0", "--cert", certificate, "--key", key, "--key-password-file", _files.PathOf("password")]);
        await using var client = await TlsClient.ConnectAsync(sock.Address, Trusting with { ServerName = "locked.test" }, cancel: Cancel);
        Assert.Equal("locked.test", TlsInfo.Of(client)!.PeerCertificate!.Names[0]);
        Assert.DoesNotContain("Self-signed", sock.Program.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_are_asked_who_they_are(bool isRequired)
    {
        await using var sock = await StartAsync(["--tls", "-k", "-v", "127.0.0.1:0", "--cert", _files.Server, "--ca-file", _files.Root, "--client-cert", isRequired ? "required" : "optional"]);
        using var alice = TlsCertificate.FromPemFiles(_files.Client);
        await using var client = await TlsClient.ConnectAsync(sock.Address, Trusting with { Certificate = alice }, cancel: Cancel);
        Assert.Matches(@", [^,]* alice\.test\b", await sock.Program.WaitForErrorLineAsync($"{client.LocalAddress}: TLS 1.3"));

        using var stranger = TlsCertificate.SelfSigned();
        await Assert.ThrowsAsync<NetException>(() => TalkAsync(sock, Trusting with { Certificate = stranger }));
        await sock.Program.WaitForErrorLineAsync("the client's certificate is self-signed and not trusted here");

        if (isRequired)
        {
            await Assert.ThrowsAsync<NetException>(() => TalkAsync(sock, Trusting));
            await sock.Program.WaitForErrorLineAsync("the client's certificate was asked for and not shown");
        }
        else
        {
            await TalkAsync(sock, Trusting);
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Versions_can_be_limited()
    {
        await using var sock = await StartAsync(["--tls", "-k", "-v", "127.0.0.1:0", "--cert", _files.Server, "--tls-max", "1.2"]);
        await TalkAsync(sock, Trusting);
        await sock.Program.WaitForErrorLineAsync(": TLS 1.2, ");
        await Assert.ThrowsAsync<NetException>(() => TalkAsync(sock, Trusting with { LowestVersion = TlsVersion.Tls13 }));
        await sock.Program.WaitForErrorLineAsync("no version of TLS in common");
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_program_talks_over_TLS()
    {
        await using var sock = await StartAsync(["--tls", "-k", "127.0.0.1:0", "--cert", _files.Server, "--sh-exec", "tr a-z A-Z"]);
        await using var client = await TlsClient.ConnectAsync(sock.Address, Trusting, cancel: Cancel);
        await SayAsync(client, "hello");
        await client.CloseWriteAsync(Cancel);
        Assert.Equal("HELLO", await client.Lines.ReadLineAsync(Cancel));
        Assert.Null(await client.Lines.ReadLineAsync(Cancel));
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("--chat", "<user1> hello")]
    [InlineData("--broker", "hello")]
    public async Task Callers_talk_with_each_other_over_TLS(string how, string heard)
    {
        await using var sock = await StartAsync(["--tls", how, "127.0.0.1:0", "--cert", _files.Server]);
        await using var one = await TlsClient.ConnectAsync(sock.Address, Trusting, cancel: Cancel);
        await sock.Program.WriteAsync("ready\n");
        await ReadUntilAsync(one, "ready");
        await using var two = await TlsClient.ConnectAsync(sock.Address, Trusting, cancel: Cancel);
        await SayAsync(two, "here");
        await ReadUntilAsync(one, "here");
        await SayAsync(one, "hello");
        Assert.Equal(heard, await ReadUntilAsync(two, "hello"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task It_works_over_a_Unix_socket()
    {
        await using var sock = SockProcess.Start("listen", "--tls", "-U", _files.PathOf("socket"), "--cert", _files.Server);
        Assert.Equal($"Listening at unix:{_files.PathOf("socket")}, with TLS", await sock.WaitForErrorLineAsync("Listening"));
        await using var client = await Connection.ConnectAsync(
            Address.Unix(_files.PathOf("socket")), new() { Layers = [TlsClient.Layer(Trusting with { ServerName = "localhost" })] }, Cancel);
        await SayAsync(client, "hello");
        await sock.WaitForOutputLineAsync("hello");
    }

    [Fact(Timeout = HangGuard)]
    public async Task Json_tells_the_certificate_and_what_was_agreed_on()
    {
        await using var sock = SockProcess.Start("listen", "--tls", "--json", "127.0.0.1:0");
        var listening = JsonDocument.Parse(await sock.WaitForErrorLineAsync("listening")).RootElement;
        var (at, pin) = (listening.GetProperty("listening")[0].GetString()!, listening.GetProperty("certificate").GetProperty("pin").GetString()!);
        await using (var client = await TlsClient.ConnectAsync(Address.Parse(at), new() { Insecure = true, Pins = [pin] }, cancel: Cancel))
            await client.CloseAsync(Cancel);
        sock.EndInput();
        var result = await sock.WaitAsync();
        var talk = JsonDocument.Parse(result.Error.Split('\n')[1]).RootElement;
        Assert.Equal("TLS 1.3", talk.GetProperty("tls").GetProperty("version").GetString());
    }

    [Fact(Timeout = HangGuard)]
    public async Task Callers_whose_handshake_fails_are_said_and_the_next_one_is_heard()
    {
        await using var sock = await StartAsync(["--tls", "--tls-min", "1.3", "127.0.0.1:0", "--cert", _files.Server]);
        await using var silent = await Connection.ConnectAsync(sock.Plain, cancel: Cancel);
        await using (var plain = await Connection.ConnectAsync(sock.Plain, cancel: Cancel))
        {
            await SayAsync(plain, "GET / HTTP/1.0\r\n");
            Assert.Equal(
                $"sock: Connection error: handshake tcp {plain.LocalAddress}: the peer does not speak TLS: it began with 'GET / HTTP/1.0'",
                await sock.Program.WaitForErrorLineAsync($"{plain.LocalAddress}"));
        }
        var older = Trusting with { HighestVersion = TlsVersion.Tls12 };
        await Assert.ThrowsAsync<NetException>(() => TlsClient.ConnectAsync(sock.Address, older, cancel: Cancel).AsTask());
        await sock.Program.WaitForErrorLineAsync("no version of TLS in common");
        await using var good = await TlsClient.ConnectAsync(sock.Address, Trusting, cancel: Cancel);
        await SayAsync(good, "hello");
        await sock.Program.WaitForOutputLineAsync("hello");
        await good.CloseAsync(Cancel);
        sock.Program.EndInput();
        Assert.Equal(0, (await sock.Program.WaitAsync()).ExitCode);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData]
    [InlineData("-k")]
    public async Task Nobody_counts_as_a_caller_before_the_handshake_is_done(params string[] words)
    {
        await using var sock = await StartAsync(["--tls", "127.0.0.1:0", "--cert", _files.Server, "--accept-timeout", "500ms", .. words]);
        await using var silent = await Connection.ConnectAsync(sock.Plain, cancel: Cancel);
        var result = await sock.Program.WaitAsync();
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("sock: nobody called within 500 ms\n", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData]
    [InlineData("--sh-exec", "cat")]
    public async Task Who_is_in_the_middle_of_a_handshake_does_not_delay_the_end(params string[] words)
    {
        await using var sock = await StartAsync(["--tls", "-k", "127.0.0.1:0", "--cert", _files.Server, .. words]);
        await using var silent = await Connection.ConnectAsync(sock.Plain, cancel: Cancel);
        await TalkAsync(sock, Trusting);
        sock.Program.Signal("INT");
        var result = await sock.Program.WaitAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("did not end", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(6, "there is no file '{directory}/no'", "--cert", "{directory}/no")]
    [InlineData(6, "'{garbage}' holds no certificate \\(PEM\\)\\n--key FILE .*", "--cert", "{garbage}")]
    [InlineData(6, "'{root}' holds no private key \\(PEM\\)\\n--key FILE .*", "--cert", "{root}")]
    [InlineData(6, "the private key in '{other}' cannot be used: unknown form, or the key of another certificate\\n--key-password-file .*", "--cert", "{server}", "--key", "{other}")]
    [InlineData(6, "the private key in '{locked}' is encrypted: it needs its password\\n--key-password-file FILE .*", "--cert", "{server}", "--key", "{locked}")]
    [InlineData(6, "the private key in '{locked}' cannot be used: wrong password, .*", "--cert", "{server}", "--key", "{locked}", "--key-password-file", "{garbage}")]
    [InlineData(6, "'{garbage}' holds no certificate \\(PEM\\)\\n--ca-file .*", "--cert", "{server}", "--client-cert", "required", "--ca-file", "{garbage}")]
    [InlineData(2, "--key is given 1 time and --cert 2 times\\n.*", "--cert", "{server}", "--cert", "{server}", "--key", "{server}")]
    [InlineData(2, "--client-cert needs to know who issues clients' certificates\\nAdd --ca-file FILE\\.", "--client-cert", "required")]
    [InlineData(2, "--ca-file says who issues .*\\nAdd --client-cert .*", "--ca-file", "{root}")]
    [InlineData(2, "--client-cert takes required or optional, not 'maybe'\\n.*", "--client-cert", "maybe")]
    [InlineData(2, "--tls-min takes 1\\.2 or 1\\.3, not '1\\.1': older versions are broken\\n.*", "--tls-min", "1.1")]
    [InlineData(2, "--tls-min is above --tls-max: no version is left\\n.*", "--tls-min", "1.3", "--tls-max", "1.2")]
    [InlineData(2, "--alpn takes names with commas between, and '' is none\\n.*", "--alpn", "h2,")]
    [InlineData(2, "TLS is for connections, and these are datagrams\\n.*", "-u")]
    public async Task What_cannot_be_meant_is_said_before_anything_is_bound(int exitCode, string says, params string[] words)
    {
        await File.WriteAllTextAsync(_files.PathOf("garbage"), "garbage\n", Cancel);
        var (_, locked) = _files.IssueEncrypted("locked.test", "open sesame");
        var result = await SockProcess.RunAsync(["listen", "--tls", "127.0.0.1:0", .. words.Select(At)]);
        Assert.Matches($@"\Asock: ({At(says)})\n\z", result.Error);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));

        string At(string text) => text
            .Replace("{directory}", _files.PathOf(""), StringComparison.Ordinal)
            .Replace("{garbage}", _files.PathOf("garbage"), StringComparison.Ordinal)
            .Replace("{root}", _files.Root, StringComparison.Ordinal)
            .Replace("{server}", _files.Server, StringComparison.Ordinal)
            .Replace("{other}", _files.Client, StringComparison.Ordinal)
            .Replace("{locked}", locked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cert")]
    [InlineData("--ca-file")]
    [InlineData("--alpn")]
    public async Task Options_of_TLS_without_TLS_are_a_mistake(string option)
    {
        var result = await SockProcess.RunAsync("listen", option, "x", "127.0.0.1:0");
        Assert.Equal((2, $"sock: {option} is for TLS, which is not asked for\nAdd --tls.\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_certificate_of_ours_that_has_expired_is_warned_of()
    {
        await using var sock = await StartAsync(["--tls", "127.0.0.1:0", "--cert", _files.IssueExpired("old.test")]);
        Assert.Matches(@"^warning: the certificate of old\.test expired on \d{4}-\d\d-\d\d: clients will refuse it$", await sock.Program.WaitForErrorLineAsync("warning"));
    }

    public void Dispose() => _files.Dispose();

    private TlsClientOptions Trusting => new() { Authorities = _files.Trust };

    /// <summary>A whole conversation, to whose end the server looks.</summary>
    private static async Task TalkAsync(Listening sock, TlsClientOptions options)
    {
        await using var client = await TlsClient.ConnectAsync(sock.Address, options, cancel: Cancel);
        await SayAsync(client, "here");
        var answer = client.Lines.ReadLineAsync(Cancel).AsTask();
        // Input goes to those who are there; whoever is refused learns it from the answer.
        await Task.WhenAny(answer, sock.Program.WaitForOutputAsync("here"));
        await sock.Program.WriteAsync("answer\n");
        Assert.NotNull(await answer);
    }

    private static async Task SayAsync(Connection connection, string line)
    {
        await connection.Lines.WriteLineAsync(line, Cancel);
        await connection.Lines.FlushAsync(Cancel);
    }

    private static async Task<string> ReadUntilAsync(Connection connection, string text)
    {
        while (await connection.Lines.ReadLineAsync(Cancel) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException($"no line with '{text}'");
    }

    private static async Task<Listening> StartAsync(string[] words)
    {
        var program = SockProcess.Start(["listen", .. words]);
        var line = await program.WaitForErrorLineAsync("Listening at ");
        return new(program, Address.Parse(line["Listening at ".Length..]));
    }

    private sealed record Listening(RunningProgram Program, Address Address) : IAsyncDisposable
    {
        /// <summary>The same without TLS.</summary>
        public Address Plain => Address.Tcp(Address.Host, Address.Port);

        public ValueTask DisposeAsync() => Program.DisposeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const int HangGuard = 60_000;
}
